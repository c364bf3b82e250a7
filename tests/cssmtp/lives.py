"""A CSSMTP on a clock that jumps, a server that says what a test wants, and all that happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from cssmtp.config.statements import Config, ExtendedRetry, Report, RetryLimit, Undeliverable
from cssmtp.mail import Kind, Mail
from cssmtp.place import Place
from cssmtp.task import Cssmtp
from cssmtp.undeliverable import DeadLetter
from cssmtp.work import Fate, FileWork
from emulator.unixfiles import UnixFolder
from emulator.waits import JumpingWaits
from jes.names import SysoutClass, WriterName
from jes.records import FB, Block
from jes.sysout import Disposal, Disposition, SpoolFile
from tests.builders import blocks_of, ebcdic
from tests.cssmtp.fake_spool import QUICK, a_spool_file, a_target
from tests.peers.model import ModelPeer

START = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
B, LATER, NEVER = "b@example.com", "later@example.com", "never@example.com"
ANSWERS = {b"RCPT TO:<later": b"451 4.2.0 later", b"RCPT TO:<never": b"550 5.1.1 never"}
EXTENDED = ExtendedRetry()
PATIENCE = 20.0  # real seconds


def a_mail(*to: str, sender: str = "a@example.com", text: Sequence[str] = ("HOW ARE YOU?",)) -> str:
    """The lines of a mail in a spool file."""
    head = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{one}>" for one in to), "DATA"]
    return "\n".join([*head, "SUBJECT: HELLO", "", *text, "."])


class Spool:
    """A spool; `done` has what was given back, and how."""

    def __init__(self, files: Sequence[str]) -> None:
        rows = [["HELO TEST", *text.split("\n"), "QUIT"] for text in files]
        self._blocks = {
            number: list(blocks_of([ebcdic(r).ljust(80, b"\x40") for r in row], FB, 80, []))
            for number, row in enumerate(rows, start=1)
        }
        self._ready = [
            replace(a_spool_file(len(row)), key=number, size=80 * len(row))
            for number, row in enumerate(rows, start=1)
        ]
        self.done: list[tuple[int, Disposal]] = []

    async def select(self) -> Sequence[SpoolFile]:
        files, self._ready = self._ready[:1], self._ready[1:]
        return files

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        return [block for block in self._blocks[file.key] if block.next > record]

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        self.done.append((file.key, disposal))
        return None

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        pass


@dataclass
class Heard:
    """What an observer hears, each with the seconds since the start."""

    seconds: Callable[[], float]
    mails: list[tuple[float, Kind, dict[str, str]]] = field(default_factory=list)
    files: list[tuple[float, Fate]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def begin(self, work: FileWork) -> None:
        pass

    def mail(self, file: SpoolFile, mail: Mail) -> None:
        states = {one.address: one.status.value for one in mail.recipients}
        self.mails.append((self.seconds(), mail.kind, states))

    def dead_letter(self, file: SpoolFile, letter: DeadLetter) -> None:
        self.dead.append(letter)

    def say(self, line: str) -> None:
        self.said.append(line)

    def file(self, work: FileWork, fate: Fate, report: tuple[str, ...], sent_to: Report) -> None:
        self.files.append((self.seconds(), fate))


@dataclass
class Lived:
    """A world of one CSSMTP. `answers` may be changed while it runs."""

    root: Path
    spool: Spool
    peer: ModelPeer
    clock: JumpingWaits
    heard: Heard
    task: Cssmtp

    @property
    def answers(self) -> dict[bytes, bytes]:
        """What the server says."""
        return cast("dict[bytes, bytes]", self.peer.answers)

    @property
    def originals(self) -> list[tuple[float, dict[str, str]]]:
        """When each mail of the job was settled, and how."""
        return [(at, states) for at, kind, states in self.heard.mails if kind is Kind.ORIGINAL]

    @property
    def notifications(self) -> list[tuple[float, dict[str, str]]]:
        """When a notification was settled, and how."""
        return [(at, s) for at, kind, s in self.heard.mails if kind is Kind.NOTIFICATION]

    @property
    def envelopes(self) -> list[list[str]]:
        """The recipients of every transaction, in order."""
        found: list[list[str]] = []
        for command in (c for server in self.peer.servers for c in server.commands):
            if command.startswith(b"MAIL"):
                found.append([])
            elif command.startswith(b"RCPT"):
                found[-1].append(command[9:-1].decode())
        return found

    def files(self, directory: str) -> list[Path]:
        """The files of a directory of CSSMTP's, `mail` or `deadletter`."""
        return sorted((self.root / "var/cssmtp/CSSMTP" / directory).glob("*"))

    def at(self, seconds: float, call: Callable[[], Any]) -> None:
        """Something happens at that moment."""
        self.clock.later(seconds, call)


def live(
    files: Sequence[str],
    root: Path,
    *,
    answers: dict[bytes, bytes] | None = None,
    begin: Callable[[Lived], None] = lambda world: None,
    then: Callable[[Lived], Awaitable[None]] | None = None,
    charset: str = "ISO8859-1",
    letters: bool = True,
    **statements: Any,
) -> Lived:
    """Let a CSSMTP work off spool files; `begin` is called before, `then` afterwards."""

    async def main() -> Lived:
        said = dict(ANSWERS if answers is None else answers)
        async with ModelPeer(answers=said) as peer:
            world = _world(root, files, peer, charset, letters, **statements)
            begin(world)
            async with asyncio.timeout(PATIENCE):
                await world.task.run_until_idle()
            if then is not None:
                await then(world)
            return world

    return asyncio.run(main())


def _world(
    root: Path, files: Sequence[str], peer: ModelPeer, charset: str, letters: bool, **coded: Any
) -> Lived:
    clock = JumpingWaits(lambda: START)
    target = a_target(peer.address, charset=charset)
    config = Config(
        ext_wrt_name=WriterName("CSSMTP"),
        target_servers=(target.server,),
        **{"timeout": replace(QUICK, connect_retry=120), **coded},
    )
    writer = config.ext_wrt_name
    place = Place(
        jobname="CSSMTP",
        host="mvs1.example.com",
        sysname="SYS1",
        node="N1",
        clock=clock,
        serial=True,
        patient=True,
        mails=UnixFolder(root, EXTENDED.directory(writer)),
        letters=UnixFolder(root, Undeliverable().directory(writer)) if letters else None,
    )

    def seconds() -> float:
        return (clock.now() - START).total_seconds()

    spool, heard = Spool(files), Heard(seconds)
    task = Cssmtp(config, spool, [target], place, heard)
    return Lived(root, spool, peer, clock, heard, task)


NO_LONG_RETRY = RetryLimit(0, 0)
