"""`jesmail` as a test calls it: in this process, with what it printed and its exit code."""

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any

from emulator.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str
    raw: bytes = b""

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it has to be."""
        return json.loads(self.out)


def jesmail(*arguments: object, stdin: str = "", outside: object = None) -> Said:
    """Run a command line; `outside` is what the test has in place of the world."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    code: Any = None
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _stdin(stdin),
    ):
        try:
            main([str(argument) for argument in arguments], outside)
        except SystemExit as end:
            code = end.code
    return Said(int(code), _bytes(out).decode(errors="replace"), _bytes(err).decode(), _bytes(out))


@contextlib.contextmanager
def _stdin(text: str) -> Any:
    import sys

    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        yield
    finally:
        sys.stdin = before


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    return stream.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]
