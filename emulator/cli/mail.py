"""`jesmail mail`: files that are spool files, without JCL."""

from pathlib import Path
from typing import Any

import click

from emulator.cli.options import FILE, Ready, ready, shaped, shared
from emulator.cli.present import present
from emulator.deposit import SpoolFileInput, frame, job_for, shape_of
from emulator.exits import UsageFault
from jes.errors import BadName
from jes.names import SysoutClass, WriterName
from jes.sysout import SysoutRequest


@click.command(name="mail")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@shaped
@click.option(
    "--class", "sysout_class", default="B", show_default=True, metavar="C", help="SYSOUT class."
)
@click.option(
    "--writer", default="CSSMTP", show_default=True, metavar="NAME", help="External writer name."
)
@click.option("--owner", metavar="ID", help="Owner of the job (default: --user).")
@click.option("--jobname", metavar="NAME", help="Job name (default: from the file's name).")
@shared
def command(files: tuple[Path, ...], as_json: bool, **given: Any) -> int:
    """Mail spool files as they are.

    Without --recfm a file is NETDATA (TSO TRANSMIT) or UTF-8 text, one record a line; EBCDIC
    records are taken for such when all of the file proves it. What a file was taken for is said on
    standard error. With --recfm it is binary: F, FB, FBS, V, VB, VS, VBS or U, and A or M behind
    that for carriage control.
    """
    prepared = ready(given)
    try:
        work = _inputs(files, prepared, given)
    except BadName as error:
        raise UsageFault(str(error)) from error
    return present(prepared, work, as_json=as_json)


def _inputs(
    files: tuple[Path, ...], prepared: Ready, given: dict[str, Any]
) -> list[SpoolFileInput]:
    """Every file framed, before anything is spooled. Raises `BadName`, `UsageFault`."""
    shape = shape_of(given["recfm"], given["lrecl"], given["blksize"], given["bdw"])
    request = SysoutRequest(
        sysout_class=SysoutClass(given["sysout_class"].upper()),
        writer=WriterName(given["writer"].upper()),
    )
    page = prepared.system.page
    inputs = []
    for path in files:
        framed = frame(path, shape, page)
        if framed.remark:
            click.echo(framed.remark, err=True)
        owner = given["owner"] or framed.owner or prepared.options.user
        inputs.append(SpoolFileInput(framed, job_for(path, given["jobname"], owner), request))
    return inputs
