"""The user exit: what it is asked about a spool file, and what its answers do (cssmtp-operations.md
7). No I/O: the exit itself is behind the port `ExitPort`.

The calls of a block of records are asked at once and in their order. Files that are in hand at the
same time have an exit each, so that no exit sees their commands mixed.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from cssmtp import messages
from cssmtp.commands import Verb
from cssmtp.config.statements import UserExit
from cssmtp.exitcalls import Action, Answer
from cssmtp.mail import Mail, Status, SyntaxFault
from cssmtp.rules import Rules
from cssmtp.spoken import Spoken, TextTaken
from cssmtp.spoolmail import Event, SpoolMailParser
from cssmtp.textlines import TEXT_MAX
from cssmtp.transcode import Inspection, wire
from jes.sysout import SpoolFile

MAIL_REJECTED = "550 5.7.1 JES Mail rejected by user exit"
FILE_REJECTED = "550 5.7.1 JES Spool file rejected by user exit"
FAILED = "550 5.7.1 JES User exit failed"
VERSIONS = {UserExit.VERSION2: 2, UserExit.VERSION3: 3, UserExit.VERSION4: 4}
_SINCE_3 = (Action.EHLO, Action.STARTTLS)
_WITH_JOB = 4
_ENDS = (Verb.HELO, Verb.EHLO, Verb.RSET, Verb.QUIT)

Asked = tuple[Action, str]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What an exit answered, by the index of the call; all others are 0. `failed` says why it did
    not answer the call `at`."""

    codes: tuple[tuple[int, int], ...] = ()
    failed: str | None = None
    at: int = 0


class ExitPort(Protocol):
    """An exit that can be asked. It never raises for anything that the exit does."""

    async def ask(
        self, version: int, job: tuple[str, str, str] | None, calls: Sequence[Asked]
    ) -> Verdicts:
        """Call the exit; text of several lines is a call for each line."""

    async def close(self) -> None:
        """Its termination call, and its end."""


@dataclass(slots=True, kw_only=True)
class UserExits:
    """The exits of a CSSMTP. `failures` so far; after `most` it is switched off until an operator
    sets a level. `closed`: mail that it failed for, or would have to be asked for, is rejected."""

    job: str
    start: Callable[[], ExitPort]
    tell: Callable[[str], None]
    level: UserExit = UserExit.NONE
    most: int = 3
    closed: bool = False
    failures: int = 0
    _idle: list[tuple[UserExit, ExitPort]] = field(default_factory=list)

    @property
    def off(self) -> bool:
        """It failed too often."""
        return self.failures >= self.most

    def set_exit_level(self, level: UserExit) -> None:
        """This version is called from now on; a file in hand that no exit heard goes on so."""
        self.level, self.failures = level, 0

    def failed(self, reason: str) -> None:
        """Count a failure, and tell."""
        version = self.level.upper()
        self.failures += 1
        self.tell(messages.EXIT_FAILED.line(job=self.job, level=version, reason=reason))
        if self.failures == self.most:
            then = "REJECTED" if self.closed else "SENT UNSEEN"
            fields = {"level": version, "count": self.most, "then": then}
            self.tell(messages.EXIT_OFF.line(job=self.job, **fields))

    async def take(self) -> ExitPort:
        """An exit of the present version that nobody uses."""
        while self._idle:
            level, port = self._idle.pop()
            if level is self.level:
                return port
            await port.close()
        return self.start()

    def give(self, level: UserExit, port: ExitPort) -> None:
        """It is free for another file."""
        self._idle.append((level, port))

    async def close(self) -> None:
        """End all that are free."""
        while self._idle:
            await self._idle.pop()[1].close()


@asynccontextmanager
async def exit_for(
    exits: UserExits | None, file: SpoolFile, rules: Rules
) -> AsyncIterator["FileExit | None"]:
    """What a spool file is shown to while it is read; None when there is no exit."""
    if exits is None or exits.level is UserExit.NONE or (exits.off and not exits.closed):
        yield None
        return
    found = FileExit(exits, file, rules)
    whole = False
    try:
        yield found
        whole = True
    finally:
        await found.leave(again=whole)


def listen(found: "FileExit | None", parser: SpoolMailParser) -> None:
    """The file is read with this parser, from its beginning."""
    if found is not None:
        found.listen(parser)


@dataclass(slots=True)
class FileExit:
    """The exit for one spool file: `listen` to its parser, then `judged` for what it found."""

    exits: UserExits
    file: SpoolFile
    rules: Rules
    _parser: SpoolMailParser | None = None
    _port: ExitPort | None = None
    _level: UserExit = UserExit.NONE
    _begun: bool = False
    _skips: bool = False  # no calls until the next mail begins
    _open: bool = False  # a mail is
    _ending: bool = False  # no mail behind the open one
    _refused: str | None = None  # why the open mail is
    _mails: int = 0

    def listen(self, parser: SpoolMailParser) -> None:
        """The file is read, from its beginning."""
        parser.offers = True
        self._parser = parser
        self._begun = self._skips = self._open = self._ending = False

    async def leave(self, *, again: bool) -> None:
        """The file is read; `again`: to its end, so that the exit can have another one."""
        port, self._port = self._port, None
        if port is not None and again:
            self.exits.give(self._level, port)
        elif port is not None:
            await port.close()

    async def judged(self, events: Sequence[Event]) -> list[Event]:
        """The events as the exit lets them pass: mails that it rejects have their recipients
        settled, and nothing comes behind its rejection of the file."""
        verdicts: dict[int, int | None] = {}
        if VERSIONS.get(self.exits.level):
            verdicts = await self._verdicts(*self._calls(events))
        return self._passed(events, verdicts)

    # --- asking --------------------------------------------------------------------------------

    def _calls(self, events: Sequence[Event]) -> tuple[list[Asked], list[int]]:
        """The calls for events, and the event of each; -1 is the beginning of the file."""
        calls: list[Asked] = []
        places: list[int] = []
        if not self._begun:
            self._begun = True
            calls, places = [(Action.FILE, "")], [-1]
        for place, event in enumerate(events):
            match event:
                case Spoken(verb, _, line):
                    asked = Action[verb.name], self._text(line)
                    self._skips = self._skips and verb is not Verb.MAIL
                case TextTaken(lines, start, stop) if start < stop:
                    asked = Action.RECORD, self._text(b"\n".join(lines.text[start:stop]))
                case Mail():
                    asked = Action.END, ""
                case _:
                    continue
            known = VERSIONS[self.exits.level] > 2 or asked[0] not in _SINCE_3
            if known and not self._skips:
                calls.append(asked)
                places.append(place)
        return calls, places

    def _text(self, data: bytes) -> str:
        code = self.rules.codes.code
        if isinstance(code, Inspection):
            data = wire(code, "UTF-8").encode(data)
        return data.decode("utf-8", "replace")

    async def _verdicts(self, calls: list[Asked], places: list[int]) -> dict[int, int | None]:
        """Answers by event; None for a call that the exit failed at. Behind that, the next mail is
        the next that is asked about."""
        found: dict[int, int | None] = {}
        start = 0
        while start < len(calls) and not self.exits.off:
            port = await self._ready()
            file, version = self.file, VERSIONS[self._level]
            job = (str(file.jobname), str(file.jobid), str(file.owner))
            known = job if version >= _WITH_JOB else None
            said = await port.ask(version, known, calls[start:])
            found |= {places[start + at]: code for at, code in said.codes}
            if said.failed is None:
                break
            self.exits.failed(said.failed)
            start += said.at if said.at < len(calls) - start else 0
            found[places[start]] = None
            start += 1
            while start < len(calls) and calls[start][0] is not Action.MAIL:
                start += 1
            self._skips = start == len(calls)
        return found

    async def _ready(self) -> ExitPort:
        """An exit of the version that is in force now."""
        if self._port is not None and self._level is self.exits.level:
            return self._port
        if self._port is not None:
            await self._port.close()
        self._level = self.exits.level
        self._port = await self.exits.take()
        return self._port

    # --- what answers do -----------------------------------------------------------------------

    def _passed(self, events: Sequence[Event], verdicts: dict[int, int | None]) -> list[Event]:
        passed: list[Event] = []
        if verdicts.get(-1) == Answer.REJECT_FILE:
            self._reject(FILE_REJECTED, 1, b"", passed)
            self._ending = True
        for place, event in enumerate(events):
            if self._ending and not self._open:
                break
            self._event(event, place in verdicts, verdicts.get(place, 0), passed)
        if self._ending and not self._open and self._parser is not None:
            self._parser.stop(self._mails)
        return passed

    def _event(self, event: Event, asked: bool, code: int | None, passed: list[Event]) -> None:
        record, line = 0, b""
        match event:
            case Spoken(_, record, line):
                unheard = self.exits.off and self.exits.closed and not asked
                code = self._command(event.verb, None if unheard else code)
            case TextTaken(lines, start, _):
                record = lines.record(start)
            case Mail():
                record, self._mails = event.record, event.ordinal
        self._answered(code, record, line, passed)
        if isinstance(event, Mail):
            self._complete(event)
        if not isinstance(event, Spoken | TextTaken):
            passed.append(event)

    def _command(self, verb: Verb, code: int | None) -> int | None:
        """Whether a mail is open behind a command; the answer that counts."""
        if verb is Verb.MAIL:
            self._open, self._refused = True, None
            return code
        if verb in _ENDS:
            self._open = False
        return code

    def _complete(self, mail: Mail) -> None:
        self._open = False
        if self._refused is not None:
            for recipient in mail.waiting:
                recipient.status, recipient.reply = Status.UNDELIVERABLE, self._refused

    def _answered(self, code: int | None, record: int, line: bytes, passed: list[Event]) -> None:
        if code == Answer.REJECT_FILE:
            self._ending = True
            self._reject(FILE_REJECTED, record, line, passed)
        elif code == Answer.REJECT_MAIL and self._open:
            self._reject(MAIL_REJECTED, record, line, passed)
        elif code is None and self.exits.closed and self._open:
            self._reject(FAILED, record, line, passed)

    def _reject(self, reply: str, record: int, line: bytes, passed: list[Event]) -> None:
        """An error of the file that does not count towards JESSyntaxErrLimit; one a mail."""
        if self._refused is None:
            shown = self.rules.codes.code.shown(line[:TEXT_MAX])
            passed.append(SyntaxFault(record, self._mails + 1, reply, shown, counted=False))
        self._refused = reply
