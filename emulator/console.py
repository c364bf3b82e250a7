"""Operator commands for the system that has a spool: the running one, or this process for once.

The other end of `emulator.channel`: one request a line, JSON both ways.
"""

import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from emulator.exits import Unreachable
from emulator.place import Place, socket_of

if TYPE_CHECKING:
    from emulator.outcomes import Outcomes
    from emulator.status import Status

Document = TypeVar("Document")
_REJECTED = ("$HASP003", "$HASP649", "$HASP650", "$HASP690")
_TIMEOUT = 60.0  # seconds for one answer
_ANSWER_MAX = 16 * 1024 * 1024  # bytes of a status, or of a thousand outcomes


def send(place: Place, text: str) -> list[str]:
    """Give an operator command to the JES of a spool; the lines that it answers.

    Raises `UsageFault`, `Unreachable`.
    """
    path = socket_of(place.settings)
    if path is not None and answers(path):
        return _lines_of(_asked(path, {"command": text}))
    from emulator.alone import answer

    return answer(place.settings, text)


def failed(lines: Sequence[str]) -> bool:
    """Whether an answer says that a command did nothing."""
    return any(
        line.startswith(_REJECTED) or (line[:3] == "JML" and line[6:7] == "E") for line in lines
    )


def log(path: Path, count: int) -> list[str]:
    """The newest console lines. Raises `Unreachable`."""
    return _lines_of(_asked(path, {"log": count}))


def follow(path: Path) -> Iterator[str]:
    """Console lines as they come, until the system ends. Raises `Unreachable`."""
    with Following(path) as lines:
        yield from lines


class Following:
    """Console lines as they come, until the system ends or another thread says `close`.

    Raises `Unreachable` when no system answers.
    """

    def __init__(self, path: Path) -> None:
        self._connection = _connection(path)
        self._stream = self._connection.makefile("rwb")
        try:
            self._stream.write(_line({"follow": True}))
            self._stream.flush()
        except OSError as error:
            self.close()
            raise Unreachable(f"{path}: {error.strerror or error}") from error
        self._connection.settimeout(None)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()
        with suppress(OSError):
            self._stream.close()

    def __iter__(self) -> Iterator[str]:
        """The lines."""
        with suppress(OSError, ValueError):  # closed meanwhile
            for line in self._stream:
                yield str(_document(line).get("line", ""))

    def close(self) -> None:
        """Whoever waits for a line waits no more."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def status(path: Path) -> "Status":
    """The state of the system behind a socket. Raises `Unreachable`."""
    from emulator.status import Answer

    return _decoded(path, {"status": True}, Answer).status


def outcomes(path: Path, after: int = 0, limit: int = 1000) -> "Outcomes":
    """What became of recipients, behind the number `after`; a thousand at most.

    Raises `Unreachable`.
    """
    from emulator.outcomes import Outcomes

    return _decoded(path, {"mails": after, "limit": limit}, Outcomes)


def _decoded(path: Path, request: dict[str, object], kind: type[Document]) -> Document:
    import msgspec

    found = _answer_to(path, request, _ANSWER_MAX)
    try:
        return msgspec.json.decode(found, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable(f"{path}: no system of this version answers: {error}") from error


def answers(path: Path) -> bool:
    """Whether a system is behind the socket."""
    try:
        _connection(path).close()
    except Unreachable:
        return False
    return True


def _asked(path: Path, request: dict[str, object]) -> dict[str, object]:
    return _document(_answer_to(path, request, -1))


def _answer_to(path: Path, request: dict[str, object], size: int) -> bytes:
    """One line, of so many bytes at most; -1: of any length. Raises `Unreachable`."""
    with _connection(path) as connection, connection.makefile("rwb") as stream:
        try:
            stream.write(_line(request))
            stream.flush()
            found = stream.readline(size)
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror or error}") from error
    if not found.endswith(b"\n"):
        why = "answered too much" if found else "ended without an answer"
        raise Unreachable(f"{path}: the system {why}")
    return found


def _lines_of(found: dict[str, object]) -> list[str]:
    lines = found.get("lines")
    if not isinstance(lines, list):
        raise Unreachable(f"no system of this version answers: {found}")
    return [str(line) for line in lines]


def _connection(path: Path) -> socket.socket:
    """Raises `Unreachable`."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_TIMEOUT)
        connection.connect(os.fspath(path))
    except OSError as error:
        connection.close()
        raise Unreachable(f"no system answers on {path}: {error.strerror or error}") from error
    return connection


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _document(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
