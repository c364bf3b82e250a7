"""The CSSMTP screen as lines: target servers, spool tasks, counters (spool-ui.md 4.3).

States and counters are those of the system's status; this only lays them out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emulator.panels.rates import Rate, spark
from emulator.shown import printable
from emulator.status import CssmtpStatus, SpoolTaskStatus, Status, TargetStatus

_SPARK = 12
_WAITS = "BACKPRESSURE"
WAITING = "WAITING FOR A TARGET SERVER: NOTHING IS LOST, NO RETRY IS COUNTED   (F1 EXPLAINS)"
# a sign and a kind for each state of a target; every other state is neutral
_STATES = {
    "ACTIVE": ("✔", "+", "good"),
    "CONNECTING": ("●", "*", "active"),
    "RESOLVING": ("●", "*", "active"),
    "UNREACHABLE": ("✖", "!", "bad"),
    "UNRESPONSIVE": ("▲", "~", "warn"),
    "NOT CAPABLE": ("▲", "~", "warn"),
    "REMOVED": ("✖", "!", "bad"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a screen; `kind` is heading, good, warn, bad, active, or empty."""

    text: str
    kind: str = ""


def lines(
    status: Status, rates: Mapping[tuple[str, str], Rate], *, ascii_only: bool = False
) -> list[Line]:
    """Every CSSMTP of a system. `rates` are by CSSMTP and target address."""
    if not status.cssmtps:
        return [Line("THIS SYSTEM HAS NO CSSMTP", "warn")]
    return [line for one in status.cssmtps for line in _cssmtp(one, rates, ascii_only)]


def _cssmtp(
    one: CssmtpStatus, rates: Mapping[tuple[str, str], Rate], ascii_only: bool
) -> Iterator[Line]:
    since = (one.since or "")[11:19]
    yield Line(
        f"{printable(one.name):<8} {one.state:<9} WRITER {printable(one.writer):<8}"
        f" {one.jobid or '-':<8} SINCE {since or '-'}",
        "heading",
    )
    if any(task.state == _WAITS for task in one.spool_tasks):
        yield Line(f"{'!' if ascii_only else '▲'} {WAITING}", "warn")
    if one.counters is not None:
        yield from _counters(one)
    yield Line("")
    yield Line(
        f"  {'Target':<26}{'State':<14}{'Conn':>7}{'Waiting':>9}  {'Sent/min':<{_SPARK + 7}}"
        f"{'Sent':>9}{'4xx':>7}{'5xx':>7}  Last reply",
        "heading",
    )
    for target in one.targets:
        rate = rates.get((one.name, target.address), Rate())
        yield _target(target, rate, ascii_only)
    yield Line("")
    yield Line(
        f"  {'TkId':>4} {'Type':<7}{'State':<14}{'JobName':<9}{'JobID':<9}{'DDName':<9}"
        f"{'Records':>17}{'Read':>8}{'Sent':>8}{'Pending':>8}{'Errors':>7}",
        "heading",
    )
    for task in one.spool_tasks:
        yield _task(task)
    yield Line("")


def _counters(one: CssmtpStatus) -> Iterator[Line]:
    counters = one.counters
    if counters is not None:
        yield Line(
            f"  FILES {counters.files}  BAD {counters.bad_files}  IN USE {counters.in_use}"
            f"  MAILS {counters.mails}  WAITING {one.waiting}  SENDING {one.sending}"
        )
        yield Line(
            f"  RECIPIENTS DELIVERED {counters.delivered}"
            f"  UNDELIVERABLE {counters.undeliverable}  PENDING {counters.pending}"
            f"  SYNTAX ERRORS {counters.syntax_errors}"
        )


def _target(target: TargetStatus, rate: Rate, ascii_only: bool) -> Line:
    sign, plain, kind = _STATES.get(target.state, (" ", " ", ""))
    bars = spark(rate.steps, _SPARK, ascii_only=ascii_only)
    reply = printable(target.failure or target.last_reply or "")
    name = printable(target.name)
    shown = name if target.address.startswith(name) else f"{name} {target.address}"
    return Line(
        f"{plain if ascii_only else sign} {printable(shown):<26}{target.state:<14}"
        f"{f'{target.connections}/{target.limit}':>7}{target.waiting:>9}  {bars}{rate.a_minute:>6} "
        f"{target.sent:>9}{target.temporary:>7}{target.refused:>7}  {reply}",
        kind,
    )


def _task(task: SpoolTaskStatus) -> Line:
    records = f"{task.records}/{task.records_total}" if task.jobid else ""
    kind = "warn" if task.state == _WAITS else ""
    return Line(
        f"  {task.tkid:>4} {task.type or '':<7}{task.state:<14}{printable(task.jobname or ''):<9}"
        f"{task.jobid or '':<9}{printable(task.ddname or ''):<9}{records:>17}{task.read:>8}"
        f"{task.sent:>8}{task.pending:>8}{task.errors:>7}",
        kind,
    )


def sampled(
    status: Status, rates: dict[tuple[str, str], Rate], seconds: float
) -> Sequence[tuple[str, str]]:
    """Put the counters of all targets into their rates; those of targets that are gone go."""
    found = []
    for one in status.cssmtps:
        for target in one.targets:
            key = (one.name, target.address)
            rates.setdefault(key, Rate()).add(seconds, target.sent)
            found.append(key)
    for key in set(rates) - set(found):
        del rates[key]
    return found
