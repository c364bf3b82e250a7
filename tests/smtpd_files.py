"""Spool files for SMTPD in tests, and a system that it runs on."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cssmtp.smtpd.facts import BATCH, Origin, Site
from cssmtp.smtpd.outcome import Outcome
from cssmtp.smtpd.parser import parse
from cssmtp.smtpd.session import run
from tests.builders import ebcdic

NOW = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)


def a_site(config: str = "", **more: Any) -> Site:
    """MVS1 of acme.example, NJE node NODEA beside NODEB and NODEC."""
    parsed = parse(config)
    assert not parsed.refused, parsed.findings
    facts = {"nodes": frozenset({"NODEA", "NODEB", "NODEC"}), **more}
    return Site(now=NOW, config=parsed.config, coded=frozenset(parsed.lines), **facts)


def run_lines(
    lines: str | Iterable[str], config: str = "", origin: Origin = BATCH, **more: Any
) -> Outcome:
    """A file of these lines through SMTPD."""
    lines = lines.splitlines() if isinstance(lines, str) else lines
    return run([ebcdic(line) for line in lines], a_site(config, **more), origin)


def a_file(
    *recipients: str,
    sender: str = "ops@acme.example",
    text: Iterable[str] = ("Subject: s", "", "x"),
) -> list[str]:
    """The lines of a good file with one mail."""
    to = [f"RCPT TO:<{one}>" for one in recipients or ("desk@client.example",)]
    return ["HELO NODEA", f"MAIL FROM:<{sender}>", *to, "DATA", *text, ".", "QUIT"]
