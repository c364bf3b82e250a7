"""A user exit in a process of its own, which it can spoil and CSSMTP can end (cssmtp.userexit)."""

import asyncio
import mmap
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cssmtp import messages
from cssmtp.config.statements import UserExit
from cssmtp.userexit import Asked, UserExits, Verdicts
from emulator.exitchild import BROKEN, PAGE, THROUGH
from emulator.exits import UsageFault
from emulator.settings import FailedExit, UserExitOptions

_LINE_MAX = 64 * 1024
_ENDING = 2.0  # seconds
_PACKAGES = Path(__file__).parent.parent


class _Broken(Exception):
    """No answer can be had any more."""


@dataclass(slots=True)
class ExitProcess:
    """The exit of `options`, as `cssmtp.userexit.ExitPort`. Its process begins when it is asked,
    and again after it was ended for a failure."""

    options: UserExitOptions
    _process: asyncio.subprocess.Process | None = None
    _page: mmap.mmap | None = None

    async def ask(
        self, version: int, job: tuple[str, str, str] | None, calls: Sequence[Asked]
    ) -> Verdicts:
        """As `ExitPort.ask`. `seconds` of the options are for each call."""
        codes: list[tuple[int, int]] = []
        try:
            process = self._process or await self._begin()
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode((version, job, calls)) + b"\n")
            while (answer := await self._answer(process))[1] != THROUGH:
                codes.append(answer)
        except _Broken as broken:
            at = self._now()[0]
            await self._kill()
            return Verdicts(tuple(codes), str(broken), at)
        except (OSError, RuntimeError) as error:  # uvloop raises the latter for a closed pipe
            await self._kill()
            return Verdicts(tuple(codes), str(error))
        except asyncio.CancelledError:
            await self._kill()
            raise
        return Verdicts(tuple(codes))

    async def close(self) -> None:
        """Let it have its termination call; end it if it takes long."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_ENDING):
                    await process.wait()
        await self._kill()

    async def _begin(self) -> asyncio.subprocess.Process:
        options = self.options
        paths = [str(_PACKAGES), os.environ.get("PYTHONPATH", "")]
        with tempfile.TemporaryFile() as file:
            file.truncate(PAGE.size)
            self._page = mmap.mmap(file.fileno(), PAGE.size)
            words = (str(options.path), options.callable, str(file.fileno()), str(options.memory))
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "emulator.exitchild", *words),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(file.fileno(),),
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
                limit=_LINE_MAX,
            )
        return self._process

    async def _answer(self, process: asyncio.subprocess.Process) -> tuple[int, int]:
        """The next answer. Raises `_Broken`."""
        line = await self._line(process)
        try:
            place, code, *reason = msgspec.json.decode(line, type=list[int | str])
        except (msgspec.MsgspecError, ValueError):
            raise _Broken("its process said what is no answer") from None
        if code == BROKEN:
            raise _Broken(str(reason[0]) if reason else "it failed")
        if not isinstance(place, int) or not isinstance(code, int) or place > self._now()[0]:
            raise _Broken("its process said what is no answer")
        return place, code

    async def _line(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None
        seconds = self.options.seconds
        while True:
            before = self._now()
            try:
                async with asyncio.timeout(seconds):
                    line = await process.stdout.readline()
            except TimeoutError:
                if self._now() == before:
                    raise _Broken(f"no answer within {seconds} seconds") from None
            except ValueError:
                raise _Broken("its process said what is no answer") from None
            else:
                if not line.endswith(b"\n"):
                    raise _Broken("its process ended")
                return line

    def _now(self) -> tuple[int, int]:
        """The call that is running, and how many there were."""
        return PAGE.unpack_from(self._page, 0) if self._page is not None else (0, 0)

    async def _kill(self) -> None:
        """End it with all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDING):
                await process.wait()


def exits_of(
    options: UserExitOptions | None,
    level: UserExit,
    job: str,
    tell: Callable[[str], None],
    stack: AsyncExitStack,
) -> UserExits | None:
    """The user exit of a started task, which ends with `stack`; None when it has none.

    Raises `UsageFault`.
    """
    if options is None:
        if level is not UserExit.NONE:
            tell(messages.NO_EXIT.line(job=job))
        return None
    if not options.path.is_file():
        raise UsageFault(f"{options.path}: the user exit of {job} is no file")
    exits = UserExits(
        job=job,
        start=lambda: ExitProcess(options),
        tell=tell,
        level=level,
        most=options.failures,
        closed=options.on_failure is FailedExit.REJECT,
    )
    stack.push_async_callback(exits.close)
    return exits
