"""A system of one's own: a child process that is there as long as it is needed, and no longer.

    with embedded(EmbeddedOptions(samples=True)) as system:
        send(system.place, "$D JQ")

The child is `jesmail start --with-parent`. It ends by SIGTERM when the block is left, and by itself
when this process is gone (`emulator.parent`). It is in a session of its own: signals of the
terminal are not for it. The pipe to it must not be inherited: start other processes by
`subprocess`, not by a bare fork.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.channel import PATH_MAX
from emulator.console import answers
from emulator.embedded_samples import SYSTEM_FILE, send_in
from emulator.exits import Exit, Problem, Unreachable, UsageFault
from emulator.place import Place, place_of

_STARTING = 30.0  # seconds until it has to answer
_LOOK = 0.02  # seconds between two looks whether it does
_MARGIN = 10.0  # seconds beyond the grace before it is killed
_TROUBLE = 20  # lines of what it said on standard error
_PACKAGES = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedOptions:
    """What system to start.

    Its spool, console and mail are in `folder`; None: a temporary one that goes with it. `system`
    is a system file whose spool and console are replaced by these. `samples` go to a new spool.
    `grace`, in seconds, is how long work in hand may take to its end.
    """

    folder: Path | None = None
    system: Path | None = None
    samples: bool = False
    grace: float = 5.0


class Embedded:
    """A system that runs as a child. `mail` is the folder that its sandbox saves mail to."""

    def __init__(self, place: Place, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        self.place = place
        self.mail = folder / "mail"
        self._errors = folder / "errors"
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def trouble(self) -> list[str]:
        """The newest lines that it wrote to standard error."""
        try:
            text = self._errors.read_text("utf-8", "replace")
        except OSError:
            return []
        return text.splitlines()[-_TROUBLE:]

    def wait_until_up(self) -> None:
        """Until it answers. Raises `UsageFault`, `Unreachable` with what it said."""
        until = time.monotonic() + _STARTING
        console = self.place.settings.console
        while console is None or not answers(console):
            if not self.alive:
                said = " ".join(self.trouble()).removeprefix("jesmail: ") or "it said nothing"
                usage = self._process.returncode == Exit.USAGE
                kind: type[Problem] = UsageFault if usage else Unreachable
                raise kind(f"the system did not start: {said}")
            if time.monotonic() > until:
                raise Unreachable(f"the system does not answer after {_STARTING:g} seconds")
            time.sleep(_LOOK)

    def stop(self, grace: float) -> None:
        """SIGTERM; what does not end by itself is killed. A second call does nothing."""
        if self.alive:
            self._process.terminate()
            try:
                self._process.wait(2 * grace + _MARGIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


@contextmanager
def embedded(options: EmbeddedOptions | None = None) -> Iterator[Embedded]:
    """A system that is up; it has ended when the block is left. Raises `UsageFault`,
    `Unreachable`."""
    wanted = options or EmbeddedOptions()
    with ExitStack() as stack:
        folder = wanted.folder or _temporary(stack)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place, file = _place(wanted, folder.resolve(), stack)
            new = isinstance(place.spool, Path) and not place.spool.exists()
            system = Embedded(place, folder, _started(wanted, file, place, folder))
        except OSError as error:
            raise UsageFault(f"{folder}: {error.strerror or error}") from error
        stack.callback(system.stop, wanted.grace)
        system.wait_until_up()
        if wanted.samples and new:
            send_in(place)
        yield system


def _temporary(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jesmail-")))


def _place(wanted: EmbeddedOptions, folder: Path, stack: ExitStack) -> tuple[Place, Path | None]:
    """Spool and socket of the system, and its system file. Raises `UsageFault`, `OSError`."""
    socket = folder / "spool.console"  # where other commands look for it
    if len(os.fsencode(socket)) > PATH_MAX:
        socket = _temporary(stack).resolve() / "console"
    file = wanted.system
    if file is None and wanted.samples:
        file = folder / "system.yaml"
        if not file.exists():
            file.write_text(SYSTEM_FILE, "utf-8")
    place = place_of(file, str(folder / "spool"))
    if answers(socket):
        raise UsageFault(f"a system runs in {folder} already")
    return replace(place, settings=replace(place.settings, console=socket)), file


def _started(
    wanted: EmbeddedOptions, file: Path | None, place: Place, folder: Path
) -> "subprocess.Popen[bytes]":
    named = [] if file is None else ["--system", str(file)]
    command = [
        *(sys.executable, "-P", "-m", "emulator", "start", "--with-parent", "--quiet"),
        *named,
        *("--spool", str(place.spool), "--console", str(place.settings.console)),
        *("--save-mail", str(folder / "mail"), "--grace", str(wanted.grace)),
    ]
    paths = [str(_PACKAGES), os.environ.get("PYTHONPATH", "")]
    with (folder / "errors").open("wb") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            start_new_session=True,
        )
