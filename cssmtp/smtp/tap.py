"""The dialogue with a target for a log: commands and replies as lines, text as a count. Sans-I/O.

Text begins behind a 354 and ends with its lone period, whatever it has in it; so no line of a mail
is ever taken for a command.
"""

from collections.abc import Callable

_END, _LINE_MAX = b"\r\n.\r\n", 1000


class Tap:
    """Hears both sides of one connection, from its beginning. `put` takes `C> ...` and `S< ...`."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put
        self._texts = 0  # 354s whose text is not out yet
        self._in_text = False
        self._size = 0
        self._tail = b""  # the end of the text so far, to find its period
        self._command = b""  # what there is of the next line of each side
        self._reply = b""

    def sent(self, data: bytes) -> None:
        """What goes out."""
        while data:
            if self._texts and not self._in_text and not self._command:
                self._in_text, self._size, self._tail = True, 0, b"\r\n"
            data = self._text(data) if self._in_text else self._commands(data)

    def heard(self, data: bytes) -> None:
        """What comes in."""
        *lines, rest = (self._reply + data).split(b"\n")
        for line in lines:
            self._put(f"S< {_shown(line)}")
            if line[:4].strip() == b"354":
                self._texts += 1
        self._reply = rest[:_LINE_MAX]

    def _text(self, data: bytes) -> bytes:
        """The rest behind the text."""
        joined = self._tail + data
        end = joined.find(_END)
        if end < 0:
            self._size += len(data)
            self._tail = joined[-len(_END) + 1 :]
            return b""
        behind = end + len(_END) - len(self._tail)
        self._put(f"C> [{self._size + behind} bytes of text]")
        self._in_text = False
        self._texts -= 1
        return data[behind:]

    def _commands(self, data: bytes) -> bytes:
        line, end, rest = (self._command + data).partition(b"\n")
        if not end:
            self._command = line[:_LINE_MAX]
            return b""
        self._command = b""
        self._put(f"C> {_shown(line)}")
        return rest


def _shown(line: bytes) -> str:
    return line.rstrip(b"\r").decode("ascii", "replace")
