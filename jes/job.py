"""A job: what the converter makes of JCL, and what becomes of it (jes2.md 1.6, 5).

These values are the border between `jes.jcl`, which makes them, and `jes.execution`, which runs
them. Record data in a job is EBCDIC already.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from jes.names import DdName, DsName, JobName, SysoutClass, UserId
from jes.records import Recfm
from jes.sysout import SysoutRequest


class Phase(StrEnum):
    """Where a job is in its life (jes2.md 1.6)."""

    INPUT = "INPUT"
    CONVERSION = "CONVERSION"
    EXECUTION = "EXECUTION"
    OUTPUT = "OUTPUT"
    HARDCOPY = "HARDCOPY"
    PURGE = "PURGE"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a job, for its listing and its report.

    `card` is the 1-based line of the submitted file, `job_card` the 1-based card of the job; both
    are None for a fault of the whole job.
    """

    id: str
    text: str
    card: int | None = None
    job_card: int | None = None

    def __str__(self) -> str:
        """Id, place and text on one line."""
        where = f" card {self.card}:" if self.card is not None else ""
        return f"{self.id}{where} {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dcb:
    """What a DD says about its records; None where it says nothing."""

    recfm: Recfm | None = None
    lrecl: int | None = None
    blksize: int | None = None


@dataclass(frozen=True, slots=True)
class Instream:
    """In-stream data: EBCDIC card images of 80 bytes side by side. `dsid` is 101 and up."""

    data: bytes
    dsid: int
    card: int


@dataclass(frozen=True, slots=True)
class Dummy:
    """`DUMMY` or `DSN=NULLFILE`: end of file on read, writes vanish."""


class Status(StrEnum):
    """First DISP subparameter."""

    NEW = "NEW"
    OLD = "OLD"
    SHR = "SHR"
    MOD = "MOD"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A catalogued data set, or a member of one."""

    dsname: DsName
    status: Status = Status.NEW
    normal: str = "KEEP"
    abnormal: str = "KEEP"


@dataclass(frozen=True, slots=True)
class Sysout:
    """SYSOUT: one request for each copy of the data set (one per OUTPUT statement referenced).

    `outlim` is how many records the DD may have, `segment` after how many pages a piece is spun.
    """

    requests: tuple[SysoutRequest, ...]
    dsname: str | None = None  # the last qualifier, from DSN=&&name
    outlim: int | None = None
    segment: int | None = None


Allocation = Instream | Dummy | Dataset | Sysout


@dataclass(frozen=True, slots=True)
class DdPart:
    """One DD statement: what it allocates, its DCB, and the card it begins on (of the file)."""

    allocation: Allocation
    dcb: Dcb = Dcb()
    card: int = 0
    job_card: int = 0


@dataclass(frozen=True, slots=True)
class DD:
    """A ddname with its DD statement, or the statements of a concatenation in order."""

    ddname: DdName
    parts: tuple[DdPart, ...]


class When(StrEnum):
    """COND=EVEN and COND=ONLY: whether a step runs after an abend."""

    EVEN = "EVEN"
    ONLY = "ONLY"


@dataclass(frozen=True, slots=True)
class CondTest:
    """`(code,op[,step])`: the step is bypassed if `code op RC` is true (jes2.md 5.2)."""

    code: int
    op: str  # GT GE EQ NE LT LE
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Cond:
    """A COND= parameter."""

    tests: tuple[CondTest, ...] = ()
    when: When | None = None


@dataclass(frozen=True, slots=True)
class IfTest:
    """A relation of an IF expression: `RC`, `S1.RC`, `ABEND`, `S1.ABENDCC`, `S1.RUN` …"""

    keyword: str  # RC ABEND ABENDCC RUN
    op: str  # EQ NE GT GE LT LE
    value: int | str | bool
    step: str | None = None


@dataclass(frozen=True, slots=True)
class IfNot:
    """NOT of an expression."""

    operand: "IfExpression"


@dataclass(frozen=True, slots=True)
class IfJoin:
    """AND or OR of expressions."""

    operator: str  # AND OR
    operands: tuple["IfExpression", ...]


IfExpression = IfTest | IfNot | IfJoin


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One EXEC PGM= with its DDs. `conditions`, the IFs around it, must all hold; ELSE is NOT."""

    stepname: str
    program: str
    parm: str = ""
    dds: tuple[DD, ...] = ()
    cond: Cond = Cond()
    conditions: tuple[IfExpression, ...] = ()
    procstep: str | None = None
    card: int = 0
    job_card: int = 0


class Counted(StrEnum):
    """What of a job's output has an estimate (jes2.md 1.8, 5.2)."""

    LINES = "LINES"
    CARDS = "CARDS"
    BYTES = "BYTES"


@dataclass(frozen=True, slots=True)
class Estimate:
    """LINES=, CARDS= or BYTES= of a job: above `most` of them it is cancelled, or only named."""

    counted: Counted
    most: int
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A card in the JCL listing: its statement number (None for continuations and comments)."""

    number: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A converted job. With `faults` it must not run and ends with JCL ERROR.

    `jes_output` has a request for each of JESMSGLG, JESJCL, JESYSMSG, and `suppressed` names those
    that are not made. `copies` is how often all of its output is wanted. `card` is the line of the
    submitted file on which the JOB statement stands, `cards` how many cards were read for it.
    """

    jobname: JobName
    owner: UserId
    job_class: str = "A"
    msgclass: SysoutClass
    msglevel: tuple[int, int] = (1, 1)
    notify: UserId | None = None
    programmer: str = ""
    typrun: str | None = None
    cond: Cond = Cond()
    steps: tuple[Step, ...] = ()
    jes_output: dict[str, SysoutRequest] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    copies: int = 1
    estimates: tuple[Estimate, ...] = ()
    listing: tuple[Listed, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    card: int = 1
    cards: int = 0


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended: `CC 0000`, `ABEND S806` (zos-clients.md 1.4), or `FLUSH` when not run."""

    stepname: str
    program: str
    retcode: str
    procstep: str | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended: `CC nnnn`, `ABEND Sxxx`, `ABENDUnnnn`, `JCL ERROR`, and why."""

    retcode: str
    steps: tuple[StepResult, ...] = ()
    faults: tuple[Fault, ...] = ()
    abnormal: bool = False
