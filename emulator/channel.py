"""The Unix socket of a system that stays up (blueprint §2): one request a line, JSON both ways.

`{"command": "$D JQ"}` is answered by `{"lines": [...]}`, `{"log": 100}` by the newest lines of the
console, `{"follow": true}` by a line each as they come, until the caller goes. `{"status": true}`
is answered by `{"status": {...}}` (`emulator.status.Status`), and `{"mails": 41, "limit": 100}` by
what became of recipients since number 41, a thousand at most (`emulator.outcomes.Outcomes`).
Whatever else is asked is answered by `{"error": "..."}`.
"""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from emulator.console import answers
from emulator.console_log import Console
from emulator.exits import UsageFault
from emulator.outcomes import MOST, Outcomes
from emulator.status import Status

REQUEST_MAX = 64 * 1024  # bytes of one request
_QUEUE = 10_000  # console lines that wait for a slow listener; more are dropped
PATH_MAX = 100  # of a socket's name; systems allow 104 or 108 bytes

Answer = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers callers, all on the event loop: operator commands, the console, the status of the
    system, and what became of mails (behind a number, so many)."""

    answer: Answer
    console: Console
    status: Callable[[], Status]
    mails: Callable[[int, int], Outcomes]


@asynccontextmanager
async def listening(path: Path, desk: Desk) -> AsyncIterator[None]:
    """Serve the socket, which only its owner can use. Raises `UsageFault`."""
    if len(os.fsencode(path)) > PATH_MAX:
        raise UsageFault(f"the name of the console's socket is too long: {path}; see `console`")
    _make_way(path)
    before = os.umask(0o177)
    callers: set[asyncio.Task[None]] = set()

    def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = asyncio.create_task(_serve(reader, writer, desk))
        callers.add(caller)
        caller.add_done_callback(callers.discard)

    try:
        server = await asyncio.start_unix_server(
            called,
            path,
            limit=REQUEST_MAX,
        )
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    finally:
        os.umask(before)
    ours = os.stat(path).st_ino  # noqa: PTH116 a moment
    try:
        async with server:
            yield
    finally:
        for caller in tuple(callers):
            caller.cancel()
        with suppress(OSError):
            if os.stat(path).st_ino == ours:  # noqa: PTH116
                os.unlink(path)  # noqa: PTH108


def _make_way(path: Path) -> None:
    """Take away the socket of a system that is gone. Raises `UsageFault` for anything else."""
    try:
        found = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(found):
        raise UsageFault(f"the console's socket cannot be made: {path} is there and is no socket")
    if answers(path):
        raise UsageFault(f"the console's socket {path} belongs to a system that runs")
    with suppress(OSError):
        path.unlink()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, desk: Desk) -> None:
    """One caller, for as many requests as it has."""
    try:
        while line := await reader.readline():
            request = _request(line)
            if request.get("follow") is True:
                await _follow(reader, writer, desk.console)
                return
            writer.write(await _answered(request, desk))
            await writer.drain()
    except ValueError:  # a line without an end
        writer.write(_line({"error": f"a request has {REQUEST_MAX} bytes at most"}))
    except OSError:  # gone
        pass
    finally:
        writer.close()


def _request(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def _answered(request: dict[str, object], desk: Desk) -> bytes:
    match request:
        case {"command": str(text)}:
            return _line({"lines": await desk.answer(text)})
        case {"log": int(count)}:
            return _line({"lines": desk.console.last(max(0, count))})
        case {"status": True}:
            return _encoded({"status": desk.status()})
        case {"mails": int(after)}:
            limit = request.get("limit", MOST)
            if isinstance(limit, int):
                return _encoded(desk.mails(after, limit))
    return _line({"error": "expected command, log, follow, status or mails"})


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=str) + b"\n"


async def _follow(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, console: Console
) -> None:
    """Console lines as they come. A caller that is too slow misses some."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue(_QUEUE)

    def put(line: str) -> None:
        if not lines.full():
            lines.put_nowait(line)

    async def pass_on() -> None:
        while True:
            writer.write(_line({"line": await lines.get()}))
            await writer.drain()

    def say(line: str) -> None:
        loop.call_soon_threadsafe(put, line)

    with console.heard(say):
        passing = asyncio.create_task(pass_on())
        gone = asyncio.create_task(_until_gone(reader))
        await asyncio.wait([passing, gone], return_when=asyncio.FIRST_COMPLETED)
        for task in (passing, gone):
            task.cancel()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """A listener has nothing to say; what it says is dropped."""
    while await reader.read(REQUEST_MAX):
        pass


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
