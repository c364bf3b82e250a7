"""`jesmail check`: a CSSMTP configuration file, looked at."""

import json
from pathlib import Path

import click

from cssmtp.config.describe import document, report
from cssmtp.config.parser import parse
from emulator.cli.options import FILE
from emulator.exits import Exit
from emulator.wiring import config_source


@click.command(name="check")
@click.argument("config", type=FILE)
@click.option("--explain", is_flag=True, help="Also say how sure each default is.")
@click.option(
    "--codepage", metavar="PAGE", help="The file's own code page (CSSMTP_CODEPAGE_CONFIG)."
)
@click.option("--jobname", default="CSSMTP", show_default=True, help="CSSMTP's job name.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def command(
    config: Path,
    explain: bool,
    codepage: str | None,
    jobname: str,
    as_json: bool,
) -> int:
    """Check a CSSMTP configuration: every finding, the values in effect, what is not built yet."""
    source = config_source(config, codepage)
    parsed = parse(source.text, jobname=jobname)
    if as_json:
        click.echo(json.dumps(document(parsed), indent=2))
    else:
        for line in report(
            parsed, explain=explain, source=f"{config} ({source.codepage}, {source.known_by})"
        ):
            click.echo(line)
    return Exit.OK if parsed.config is not None else Exit.USAGE
