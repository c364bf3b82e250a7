"""What the sandbox reads off the wire, as pure functions: paths, parameters, the text of a mail.

RFC 5321, 4.1.2 (paths, parameters), 4.5.2 (transparency); RFC 1870 (SIZE); RFC 6152 (BODY). A path
is taken as it stands: the sandbox shows what the client sent and corrects nothing.
"""

import re
from dataclasses import dataclass

CRLF = b"\r\n"
LINE_LIMIT = 1 << 20  # bytes of one line of text or one command (blueprint §6)
TOO_BIG = "552 5.3.4 Message size exceeds fixed maximum message size"

_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*+"'
_PATH = re.compile(rf"<((?:{_QUOTED}|[!#-;=?-~])*+)>(?: +(.*))?", re.DOTALL)
_PARAMETER = re.compile(r"[A-Z0-9][A-Z0-9-]*(?:=[!-<>-~]+)?")


@dataclass(frozen=True, slots=True)
class PathArgument:
    """The argument of MAIL or RCPT: what stood between the brackets, and the parameters as sent."""

    path: str
    parameters: tuple[str, ...]


def path_argument(keyword: str, argument: str | None) -> PathArgument | None:
    """`FROM:<path> parameters` taken apart, or None when it is not of that form.

    Printable US-ASCII only, blanks only in a quoted string. Blanks before the path are let pass, as
    most servers do.
    """
    text = argument or ""
    if text[: len(keyword)].upper() != keyword:
        return None
    found = _PATH.fullmatch(text[len(keyword) :].strip(" "))
    if found is None:
        return None
    return PathArgument(found[1], tuple((found[2] or "").split()))


def mail_parameter_fault(parameters: tuple[str, ...], size_limit: int | None) -> str | None:
    """The reply that refuses the first parameter of MAIL that is not to be had, or None."""
    for parameter in parameters:
        name, _, value = parameter.upper().partition("=")
        if not _PARAMETER.fullmatch(parameter.upper()):
            return "501 5.5.4 Syntax error in parameters"
        if name == "SIZE":
            if not re.fullmatch(r"[0-9]{1,20}", value):
                return "501 5.5.4 SIZE takes 1 to 20 digits"
            if size_limit and int(value) > size_limit:
                return TOO_BIG
        elif name == "BODY":
            if value not in {"7BIT", "8BITMIME"}:
                return "501 5.5.4 BODY is 7BIT or 8BITMIME"
        else:
            return "555 5.5.4 MAIL FROM parameters not recognized or not implemented"
    return None


class Unstuffer:
    """The text of a mail in pieces, with the added periods taken off, however it is cut.

    The first piece begins with the line end that stands before the first line. `too_long` says that
    a line had more than `LINE_LIMIT` bytes; pieces of that size at most keep this check cheap.
    """

    def __init__(self) -> None:
        self.too_long = False
        self._held = b""  # CR or CRLF at the end: what follows decides
        self._open = 0  # bytes of the line that is not ended yet

    def feed(self, piece: bytes) -> bytes:
        """What of the text is certain by now."""
        data = self._held + piece
        keep = 2 if data.endswith(CRLF) else 1 if data.endswith(b"\r") else 0
        end = len(data) - keep
        self._held = data[end:]
        data = data[:end]
        self._measure(data)
        return data.replace(b"\r\n.", CRLF)

    def finish(self) -> bytes:
        """The rest, when the mail has ended."""
        self.too_long = self.too_long or self._open > LINE_LIMIT
        held, self._held = self._held, b""
        return held

    def _measure(self, data: bytes) -> None:
        first = data.find(CRLF)
        if first < 0:
            self._open += len(data)
            return
        self.too_long = self.too_long or self._open + first > LINE_LIMIT
        self._open = len(data) - data.rfind(CRLF) - 2
