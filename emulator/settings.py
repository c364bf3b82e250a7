"""The system definition file: YAML in, `Settings` or faults with lines out (blueprint §6).

`parse` is pure; `load` reads the file, which is the one I/O here. Every key has a default, so that
no file at all is the default system. Paths are relative to the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cssmtp.choices import DEFAULT, Choices
from jes.names import DsName, JobName, SysoutClass, UserId, WriterName
from jes.records import FB, Recfm
from jes.store.capacity import CAPACITY, JOB_NUMBERS
from jes.sysout import OutClass, default_outclasses


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSettings:
    """A data set that is a file, or a library (PDS) that is a folder.

    `codepage` is that of a text file; binary V records follow an RDW when `rdw`.
    """

    path: Path
    recfm: Recfm = FB
    lrecl: int = 80
    text: bool = True
    codepage: str = "UTF-8"
    rdw: bool = False


JOB_CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CSSMTP = JobName("CSSMTP")


class Program(StrEnum):
    """What a started task runs."""

    CSSMTP = "cssmtp"
    WRITER = "writer"


class Checkpointing(StrEnum):
    """What a CSSMTP that starts does with what it noted before, on a spool that stays."""

    WARM = "warm"
    COLD = "cold"  # start option -f
    NONE = "none"


class FailedExit(StrEnum):
    """What becomes of mail that a user exit failed for."""

    SEND = "send"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserExitOptions:
    """A user exit: a function of a Python file. `seconds` are for one call, `memory` in bytes for
    its process; after so many `failures` it is switched off."""

    path: Path
    callable: str = "check"
    seconds: int = 5
    failures: int = 3
    on_failure: FailedExit = FailedExit.SEND
    memory: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedTask:
    """A CSSMTP to start; `config` None is a configuration of defaults and the sandbox.

    `choices` are the points that IBM's pages leave open. `log` is a file, None for no log.
    """

    name: JobName = _CSSMTP
    program: Program = Program.CSSMTP
    config: Path | None = None
    checkpoint: Checkpointing = Checkpointing.WARM
    log: Path | None = None
    choices: Choices = DEFAULT
    user_exit: UserExitOptions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterTask:
    """An external writer to start: prints into `folder` (`emulator.external_writer`).

    `classes` in order of priority. `writer`: output for that name; None: output for nobody.
    `binary`: records behind RDWs in place of text.
    """

    name: JobName
    program: Program = Program.WRITER
    folder: Path
    classes: tuple[SysoutClass, ...] = ()
    writer: WriterName | None = None
    binary: bool = False


Task = StartedTask | WriterTask


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """The sandbox mail server. Port 0 is any free one, `size_limit` in bytes, 0 none.

    `starttls` offers STARTTLS; `faults` is a file that says how it misbehaves.
    """

    port: int = 0
    hostname: str = "sandbox.example"
    size_limit: int = 0
    starttls: bool = True
    faults: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPolicy:
    """What AT-TLS policy is on z/OS (blueprint §8). Files are PEM."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    minimum_version: str = "1.2"
    check_name: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user id's particulars."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A system. `outclass` has all 36 classes.

    `spool` is a file of SQLite, the address of a PostgreSQL database (`postgresql://…`), or None
    for a throw-away one.

    `spool_size` is in bytes, `job_numbers` are the lowest and the highest. `initiators` has the job
    classes of each initiator, in their order; `console` the socket that a system which stays up
    answers on, None beside its spool. `unix_files` is the folder below which the directories of a
    CSSMTP configuration are; None is one beside the spool, or of the run.

    `smf` is the SMF data set, None for none.

    `programs` are `module:function` by PGM name, `symbols` values by system symbol.
    """

    node: str = "N1"
    sysname: str = "SYS1"
    hostname: str = "mvs1.example.com"
    codepage: str = "IBM-1047"
    spool: Path | str | None = None
    spool_size: int = CAPACITY
    job_numbers: tuple[int, int] = JOB_NUMBERS
    initiators: tuple[str, ...] = (JOB_CLASSES, JOB_CLASSES)
    console: Path | None = None
    unix_files: Path | None = None
    outclass: Mapping[SysoutClass, OutClass] = field(default_factory=default_outclasses)
    datasets: Mapping[DsName, DatasetSettings] = field(default_factory=dict)
    proclib: tuple[Path, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[UserId, User] = field(default_factory=dict)
    started_tasks: tuple[Task, ...] = (StartedTask(),)
    sandbox: SandboxOptions = SandboxOptions()
    tls: TlsPolicy | None = None
    smf: Path | None = None

    @property
    def cssmtps(self) -> tuple[StartedTask, ...]:
        """The started tasks that are CSSMTPs."""
        return tuple(one for one in self.started_tasks if isinstance(one, StartedTask))

    @property
    def writers(self) -> tuple[WriterTask, ...]:
        """The started tasks that are external writers."""
        return tuple(one for one in self.started_tasks if isinstance(one, WriterTask))


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """Something wrong in a system file; `key` is the way to it, such as `outclass.K.outdisp`."""

    line: int
    column: int
    key: str
    text: str

    def __str__(self) -> str:
        """Place, id, key and text on one line."""
        key = f"{self.key}: " if self.key else ""
        return f"line {self.line}, column {self.column}: JML280E {key}{self.text}"


class SettingsError(Exception):
    """A system file cannot be used. The text has a line for each fault."""

    def __init__(self, path: Path, faults: tuple[SettingsFault, ...], reason: str = "") -> None:
        lines = [f"{path}: {fault}" for fault in faults] or [f"{path}: JML281E {reason}"]
        super().__init__("\n".join(lines))
        self.path = path
        self.faults = faults


def parse(text: str, base: Path) -> tuple[Settings | None, list[SettingsFault]]:
    """The settings of a system file whose paths are relative to `base`; None with faults."""
    from emulator.settings_parser import read

    return read(text, base)


def load(path: Path) -> Settings:
    """The settings of a file. Raises `SettingsError`; does I/O."""
    from emulator.yaml_lines import MAX_CHARACTERS

    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        reason = f"the system file cannot be read: {error.strerror or error}"
        raise SettingsError(path, (), reason) from error
    except ValueError as error:  # bytes, or a path that no system call takes
        raise SettingsError(path, (), f"the system file cannot be read: {error}") from error
    settings, faults = parse(text, path.parent)
    if settings is None:
        raise SettingsError(path, tuple(faults))
    return settings


def not_built(settings: Settings) -> list[str]:
    """A sentence for each setting that is read and checked but has no effect in this version."""
    pages = any(d.text and d.codepage != "UTF-8" for d in settings.datasets.values())
    asked = {
        "proclib": bool(settings.proclib),
        "users": bool(settings.users),
        "codepage of a data set other than UTF-8": pages,
    }
    return [
        f"{what} in the system file is checked but not built yet: without effect in this version."
        for what, coded in asked.items()
        if coded
    ]
