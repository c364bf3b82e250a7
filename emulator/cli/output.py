"""`jesmail output`: output groups, looked at and changed by operator commands."""

import json
import re
from collections.abc import Iterator
from typing import Any

import click

from emulator.cli.changes import asked, changing, commanded_groups
from emulator.cli.dataset import COLUMNS as FILE_COLUMNS
from emulator.cli.lists import Listing, Wanted, listed, paged, placed, say, show_list
from emulator.cli.names import (
    MASK,
    chosen_from,
    complete_group,
    complete_job,
    owner_and_prefix,
    upper,
)
from emulator.cli.outside import Outside, Screen, pass_outside
from emulator.cli.tables import Column, cell, table
from emulator.documents import (
    Document,
    GroupStatus,
    file_document,
    group_document,
    group_status_of,
)
from emulator.exits import Exit, UsageFault
from emulator.lookup import find_groups, find_job
from emulator.place import Place, look
from emulator.shown import printable
from jes.store.sql import SpoolStore
from jes.sysout import Disposition
from jes.views import GroupFilter, GroupView, Hold, JobFilter

COLUMNS = (
    Column("jobid", "JOBID"),
    Column("jobname", "JOBNAME"),
    Column("owner", "OWNER"),
    Column("outgrp", "OUTGRP"),
    Column("class", "C"),
    Column("odisp", "ODISP"),
    Column("writer", "WRITER"),
    Column("dest", "DEST"),
    Column("record-count", "RECORDS"),
    Column("status", "STATUS"),
    Column("hold", "HOLD"),
    Column("busy", "BUSY", wide=True),
    Column("forms", "FORMS", wide=True),
    Column("priority", "PRTY", wide=True),
    Column("copies", "COPIES", wide=True),
    Column("file-count", "FILES", wide=True),
    Column("byte-count", "BYTES", wide=True),
    Column("created", "CREATED", wide=True),
    Column("hold-reason", "REASON", wide=True),
    Column("fcb", "FCB", wide=True),
    Column("ucs", "UCS", wide=True),
    Column("flash", "FLASH", wide=True),
    Column("burst", "BURST", wide=True),
    Column("prmode", "PRMODE", wide=True),
    Column("cancelled", "CANCELLED", wide=True),
    Column("key", "KEY", wide=True),
)
_JOBID = click.argument("jobid", shell_complete=complete_job)
_OUTGRPS = click.argument(
    "outgrps", nargs=-1, required=True, metavar="OUTGRP...", shell_complete=complete_group
)
# the operands of $T O (jes2.md 3.3) by option; nothing that could begin another operand
_VALUE = re.compile(r"[A-Z0-9$#@*.-]{1,18}", re.ASCII)
_OPERANDS = {
    "sysout_class": "Q",
    "writer": "W",
    "dest": "D",
    "forms": "F",
    "priority": "P",
    "disposition": "OUTDISP",
    "hold": "HOLD",
    "burst": "BURST",
    "fcb": "FCB",
    "ucs": "UCS",
    "flash": "FLASH",
    "prmode": "PRMODE",
}


@click.group(name="output")
def command() -> None:
    """Output groups: what waits on the spool, and for whom.

    A JOBID is JOB00012, J12 or 12, an OUTGRP is 1.1.1 or a mask of that. Looking disturbs nobody;
    set, release and purge are operator commands of JES2.
    """


@command.command(name="list")
@owner_and_prefix
@click.option("--jobid", multiple=True, metavar="JOBID", shell_complete=complete_job, help="A job.")
@click.option("--outgrp", multiple=True, metavar="MASK", help="Id of the group, as a mask.")
@click.option(
    "--status",
    multiple=True,
    metavar="WORD",
    help="READY (can be selected), HELD, BUSY (in hand of a writer) or XMIT (for another node).",
)
@click.option("--class", "sysout_class", multiple=True, metavar="C", help="SYSOUT class.")
@click.option("--writer", multiple=True, metavar="MASK", help=f"External writer name; {MASK}.")
@click.option("--dest", multiple=True, metavar="MASK", help="Destination, as a mask.")
@click.option("--forms", multiple=True, metavar="MASK", help="Forms, as a mask.")
@click.option(
    "--disposition", multiple=True, metavar="WORD", help=f"OUTDISP: {', '.join(Disposition)}."
)
@listed()
@placed
@pass_outside
def list_groups(outside: Outside, /, place: Place, wanted: Wanted, **given: Any) -> None:
    """List output groups in the order they were made.

    Filters can be repeated: any value of a filter may match, and every filter that is given must.
    A writer mask of nothing ('') is output without a writer.
    """
    statuses = chosen_from(GroupStatus, given["status"], "--status")
    dispositions = chosen_from(Disposition, given["disposition"], "--disposition")

    def filter_of(store: SpoolStore) -> GroupFilter:
        jobs = JobFilter(
            names=upper(given["prefix"]),
            owners=upper(given["owner"]),
            jobids=tuple(str(find_job(store, text).jobid) for text in given["jobid"]),
        )
        return GroupFilter(
            jobs=jobs,
            outgrps=upper(given["outgrp"]),
            classes=upper(given["sysout_class"]),
            writers=upper(given["writer"]),
            dests=upper(given["dest"]),
            forms=upper(given["forms"]),
            dispositions=dispositions,
            **(_FLAGS[statuses[0]] if len(statuses) == 1 else {}),
        )

    def shown(group: GroupView) -> Document | None:
        if statuses and group_status_of(group) not in statuses:
            return None
        return group_document(group)

    def pages(store: SpoolStore, wanted: Wanted) -> Iterator[list[Document]]:
        filter_ = filter_of(store)
        return paged(lambda after, limit: store.groups(filter_, after, limit), shown, wanted)

    show_list(Listing("output groups", COLUMNS, pages), wanted, place, outside)


# so that the store looks for one status, and a page is not searched in vain
_FLAGS: dict[GroupStatus, dict[str, Any]] = {
    GroupStatus.READY: {"ready": True, "local": True},
    GroupStatus.HELD: {"ready": False, "busy": False},
    GroupStatus.BUSY: {"busy": True},
    GroupStatus.XMIT: {"ready": True, "local": False},
}


@command.command()
@_JOBID
@_OUTGRPS
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@placed
@pass_outside
def show(
    outside: Outside, jobid: str, outgrps: tuple[str, ...], place: Place, *, as_json: bool
) -> None:
    """Show output groups with all that is known of them, and their data sets."""
    with look(place) as store:
        job = find_job(store, jobid)
        groups = {g.key: g for text in outgrps for g in find_groups(store, job, text)}
        found = [
            (group_document(group), [file_document(d) for d in store.group_datasets(key)])
            for key, group in groups.items()
        ]
    if as_json:
        documents = [{**group, "files": files} for group, files in found]
        say(f"{json.dumps(documents, indent=2)}\n")
        return
    screen = outside.screen()
    for number, (group, files) in enumerate(found):
        for line in _shown(group, files, screen, number):
            say(f"{line}\n", colour=screen is not None and screen.colour)


def _shown(
    group: Document, files: list[Document], screen: Screen | None, number: int
) -> Iterator[str]:
    if number:
        yield ""
    width = max(map(len, group))
    for key, value in group.items():
        if cell(value):
            yield f"{key:<{width}}  {cell(value)}"
    yield ""
    more = [c for c in FILE_COLUMNS if c.key not in ("class", "outgrp", "odisp") and not c.wide]
    yield from table(files, more, screen)


@command.command(name="set")
@_JOBID
@_OUTGRPS
@click.option("--class", "sysout_class", metavar="C", help="SYSOUT class.")
@click.option("--writer", metavar="NAME", help="External writer name.")
@click.option("--dest", metavar="DEST", help="Destination.")
@click.option("--forms", metavar="FORMS", help="Forms.")
@click.option("--priority", type=click.IntRange(0, 255), metavar="N", help="Priority, 0-255.")
@click.option("--disposition", metavar="WORD", help=f"OUTDISP: {', '.join(Disposition)}.")
@click.option("--hold", metavar="WORD", help=f"{', '.join(Hold)}: an operator's hold, or its end.")
@click.option("--burst/--no-burst", default=None, help="Burst the pages, or not.")
@click.option("--fcb", metavar="FCB", help="Forms control buffer.")
@click.option("--ucs", metavar="UCS", help="Character set.")
@click.option("--flash", metavar="FLASH", help="Forms overlay.")
@click.option("--prmode", metavar="PRMODE", help="Processing mode.")
@changing
def set_(
    outside: Outside,
    place: Place,
    jobid: str,
    outgrps: tuple[str, ...],
    **given: Any,
) -> Exit:
    """Change output groups that nobody has in hand ($T O)."""
    coded = {name: given.pop(name) for name in _OPERANDS}
    operands = "".join(_operand(name, value) for name, value in coded.items() if value is not None)
    if not operands:
        raise UsageFault("name at least one value to change, such as --class or --writer")
    return commanded_groups(
        outside,
        place,
        jobid,
        outgrps,
        lambda job, outgrp: f"$T O {job},OUTGRP={outgrp}{operands}",
        **given,
    )


def _operand(name: str, value: object) -> str:
    """`,Q=A`. Raises `UsageFault` for what is no single value."""
    text = {True: "YES", False: "NO"}[value] if isinstance(value, bool) else str(value).upper()
    if name == "disposition":
        chosen_from(Disposition, [text], "--disposition")
    elif name == "hold":
        chosen_from(Hold, [text], "--hold")
    elif not _VALUE.fullmatch(text):
        option = "class" if name == "sysout_class" else name
        raise UsageFault(f"--{option} {printable(text)}: letters, digits and $ # @ . - are needed")
    return f",{_OPERANDS[name]}={text}"


@command.command()
@_JOBID
@_OUTGRPS
@changing
def release(
    outside: Outside, place: Place, jobid: str, outgrps: tuple[str, ...], **given: Any
) -> Exit:
    """Release held output: HOLD becomes WRITE, LEAVE becomes KEEP ($O)."""
    return commanded_groups(
        outside, place, jobid, outgrps, lambda job, outgrp: f"$O {job},OUTGRP={outgrp}", **given
    )


@command.command()
@_JOBID
@_OUTGRPS
@asked
@changing
def purge(
    outside: Outside,
    place: Place,
    jobid: str,
    outgrps: tuple[str, ...],
    *,
    yes: bool,
    **given: Any,
) -> Exit:
    """Purge output groups; what a writer has in hand goes when it lets go ($P O)."""
    return commanded_groups(
        outside,
        place,
        jobid,
        outgrps,
        lambda job, outgrp: f"$P O {job},OUTGRP={outgrp}",
        question=None if yes else "Output {names} will be lost. Go on?",
        **given,
    )
