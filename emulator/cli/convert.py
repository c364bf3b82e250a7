"""`jesmail convert`: a configuration of SMTPD becomes one of CSSMTP."""

import json
from pathlib import Path

import click

from cssmtp.smtpd.converter import Options, convert, relay_kind
from cssmtp.smtpd.describe import document
from cssmtp.smtpd.parser import parse
from emulator.cli.options import FILE
from emulator.exits import Exit, UsageFault
from emulator.wiring import config_source
from jes.errors import BadName
from jes.names import WriterName


@click.command(name="convert")
@click.argument("config", type=FILE)
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the configuration there instead of to standard output.",
)  # fmt: skip
@click.option("--jobname", default="SMTP", show_default=True, help="SMTPD's job name.")
@click.option("--relay", metavar="HOST", help="The mail server that is to take all mail.")
@click.option("--codepage", metavar="PAGE", help="The file's own code page.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document, with every statement.")
def command(
    config: Path,
    output: Path | None,
    jobname: str,
    relay: str | None,
    codepage: str | None,
    as_json: bool,
) -> int:
    """Convert an SMTP.CONFIG into a CSSMTP configuration.

    Each line says what it comes from; what has no equivalent stands in comments with its risk.
    Findings go to standard error. A file with errors is not converted.
    """
    options = Options(_writer(jobname), _relay(relay))
    parsed = parse(config_source(config, codepage).text)
    converted = None if parsed.refused else convert(parsed, options, config.name)
    for finding in (*parsed.findings, *(converted.findings if converted else ())):
        click.echo(f"{finding}", err=True)
    if as_json:
        click.echo(json.dumps(document(parsed, converted), indent=2))
    elif converted is not None and output is None:
        click.echo(converted.text, nl=False)
    if converted is None:
        return Exit.USAGE
    if output is not None:
        _write(output, converted.text)
    return Exit.OK


def _writer(jobname: str) -> WriterName:
    try:
        return WriterName(jobname.upper())
    except BadName as error:
        raise UsageFault(f"--jobname: {error}") from error


def _relay(relay: str | None) -> str | None:
    if relay is not None and relay_kind(relay) is None:
        raise UsageFault(f"--relay: {relay!r} is neither an address nor a host name")
    return relay


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise UsageFault(f"{output}: {error.strerror or error}") from error
