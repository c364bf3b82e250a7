"""`jesmail smf`: SMF records of CSSMTP for people and programs."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import FILE
from emulator.exits import Exit
from jes import framing, salvage
from jes.errors import BadRecord

if TYPE_CHECKING:
    from cssmtp.smf.layouts import Record

_STEP = 1 << 20
_SUBTYPES = ["48", "49", "50", "51", "52"]


@click.command(name="smf")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option(
    "--subtype", "subtypes", multiple=True, type=click.Choice(_SUBTYPES), help="Only these."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def command(files: tuple[Path, ...], subtypes: tuple[str, ...], as_json: bool) -> int:
    """Show SMF records of type 119 that CSSMTP cut.

    The data sets are VBS as the system writes them, or dumped with their RDWs. Records that are not
    CSSMTP's are counted. Damage is named with its offset, and the rest goes on.
    """
    reading = _Reading({int(one) for one in subtypes})
    if as_json:
        _show_json(files, reading)
    else:
        for one in _all(files, reading):
            click.echo("\n".join(_lines(one)))
        if reading.others:
            click.echo(f"{reading.others} records are not CSSMTP's", err=True)
    return Exit.FAILED if reading.bad else Exit.OK


def _show_json(files: tuple[Path, ...], reading: "_Reading") -> None:
    import msgspec

    encode = msgspec.json.Encoder().encode
    click.echo('{"records": [', nl=False)
    for number, one in enumerate(_all(files, reading)):
        click.echo(("," if number else "") + "\n" + encode(_document(one)).decode(), nl=False)
    click.echo(f'\n], "others": {reading.others}, "bad": {reading.bad}}}')


class _Reading:
    """What is wanted, and what was not shown."""

    def __init__(self, subtypes: set[int]) -> None:
        self.subtypes = subtypes
        self.others = self.bad = 0

    def failed(self, text: str) -> None:
        """Something cannot be read."""
        self.bad += 1
        click.echo(f"jesmail: {text}", err=True)


def _all(files: tuple[Path, ...], reading: _Reading) -> "Iterator[Record]":
    from cssmtp.smf.layouts import parsed

    for path in files:
        for number, data in enumerate(_records(path, reading), 1):
            try:
                one = parsed(data)
            except BadRecord as error:
                reading.failed(f"{path}: record {number}: {error.fields['reason']}")
                continue
            if one is None:
                reading.others += 1
            elif not reading.subtypes or one.subtype in reading.subtypes:
                yield one


def _records(path: Path, reading: _Reading) -> Iterator[bytes]:
    """The records of a file without their RDWs. Damage is told."""
    try:
        with path.open("rb") as file:
            head = file.read(64 * 1024)
        blocked = framing.looks_blocked(head, spanned=True)
        for found in salvage.records(_chunks(path), bdw=blocked):
            if isinstance(found, BadRecord):
                reading.failed(f"{path}: {framing.place(found)}")
            else:
                yield found
    except OSError as error:
        reading.failed(f"{path}: {error.strerror or error}")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_STEP):
            yield data


def _document(one: "Record") -> dict[str, Any]:
    found = asdict(one)
    found["name"] = _name(one)
    found["facts"] = [{"name": name, "value": value} for name, value in one.facts]
    return found


def _name(one: "Record") -> str:
    from cssmtp.smf.layouts import Subtype

    return Subtype(one.subtype).name


def _lines(one: "Record") -> Iterator[str]:
    stamp = f"{one.when:%Y-%m-%d %H:%M:%S}.{one.when.microsecond // 10_000:02}"
    writer = f"  writer {one.common.writer}" if one.common is not None else ""
    yield f"{stamp}  {one.subtype} {_name(one):7}  {one.job} on {one.system}{writer}"
    if one.spool is not None:
        spool = one.spool
        yield f"    {spool.job} {spool.jobid}  data set {spool.dataset}  owner {spool.owner}"
    if one.read is not None:
        yield f"    read {one.read:%H:%M:%S}.{one.read.microsecond // 10_000:02}"
    for name, value in one.facts:
        yield f"    {name:14} {value}"
