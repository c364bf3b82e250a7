"""The report of a rehearsal as JUnit XML: a test case for each spool file, for what builds jobs.

A file whose mail gets lost or changes fails; a file with notices passes, with them as its output.
"""

import re
from collections.abc import Iterable
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from cssmtp.smtpd.report import FileReport, Summary, Verdict

FAILS = frozenset({Verdict.DIFFERENT, Verdict.BREAKS, Verdict.NEVER_SELECTED})
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(out: TextIO, summary: Summary, files: Iterable[FileReport]) -> None:
    """One suite. What could not be read is an error."""
    failures = sum(summary.verdicts.get(one.value, 0) for one in FAILS)
    errors = len(summary.not_read)
    counts = f'tests="{summary.files + errors}" failures="{failures}" errors="{errors}"'
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<testsuites name="jesmail rehearse" {counts}>\n')
    out.write(f"<testsuite name={_attribute(f'rehearsal: {summary.readiness}')} {counts}>\n")
    for one in files:
        _case(out, one)
    for missing in summary.not_read:
        name = _attribute(missing.source)
        message = _attribute(missing.reason)
        out.write(f'<testcase classname="not read" name={name}><error message={message}/>')
        out.write("</testcase>\n")
    out.write("</testsuite>\n</testsuites>\n")


def _case(out: TextIO, one: FileReport) -> None:
    name = f"{one.jobname} {one.jobid} {one.step}.{one.ddname} D{one.dataset:07}"
    out.write(
        f"<testcase classname={_attribute(one.source)} name={_attribute(name)}"
        f" file={_attribute(one.source)}>"
    )
    if one.verdict in FAILS:
        message = _attribute(f"{one.verdict}: {_rules(one)}")
        out.write(f"<failure type={_attribute(one.verdict.value)} message={message}>")
        out.write(f"{_text(_told(one))}</failure>")
    elif one.changes:
        out.write(f"<system-out>{_text(_told(one))}</system-out>")
    out.write("</testcase>\n")


def _rules(one: FileReport) -> str:
    return ", ".join(dict.fromkeys(change.rule for change in one.changes)) or "another text"


def _told(one: FileReport) -> str:
    lines = [
        f"{f'record {c.record}' if c.record else 'file'}: {c.rule} {c.severity} ({c.sureness})"
        f" {c.title}{f': {c.text}' if c.text else ''}; remedy: {c.remedy}"
        f"{f'; {c.excerpt!r}' if c.excerpt else ''}"
        for c in one.changes
    ]
    lines += [
        f"mail {mail.number}: <{to.address}> {to.smtpd} -> {to.cssmtp}"
        for mail in one.mails
        for to in mail.recipients
        if to.smtpd != to.cssmtp
    ]
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
