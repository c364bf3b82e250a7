"""CSSMTPs on a system: configurations, targets, the sandbox behind these, jobs on the spool."""

import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cssmtp.choices import DEFAULT, Choices
from cssmtp.config.findings import Severity
from cssmtp.config.parser import Parsed, parse
from cssmtp.config.scanner import Source, read
from cssmtp.config.statements import Config
from cssmtp.log import Log
from cssmtp.logged import Logged
from cssmtp.mail import Mail
from cssmtp.messages import WRITER_TAKEN
from cssmtp.operation import Operation
from cssmtp.setting import no_tap
from cssmtp.smtp.wire import Policy
from cssmtp.targetlist import TargetList
from cssmtp.targets import Target
from cssmtp.task import Cssmtp, Observer, Place
from emulator import targets
from emulator.checkpoint.opening import Checkpoints
from emulator.exitprocess import exits_of
from emulator.exits import Unreachable, UsageFault
from emulator.logfile import STANDARD_ERROR, LogFile
from emulator.resolver import Resolver
from emulator.sandbox.certificates import Certificates
from emulator.sandbox.errors import BROKEN_FUNCTION
from emulator.sandbox.faults import Acted, Broken, Rule, needs_starttls
from emulator.sandbox.mta import Sandbox, SandboxSettings
from emulator.sandbox.script import Event
from emulator.sandbox.store import Mail as Accepted
from emulator.settings import Checkpointing, Settings, UserExitOptions
from emulator.smf import cut_with, cutter_of
from emulator.spool import Bell, StoreThread, ThreadedSession
from emulator.system import System
from emulator.tls import policy_of, sandbox_policy
from emulator.unixfiles import UnixFolder
from emulator.waits import JumpingWaits, RealWaits
from jes.errors import CommandRejected, JesError
from jes.names import JobName, UserId, WriterName
from jes.sapi import SapiSession
from jes.started import StartedJob
from jes.sysout import Selection


@dataclass(frozen=True, slots=True)
class Instance:
    """A CSSMTP with its configuration."""

    jobname: JobName
    config: Config
    choices: Choices = DEFAULT
    checkpoint: Checkpointing = Checkpointing.WARM
    path: Path | None = None  # its configuration file
    log: Path | None = None
    user_exit: UserExitOptions | None = None


class Saved:
    """Which file of the sandbox belongs to which mail."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, int], str] = {}

    def keep(self, mail: Accepted) -> None:
        """The sandbox accepted a mail; it is not answered yet."""
        if mail.path is not None:
            self._names[mail.receipt] = mail.path.name

    def name(self, mail: Mail) -> str | None:
        """The first file that the mail was saved to. Asked for once, when the mail is settled."""
        found = [self._names.pop(receipt, None) for receipt in mail.receipts]
        return min((name for name in found if name), default=None)


@dataclass(slots=True, kw_only=True)
class Wiring:
    """Makes the CSSMTPs of a system, and the sandbox behind their targets unless mail is really
    delivered. What it opens ends with `stack`; `tell` hears what is to be said of
    targets, and of faults that failed themselves.

    `jumping`: retries take no time; a target that is down is waited for. `until`: no retry behind
    it is waited for. Directories of z/OS UNIX are below `mail_root` and `letter_root`: None is no
    extended retry, and no place for dead letters."""

    system: System
    observer: Observer
    thread: StoreThread
    stack: AsyncExitStack
    saved: Saved
    tell: Callable[[str], None]
    deliver: bool = False
    save_dir: Path | None = None
    standing_clock: bool = False
    bell: Bell | None = None  # of a system that stays up
    faults: tuple[Rule, ...] = ()
    acted: Callable[[Rule], None] = lambda rule: None  # a rule of them did something
    resolver: Resolver = field(default_factory=Resolver)
    jumping: JumpingWaits | None = None
    until: datetime | None = None
    mail_root: Path | None = None
    letter_root: Path | None = None
    _policy: Callable[[Target], Policy] | None = None
    _checkpoints: Checkpoints | None = None

    async def start(self, instances: Sequence[Instance]) -> list[Cssmtp]:
        """A CSSMTP for each instance. Raises `SandboxError`, `UsageFault`, `Unreachable`."""
        try:
            for one in instances:
                await self._hold(one, self.stack)
        except CommandRejected as error:
            raise Unreachable(f"{error.message.id} {error}") from error
        servers = await self.servers(instances)
        if self.deliver:
            servers = [await self._real(one) for one in instances]
        tasks = []
        for one, mine in zip(instances, servers, strict=True):
            tasks.append(self.wire(one, mine, self.stack).task)
            await self._remember(one, tasks[-1])
        return tasks

    async def _remember(self, one: Instance, task: Cssmtp) -> None:
        """Give a CSSMTP its checkpoint. Raises `CheckpointError`."""
        if self._checkpoints is None:
            place, store = self.system.settings.spool, self.system.jes.store
            self._checkpoints = Checkpoints(place, store, self.thread, self.tell, self.deliver)
            self.stack.callback(self._checkpoints.close)
        task.ledger = await self._checkpoints.ledger(str(one.jobname), one.config, one.checkpoint)

    async def _real(self, one: Instance) -> Sequence[Target]:
        found = await targets.real(one.config, self.resolver, self.tell)
        if not found.targets:
            raise Unreachable(targets.NO_ADDRESS.format(reasons="; ".join(found.remarks)))
        return found.targets

    async def servers(self, instances: Sequence[Instance]) -> list[Sequence[Target]]:
        """The sandbox's listeners for each instance; none when mail is really delivered, to
        servers that are to be resolved. Raises `SandboxError`, `UsageFault`."""
        if self.deliver:
            return [() for _ in instances]
        counts = [len(targets.configured(one.config)) for one in instances]
        addresses = await self._sandbox(sum(counts)) if instances else []
        found: list[Sequence[Target]] = []
        for one, count in zip(instances, counts, strict=True):
            mine, addresses = addresses[:count], addresses[count:]
            names = self.standing_clock
            found.append(targets.in_sandbox(one.config, mine, as_configured=names))
        return found

    async def _sandbox(self, count: int) -> list[tuple[str, int]]:
        """The addresses of a sandbox with so many listeners."""
        settings, folder = self.system.settings.sandbox, self.save_dir
        certificates = Certificates(settings.hostname)
        self._policy = sandbox_policy(self.system.settings.tls, certificates.authority)
        offered = settings.starttls or needs_starttls(self.faults)
        sandbox = Sandbox(
            SandboxSettings(
                listeners=_listeners(self.system.settings, count),
                hostname=settings.hostname,
                size_limit=settings.size_limit,
                save_dir=folder,
                discard=folder is None,
                remember=False,
                go_on=self.bell is not None,
                tls=certificates if offered else None,
                faults=self.faults,
                skipped=self.jumping.skipped if self.jumping else float,
            ),
            self.saved.keep,
            self._heard,
        )
        return list((await self.stack.enter_async_context(sandbox)).addresses)

    def _heard(self, event: Event) -> None:
        match event:
            case Acted(rule):
                self.acted(rule)
            case Broken(rule, reason):
                self.tell(BROKEN_FUNCTION.line(name=rule.name, reason=reason))

    def policy(self) -> Callable[[Target], Policy]:
        """The TLS policy of the system file. Raises `UsageFault`."""
        if self._policy is None:
            self._policy = policy_of(self.system.settings.tls)
        return self._policy

    async def open(
        self,
        one: Instance,
        servers: Sequence[Target],
        stack: AsyncExitStack,
        operation: Operation | None = None,
    ) -> "Wired":
        """A CSSMTP of a system that stays up; some names may have no address yet.

        Raises `UsageFault`, `Unreachable`, `CheckpointError`, `CommandRejected` when its writer
        name is taken.
        """
        await self._hold(one, stack)
        if not self.deliver:
            wired = self.wire(one, servers, stack, operation)
        else:
            found = await targets.real(one.config, self.resolver, self.tell)
            wired = replace(self.wire(one, found.targets, stack, operation), found=found)
        await self._remember(one, wired.task)
        return wired

    async def _hold(self, one: Instance, stack: AsyncExitStack) -> None:
        """Have the writer name for this CSSMTP alone. Raises `CommandRejected`."""
        store, writer = self.system.jes.store, one.config.ext_wrt_name
        mine = f"{one.jobname} OF {self.system.settings.sysname}"
        holder = await self.thread.call(store.hold_writer, writer, mine)
        if holder is not None:
            fields = {"writer": writer, "holder": holder, "job": one.jobname}
            raise CommandRejected(WRITER_TAKEN, **fields)
        stack.push_async_callback(self.thread.call, store.free_writer, writer)

    def wire(
        self,
        one: Instance,
        servers: Sequence[Target],
        stack: AsyncExitStack,
        operation: Operation | None = None,
    ) -> "Wired":
        """A CSSMTP with a session and a job of its own, which end with `stack`."""
        system = self.system
        job = StartedJob(system.jes, one.jobname, UserId(one.jobname))
        session = ThreadedSession(
            SapiSession(system.jes.store, Selection(one.config.ext_wrt_name)),
            job,
            system.page,
            self.thread,
            self.bell,
        )
        stack.push_async_callback(session.close)
        tell = operation.tell if operation else self.tell
        operation = operation or Operation()
        log = self._log(one, operation, stack) if one.log is not None else None
        place = self._place(one, log)
        observer = Logged(log, self.observer) if log is not None else self.observer
        cutter = cutter_of(system.settings.smf, one.config, place, observer, stack)
        task = Cssmtp(
            one.config,
            session,
            servers,
            place,
            cutter or observer,
            one.choices,
            bell=self.bell,
            operation=operation,
        )
        if cutter is not None:
            cut_with(cutter, task, stack)
        name, level = str(one.jobname), one.config.user_exit
        task.exits = exits_of(one.user_exit, level, name, tell, stack)
        return Wired(task, job)

    def _place(self, one: Instance, log: Log | None) -> Place:
        """What is around a CSSMTP."""
        system = self.system
        mails, letters = self._folders(one.config)
        return Place(
            jobname=one.jobname,
            host=system.settings.hostname,
            sysname=system.settings.sysname,
            node=system.settings.node,
            clock=self.jumping or RealWaits(system.clock),
            serial=self.standing_clock,
            patient=self.bell is not None or self.jumping is not None,
            policy=self.policy(),
            until=self.until,
            mails=mails,
            letters=letters,
            tap=log.tap if log is not None else no_tap,
        )

    def _log(self, one: Instance, operation: Operation, stack: AsyncExitStack) -> Log:
        """The log of a CSSMTP, open until `stack` ends. Raises `UsageFault`."""
        file = LogFile(one.log or STANDARD_ERROR, self.observer.say)
        stack.callback(file.close)
        return Log(
            file.put,
            lambda: operation.log_level,
            (self.jumping or RealWaits(self.system.clock)).now,
            str(one.jobname),
            1 if self.standing_clock else os.getpid(),
        )

    def _folders(self, config: Config) -> tuple[UnixFolder | None, UnixFolder | None]:
        """The MailDirectory and the DeadLetterDirectory of a configuration."""
        writer, extended = config.ext_wrt_name, config.extended_retry
        mails = letters = None
        if self.mail_root is not None and extended is not None:
            mails = UnixFolder(self.mail_root, extended.directory(writer))
        if self.letter_root is not None:
            letters = UnixFolder(self.letter_root, config.undeliverable.directory(writer))
        return mails, letters


@dataclass(frozen=True, slots=True)
class Wired:
    """A CSSMTP that can run, its job on the spool, and its target servers as they were found."""

    task: Cssmtp
    job: StartedJob
    found: TargetList = field(default_factory=TargetList)


def _listeners(settings: Settings, count: int) -> tuple[tuple[str, int], ...]:
    """One listener a target; only the first can have the port that the system file asks for."""
    port = settings.sandbox.port
    return tuple(("127.0.0.1", port if number == 0 else 0) for number in range(count))


def faults_of(settings: Settings, given: Path | None) -> tuple[Rule, ...]:
    """How the sandbox misbehaves: as a command line says, else as the system file does.

    Raises `UsageFault` with every finding.
    """
    path = given or settings.sandbox.faults
    if path is None:
        return ()
    from emulator.sandbox.fault_files import FaultsError, load

    try:
        return load(path)
    except FaultsError as error:
        raise UsageFault(str(error)) from error


def instances_of(settings: Settings, config: Path | None) -> list[Instance]:
    """The CSSMTPs of a system; `config` takes the place of the first one's configuration.

    Raises `UsageFault` with every error of a configuration.
    """
    found = []
    for number, task in enumerate(settings.cssmtps):
        path = config if number == 0 and config is not None else task.config
        if path is None:
            plain = Config(
                ext_wrt_name=WriterName(task.name), target_servers=targets.default_servers()
            )
        else:
            plain = checked_config(path, task.name)
        more = (task.choices, task.checkpoint, path, task.log, task.user_exit)
        found.append(Instance(task.name, plain, *more))
    return found


def checked_config(path: Path, jobname: str) -> Config:
    """The configuration of a file. Raises `UsageFault`."""
    parsed = parsed_config(path, jobname)
    if parsed.config is None:
        errors = [f"{path}: {f}" for f in parsed.findings if f.severity is Severity.ERROR]
        raise UsageFault("\n".join(errors))
    return parsed.config


def parsed_config(path: Path, jobname: str, codepage: str | None = None) -> Parsed:
    """What a configuration file says. Raises `UsageFault` when it cannot be read."""
    return parse(config_source(path, codepage).text, jobname=jobname)


def config_source(path: Path, codepage: str | None) -> Source:
    """The text of a configuration file, and its code page. Raises `UsageFault`."""
    try:
        return read(path.read_bytes(), codepage)
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror or error}") from error
    except JesError as error:
        raise UsageFault(f"{path}: {error.message.id} {error}") from error
