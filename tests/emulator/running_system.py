"""A system that stays up, in a thread of the test's process, and how a test waits for it."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from emulator.clock import running
from emulator.console import send
from emulator.console_log import Console
from emulator.place import Place, socket_of
from emulator.settings import load
from emulator.start import Node, StartOptions, Stop
from emulator.submit import submit, submitter
from emulator.system import System
from emulator.wiring import faults_of, instances_of
from jes.names import JobId
from jes.programs.step import StepContext
from jes.records import FB

SECONDS = 20  # no test waits so long unless something is broken
GATES: dict[str, threading.Event] = {}


def waits(step: StepContext) -> int:
    """A program that writes a record to OUT, and goes on when the gate named by PARM opens."""
    output = step.open_output("OUT", FB, 80)
    output.write([b"\x40" * 80])
    step.say(f"WAITING FOR {step.parm}")
    GATES[step.parm].wait(SECONDS)
    output.write([b"\x40" * 80])
    return 0


def fills(step: StepContext) -> int:
    """A program that writes as many thousands of records as PARM says."""
    output = step.open_output("OUT", FB, 80)
    for _ in range(int(step.parm)):
        output.write([b"\x40" * 80] * 1000)
    return 0


def exits(step: StepContext) -> int:
    """A program that thinks it is a process of its own."""
    sys.exit(8)


_HERE = "tests.emulator.running_system"
PROGRAMS = f"{{WAITS: '{_HERE}:waits', FILLS: '{_HERE}:fills', EXITS: '{_HERE}:exits'}}"


@dataclass
class Up:
    """A system that is up. `lines` is what its console said."""

    place: Place
    stop: Callable[[], None]
    lines: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def heard(self, line: str) -> None:
        """A console line."""
        with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    def until(self, text: str, times: int = 1) -> None:
        """Wait until the console has said a text so often."""

        def there() -> bool:
            return sum(text in line for line in self.lines) >= times

        with self.changed:
            assert self.changed.wait_for(there, SECONDS), "\n".join([text, "--", *self.lines])

    def said(self, text: str) -> bool:
        """Whether the console has said a text."""
        return any(text in line for line in self.lines)

    def command(self, text: str) -> list[str]:
        """The answer to an operator command."""
        return send(self.place, text)

    def submit(self, jcl: str) -> JobId:
        """Put a job on the spool, from another process as it were."""
        clock = running(UTC)
        with submitter(self.place, clock) as store:
            (job,) = submit(store, self.place, jcl, "test", "IBMUSER", clock)
        assert job.jobid is not None
        return job.jobid


def place_in(folder: Path, more: str = "") -> Place:
    """A system file with a spool in a folder."""
    file = folder / "system.yaml"
    file.write_text(f"spool: spool\nprograms: {PROGRAMS}\n{more}\n")
    settings = load(file)
    assert settings.spool is not None
    return Place(settings.spool, settings)


class _Thread:
    """The system's own thread, and what became of it."""

    def __init__(self, place: Place, console: Console, options: StartOptions) -> None:
        self.failures: list[BaseException] = []
        self.ready = threading.Event()
        self._place, self._console, self._options = place, console, options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Stop | None = None
        self._thread = threading.Thread(target=self._work)

    def start(self) -> None:
        with self._console.heard(lambda line: self.ready.set() if "IS UP" in line else None):
            self._thread.start()
            assert self.ready.wait(SECONDS)

    def stop(self) -> None:
        """Once is enough: a second time would not wait for what is in hand."""
        loop, self._loop = self._loop, None
        if loop is not None and self._stop is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(self._stop.signal)

    def join(self) -> None:
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def _work(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 the test shows it
            self.failures.append(error)
            self.ready.set()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), Stop()
        settings = self._place.settings

        def wto(jobid: JobId, line: str) -> None:
            self._console.say(line, jobid)

        with System(settings, running(UTC), wto) as system:
            instances = instances_of(settings, None)
            await Node(system, instances, self._options, self._console, self._stop).run()


@contextmanager
def system_up(place: Place, grace: float = SECONDS, save_dir: Path | None = None) -> Iterator[Up]:
    """Start a system; stop it, and wait for its end, when the block is left."""
    console = Console(running(UTC))
    options = StartOptions(
        grace=grace,
        socket=socket_of(place.settings),
        save_dir=save_dir,
        faults=faults_of(place.settings, None),
    )
    thread = _Thread(place, console, options)
    up = Up(place, thread.stop)
    with console.heard(up.heard):
        thread.start()
        try:
            if not thread.failures:
                yield up
        finally:
            thread.stop()
            thread.join()
    if thread.failures:
        raise thread.failures[0]
