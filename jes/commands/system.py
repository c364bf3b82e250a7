"""Commands about the system (jes2.md 1.8, 3.3): queues, classes, spool, initiators, members."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from jes.commands import answers, messages
from jes.commands.filters import LONG, any_fits, no_operands, sort_plain, wrong
from jes.commands.grammar import JesCommand, Operand, Range, echo
from jes.commands.machine import InitiatorStatus, InitiatorView
from jes.commands.outchange import disposition_of
from jes.commands.selection import Desk, named, not_found
from jes.commands.wording import QUEUES
from jes.errors import CommandRejected
from jes.job import Phase
from jes.names import SysoutClass
from jes.sysout import OutClass, Outdisp
from jes.views import GroupFilter, JobFilter, Member, Space

VOLUME = "SPOOL1"  # the spool is one; what it is called is our choice
TRACK_GROUP = 30 * 3992  # bytes: TGSIZE buffers of BUFSIZE
WARN = 80  # percent of the track groups
_BUFFER, _GROUP_BUFFERS = 3992, 30
_CLASSES = re.compile(r"[A-Z0-9]{1,36}")


# --- queues --------------------------------------------------------------------------------------


def display_queues(desk: Desk, command: JesCommand) -> list[str]:
    """$D Q: how many jobs each queue has. A held job counts on HOLD."""
    found = sort_plain(command, changes={"Q": "Q", "V": "V", "R": "R"})
    queue, volume, dest = (found.changes.get(name) for name in "QVR")
    if queue is not None and queue.value not in _QUEUE_NAMES:
        raise wrong(queue)
    counts = _counts_for(desk, dest.value) if dest is not None else _counts(desk)
    lines = [
        messages.HASP647.line(count=count, queue=name, job_class=job_class, affinity="ANY")
        for name, job_class, count in counts
        if count and (queue is None or queue.value == name)
        and (volume is None or volume.value == VOLUME)
    ]  # fmt: skip
    return [*lines, _utilization(desk.store.space())]


_QUEUE_NAMES = ("CNV", "XEQ", "OUT", "PPU", "HOLD", "XMT")


def _counts(desk: Desk) -> Iterator[tuple[str, str, int]]:
    queues = desk.store.queues()
    for name in ("CNV", "XEQ", "OUT", "PPU"):
        here = [one for one in queues if one.phase is QUEUES[name] and not one.held]
        if name == "XEQ":
            yield from ((name, one.job_class, one.count) for one in here)
        else:
            yield name, "", sum(one.count for one in here)
    yield "HOLD", "", sum(one.count for one in queues if one.held)
    yield "XMT", "", desk.store.count_jobs_with(GroupFilter(local=False))


def _counts_for(desk: Desk, dest: str) -> Iterator[tuple[str, str, int]]:
    """Jobs with output for a destination."""
    waiting = JobFilter(phases=(Phase.HARDCOPY,), held=False)
    for name, local in (("PPU", True), ("XMT", False)):
        wanted = GroupFilter(jobs=waiting, dests=(dest,), local=local)
        yield name, "", desk.store.count_jobs_with(wanted)


# --- SYSOUT classes ------------------------------------------------------------------------------


def display_outclass(desk: Desk, command: JesCommand) -> list[str]:
    """$D OUTCLASS."""
    no_operands(command)
    return _outclasses(desk, _classes_named(desk, command)) or not_found(command)


def change_outclass(desk: Desk, command: JesCommand) -> list[str]:
    """$T OUTCLASS: for data sets that are allocated from now on."""
    names = {"OUTDISP": "OUTDISP", "BLNKTRNC": "BLNKTRNC"}
    found = sort_plain(command, changes=names)
    if command.subscripts is None:
        raise CommandRejected(messages.NEEDS_SUBSCRIPTS, text=named(command))
    classes = _classes_named(desk, command)
    changed = {one: _out_class(desk.machine.outclasses()[one], found.changes) for one in classes}
    for one, out_class in changed.items():
        desk.machine.set_outclass(one, out_class)
    return _outclasses(desk, classes) or not_found(command)


def _out_class(out_class: OutClass, changes: Mapping[str, Operand]) -> OutClass:
    outdisp, blnktrnc = changes.get("OUTDISP"), changes.get("BLNKTRNC")
    if outdisp is not None:
        out_class = replace(out_class, outdisp=_outdisp(out_class.outdisp, outdisp))
    if blnktrnc is not None:
        if blnktrnc.value not in ("YES", "NO"):
            raise wrong(blnktrnc)
        out_class = replace(out_class, blnktrnc=blnktrnc.value == "YES")
    return out_class


def _outdisp(now: Outdisp, operand: Operand) -> Outdisp:
    """(normal,abnormal): one alone is for both, an empty one stays as it is."""
    first, *others = operand.values
    try:
        normal = disposition_of(first) if first else now.normal
        if not others:
            return Outdisp(normal, normal)
        (second,) = others
        return Outdisp(normal, disposition_of(second) if second else now.abnormal)
    except ValueError:
        raise wrong(operand) from None


def _classes_named(desk: Desk, command: JesCommand) -> list[SysoutClass]:
    return [one for one in sorted(desk.machine.outclasses()) if _is_named(command, one)]


def _outclasses(desk: Desk, classes: Iterable[SysoutClass]) -> list[str]:
    found = desk.machine.outclasses()
    lines = []
    for one in classes:
        outdisp = found[one].outdisp
        pairs = [
            ("OUTPUT", found[one].output),
            ("BLNKTRNC", "YES" if found[one].blnktrnc else "NO"),
            ("OUTDISP", f"({outdisp.normal},{outdisp.abnormal})"),
            ("TRKCELL", "YES"),
        ]
        lines += answers.shown(messages.HASP842, f"OUTCLASS({one})", pairs)
    return lines


def _is_named(command: JesCommand, name: str) -> bool:
    """Whether the subscripts are for something of this name, a number perhaps; none are for all."""
    if command.subscripts is None:
        return True
    number = int(name) if name.isascii() and name.isdecimal() else None
    return any(
        (number is not None and number in one)
        if isinstance(one, Range)
        else any_fits([one], [name])
        for one in command.subscripts
    )


# --- spool ---------------------------------------------------------------------------------------


def display_spool(desk: Desk, command: JesCommand) -> list[str]:
    """$D SPOOL."""
    found = sort_plain(command, words=LONG)
    if not _is_named(command, VOLUME):
        return not_found(command)
    space = desk.store.space()
    pairs = [("STATUS", "ACTIVE"), ("PERCENT", str(int(space.percent)))]
    if "LONG" in found.words:
        pairs[1:1] = [
            ("SYSAFF", "(ANY)"),
            ("TGNUM", str(_track_groups(space.total))),
            ("TGINUSE", str(-_track_groups(-space.used))),
        ]
    lines = answers.shown(messages.HASP893, f"VOLUME({VOLUME})", pairs, answers.VOLUME_COLUMN)
    return [*lines, _utilization(space)]


def keep_volume(desk: Desk, command: JesCommand) -> list[str]:
    """$P SPOOL, $Z SPOOL: there is one volume, and without it no spool."""
    no_operands(command)
    if not _is_named(command, VOLUME):
        return not_found(command)
    return [messages.ONLY_VOLUME.line(volume=VOLUME)]


def display_spooldef(desk: Desk, command: JesCommand) -> list[str]:
    """$D SPOOLDEF: space in track groups."""
    no_operands(command)
    space = desk.store.space()
    total, used = _track_groups(space.total), -_track_groups(-space.used)
    tgspace = (
        f"(MAX={total},DEFINED={total},ACTIVE={total},PERCENT={space.percent:.4f},"
        f"FREE={total - used},WARN={WARN})"
    )
    pairs = [
        ("BUFSIZE", str(_BUFFER)), ("DSNAME", "SYS1.HASPACE"), ("TGSIZE", str(_GROUP_BUFFERS)),
        ("TGSPACE", tgspace), ("VOLUME", VOLUME.rstrip("1")),
    ]  # fmt: skip
    return answers.shown(messages.HASP844, "SPOOLDEF", pairs)


def _track_groups(size: int) -> int:
    return size // TRACK_GROUP


def _utilization(space: Space) -> str:
    return messages.HASP646.line(percent=space.percent)


# --- initiators ----------------------------------------------------------------------------------


def display_initiators(desk: Desk, command: JesCommand) -> list[str]:
    """$D I."""
    no_operands(command)
    return _initiators(desk, command)


def start_initiators(desk: Desk, command: JesCommand) -> list[str]:
    """$S I."""
    return _each_initiator(desk, command, desk.machine.start_initiator)


def drain_initiators(desk: Desk, command: JesCommand) -> list[str]:
    """$P I, $Z I: take no more jobs."""
    return _each_initiator(desk, command, desk.machine.drain_initiator)


def change_initiators(desk: Desk, command: JesCommand) -> list[str]:
    """$T I(n),CLASS=."""
    changes = {"CLASS": "CLASS", "C": "CLASS"}
    found = sort_plain(command, changes=changes)
    if command.subscripts is None:
        raise CommandRejected(messages.NEEDS_SUBSCRIPTS, text=named(command))
    operand = found.changes.get("CLASS")
    if operand is not None:
        classes = "".join(operand.values)
        if not _CLASSES.fullmatch(classes):
            raise wrong(operand)
        for one in _named_initiators(desk, command):
            desk.machine.set_initiator(one.number, classes)
    return _initiators(desk, command)


def _each_initiator(desk: Desk, command: JesCommand, act: Callable[[int], None]) -> list[str]:
    no_operands(command)
    for one in _named_initiators(desk, command):
        act(one.number)
    return _initiators(desk, command)


def _named_initiators(desk: Desk, command: JesCommand) -> Sequence[InitiatorView]:
    return [one for one in desk.machine.initiators() if _is_named(command, str(one.number))]


def _initiators(desk: Desk, command: JesCommand) -> list[str]:
    lines = []
    for one in _named_initiators(desk, command):
        pairs = [("STATUS", str(one.status)), ("CLASS", one.classes), ("NAME", one.name)]
        if one.jobid is not None and one.jobname is not None:
            pairs += [("JOBNAME", one.jobname), ("JOBID", one.jobid)]
        lines += answers.shown(messages.HASP892, f"INIT({one.number})", pairs, answers.INIT_COLUMN)
    return lines or not_found(command)


# --- the member ----------------------------------------------------------------------------------


def start_processing(desk: Desk, command: JesCommand) -> list[str]:
    """$S."""
    no_operands(command)
    desk.machine.set_processing(True)
    return [messages.HASP000.line()]


def stop_processing(desk: Desk, command: JesCommand) -> list[str]:
    """$P: what runs goes on to its end."""
    no_operands(command)
    desk.machine.set_processing(False)
    idle = all(one.status is not InitiatorStatus.ACTIVE and one.jobid is None
               for one in desk.machine.initiators())  # fmt: skip
    return [messages.HASP000.line(), *([messages.HASP099.line()] if idle else [])]


def withdraw(desk: Desk, command: JesCommand) -> list[str]:
    """$P JES2."""
    no_operands(command)
    if not desk.machine.withdraw():
        return [messages.HASP607.line()]
    return [messages.HASP000.line(), messages.WITHDRAWN.line(sysname=desk.machine.sysname)]


def display_members(desk: Desk, command: JesCommand) -> list[str]:
    """$D MEMBER."""
    no_operands(command)
    lines = []
    for one in _members(desk, command):
        pairs = [("NAME", one.name), ("STATUS", "ACTIVE" if one.alive else "INACTIVE")]
        lines += answers.shown(messages.HASP673, f"MEMBER({one.number})", pairs)
    return lines or not_found(command)


def restart_member(desk: Desk, command: JesCommand) -> list[str]:
    """$E MEMBER: the operator says that one member is gone; its jobs and output are free again."""
    no_operands(command)
    one_name = command.subscripts is not None and len(command.subscripts) == 1
    if not one_name or "*" in command.text or "?" in command.text or "-" in command.text:
        raise CommandRejected(messages.HASP650, text=echo(command.text))
    lines = []
    for one in _members(desk, command):
        if one.ours:
            lines.append(messages.OUR_MEMBER.line(name=one.name))
        else:
            desk.store.take_over(member=one.number)
            lines.append(messages.TAKEN_OVER.line(name=one.name, sysname=desk.machine.sysname))
    return lines or not_found(command)


def _members(desk: Desk, command: JesCommand) -> list[Member]:
    return [
        one for one in desk.store.members()
        if _is_named(command, one.name) or _is_named(command, str(one.number))
    ]  # fmt: skip


def display_nodes(desk: Desk, command: JesCommand) -> list[str]:
    """$D NODE: our own; no other is defined."""
    no_operands(command)
    if not _is_named(command, desk.machine.node) and not _is_named(command, "1"):
        return not_found(command)
    pairs = [("NAME", desk.machine.node), ("STATUS", "(OWNNODE)")]
    return answers.shown(messages.HASP826, "NODE(1)", pairs)
