"""What a rehearsal runs: both configurations, and a system to make spool files on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cssmtp.choices import DEFAULT, Choices
from cssmtp.config.findings import Severity
from cssmtp.config.parser import parse as parse_cssmtp
from cssmtp.config.statements import Config
from cssmtp.headers import Stamps
from cssmtp.rehearsal import Rehearsal
from cssmtp.rules import rules_of
from cssmtp.smtpd.converter import Options, convert
from cssmtp.smtpd.facts import Site
from cssmtp.smtpd.parser import Parsed, parse
from cssmtp.smtpd.report import FileReport, NotRead
from cssmtp.smtpd.verdicts import Migration
from emulator.corpus import Candidate, Corpus, Unread
from emulator.deposit import FileShape
from emulator.exits import UsageFault
from emulator.settings import Settings
from emulator.shown import printable
from emulator.system import System
from emulator.wiring import checked_config, config_source
from jes.errors import BadCharacter, BadRecord
from jes.names import SysoutClass, WriterName
from jes.sysout import SysoutRequest

_DEFAULTS = "the defaults of SMTPD"
_CONVERTED = "what jesmail convert makes of {source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A rehearsal as it was asked for. `now` stamps all mail, so that the same input gives the
    same report; `shape` and `sysout_class` are for files without JCL."""

    smtpd: Path | None = None
    cssmtp: Path | None = None
    smtpd_name: WriterName = field(default_factory=lambda: WriterName("SMTP"))
    settings: Settings = field(default_factory=Settings)
    shape: FileShape = field(default_factory=FileShape)
    sysout_class: SysoutClass = field(default_factory=lambda: SysoutClass("B"))
    writer: WriterName | None = None
    user: str = "IBMUSER"
    now: datetime = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)

    @property
    def configurations(self) -> tuple[str, str]:
        """What both sides are configured by, for people."""
        smtpd = str(self.smtpd) if self.smtpd is not None else _DEFAULTS
        source = "SMTP.CONFIG" if self.smtpd is not None else _DEFAULTS
        return smtpd, str(self.file_of_cssmtp or _CONVERTED.format(source=source))

    @property
    def file_of_cssmtp(self) -> Path | None:
        """Its configuration: the one given, else that of the system's first CSSMTP, if any."""
        tasks = self.settings.cssmtps
        return self.cssmtp or (tasks[0].config if tasks else None)

    def migration(self) -> Migration:
        """Both sides. Raises `UsageFault` for a configuration with errors."""
        parsed = parse(config_source(self.smtpd, None).text if self.smtpd is not None else "")
        if parsed.refused:
            raise UsageFault(
                "\n".join(
                    f"{self.smtpd}: {one}"
                    for one in parsed.findings
                    if one.severity is Severity.ERROR
                )
            )
        settings = self.settings
        site = Site(
            now=self.now, config=parsed.config, coded=frozenset(parsed.lines),
            host=settings.hostname, node=settings.node, jobname=str(self.smtpd_name),
        )  # fmt: skip
        config = self._config(parsed)
        tasks = settings.cssmtps
        choices = tasks[0].choices if tasks else DEFAULT
        return Migration(site, self._rehearsal(config, choices), self.smtpd_name)

    def _config(self, parsed: Parsed) -> Config:
        """Of CSSMTP: its file's, or the converter's."""
        if self.file_of_cssmtp is not None:
            return checked_config(self.file_of_cssmtp, "CSSMTP")
        text = convert(parsed, Options(self.smtpd_name)).text
        made = parse_cssmtp(text, jobname="CSSMTP").config
        if made is None:
            raise UsageFault(f"{self.smtpd}: what it is converted to has errors; give --cssmtp")
        return made

    def _rehearsal(self, config: Config, choices: Choices) -> Rehearsal:
        if not config.target_servers:
            raise UsageFault("the configuration of CSSMTP has no target server")
        settings = self.settings
        try:
            rules = rules_of(config, choices, settings.hostname, "CSSMTP", Stamps(lambda: self.now))
            return Rehearsal(rules, choices, rules.codes.wire(config.target_servers[0]))
        except BadCharacter as error:
            raise UsageFault(
                f"{self.file_of_cssmtp or self.smtpd}: {error.message.id} {error}"
            ) from error


@dataclass(slots=True)
class Rehearser:
    """Carries out a plan, one source after the other. Use as a context manager; raises
    `UsageFault`."""

    plan: Plan
    migration: Migration = field(init=False)
    _corpus: Corpus = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Read the configurations, open a throw-away system."""
        plan = self.plan
        self.migration = plan.migration()
        clock: Callable[[], datetime] = lambda: plan.now  # noqa: E731 a clock that stands
        system = self._open.enter_context(System(replace(plan.settings, spool=None), clock))
        writer = plan.writer or plan.smtpd_name
        request = SysoutRequest(sysout_class=plan.sysout_class, writer=writer)
        self._corpus = Corpus(system, plan.shape, request, plan.user)
        return self

    def __exit__(self, *_: object) -> None:
        """Give the system up."""
        self._open.close()

    def reports(self, source: str) -> Iterator[FileReport | NotRead]:
        """The spool files of a source that one of the programs would take, and what could not be
        read."""
        for one in self._corpus.of(source):
            match one:
                case Candidate():
                    if self.migration.concerns(one.file):
                        yield self._report(one, printable(source))
                case Unread():
                    yield NotRead(source=printable(source), reason=printable(one.reason))

    def _report(self, one: Candidate, source: str) -> FileReport | NotRead:
        try:
            return self.migration.report(
                source, one.file, one.blocks, jcl=one.jcl, netdata=one.netdata
            )
        except BadRecord as error:
            return NotRead(source=source, reason=f"{error.message.id} {error}")
