"""`jesmail run`: JCL in, mail out."""

from typing import Any

import click

from emulator.cli.options import ready, shared, text_of
from emulator.cli.present import present
from emulator.exits import UsageFault
from emulator.run import Jcl


@click.command(name="run")
@click.argument("jcl", nargs=-1, metavar="[JCL...]")
@shared
def command(jcl: tuple[str, ...], as_json: bool, **given: Any) -> int:
    """Run the jobs of JCL files (- for standard input) and send the mail they write.

    With --system and no JCL: work off what is on that system's spool.
    """
    if not jcl and not given["system"]:
        raise UsageFault("name JCL files, - for standard input, or --system FILE")
    prepared = ready(given)
    work = [Jcl(text_of(path), prepared.options.user, path) for path in jcl]
    return present(prepared, work, as_json=as_json)
