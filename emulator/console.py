"""Operator commands for the system that has a spool: the running one, or this process for once.

The other end of `emulator.channel`: one request a line, JSON both ways.
"""

import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulator.exits import Unreachable
from emulator.place import Place, socket_of

_REJECTED = ("$HASP003", "$HASP649", "$HASP650", "$HASP690")
_TIMEOUT = 60.0  # seconds for one answer


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
    with _connected(path) as connection, connection.makefile("rwb") as stream:
        connection.settimeout(None)
        stream.write(_line({"follow": True}))
        stream.flush()
        for line in stream:
            yield str(_document(line).get("line", ""))


def answers(path: Path) -> bool:
    """Whether a system is behind the socket."""
    try:
        with _connected(path):
            return True
    except Unreachable:
        return False


def _asked(path: Path, request: dict[str, object]) -> dict[str, object]:
    with _connected(path) as connection, connection.makefile("rwb") as stream:
        try:
            stream.write(_line(request))
            stream.flush()
            found = stream.readline()
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror or error}") from error
    if not found:
        raise Unreachable(f"{path}: the system ended without an answer")
    return _document(found)


def _lines_of(found: dict[str, object]) -> list[str]:
    lines = found.get("lines")
    if not isinstance(lines, list):
        raise Unreachable(f"no system of this version answers: {found}")
    return [str(line) for line in lines]


@contextmanager
def _connected(path: Path) -> Iterator[socket.socket]:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_TIMEOUT)
        connection.connect(os.fspath(path))
    except OSError as error:
        connection.close()
        raise Unreachable(f"no system answers on {path}: {error.strerror or error}") from error
    with connection:
        yield connection


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _document(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
