"""The report of a rehearsal for a terminal (smtpd-migration.md 7.3)."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from cssmtp.smtpd.report import Change, FileReport, Side, Summary, Verdict

_QUIET = frozenset({Verdict.SAME})


def write(out: TextIO, summary: Summary, files: Iterable[FileReport]) -> None:
    """The site, then each file that is not the same on both sides."""
    for line in _head(summary):
        out.write(f"{line}\n")
    for number, one in enumerate(files, 1):
        if one.verdict not in _QUIET:
            for line in _file(number, one):
                out.write(f"{line}\n")


def _head(summary: Summary) -> Iterator[str]:
    yield f"REHEARSAL  {summary.readiness.upper()}"
    yield f"  SMTPD   {summary.smtpd}"
    yield f"  CSSMTP  {summary.cssmtp}"
    counts = "  ".join(f"{name} {count}" for name, count in summary.verdicts.items() if count)
    yield f"  files {summary.files}  {counts}".rstrip()
    if summary.rules:
        yield "  rules   " + "  ".join(f"{name} x{n}" for name, n in summary.rules.items())
    for one in summary.proposals:
        yield f"  propose {one}"
    for missing in summary.not_read:
        yield f"  NOT READ {missing.source}: {missing.reason}"


def _file(number: int, one: FileReport) -> Iterator[str]:
    doubt = "?" if one.doubtful else ""
    yield ""
    yield (
        f"{number} {one.jobname}/{one.jobid} {one.step}.{one.ddname}  class {one.sysout_class}"
        f" writer {one.writer or '-'}  {one.shape}  {one.records} records  {one.verdict}{doubt}"
    )
    yield f"   from    {one.source}"
    yield f"   SMTPD   {_side(one.smtpd)}"
    yield f"   CSSMTP  {_side(one.cssmtp)}"
    for change in one.changes:
        yield from _change(change)
    for mail in one.mails:
        moved = [to for to in mail.recipients if to.smtpd != to.cssmtp]
        for to in moved:
            yield f"     mail {mail.number}  <{to.address}> {to.smtpd} -> {to.cssmtp}"
        if not mail.equal and not moved and not one.changes:
            yield f"     mail {mail.number}  another text or sender; --json has both"
    for line in one.cssmtp.lines:
        yield f"     CSSMTP rec {line}"


def _side(side: Side) -> str:
    said = f"{side.result}  {_of(side.mails, 'mail')}  {_of(side.recipients, 'recipient')}"
    return f"{said}  {side.disposition}" if side.disposition else said


def _of(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _change(one: Change) -> Iterator[str]:
    where = f"rec {one.record}" if one.record else "file"
    column = f" col {one.column}" if one.column else ""
    text = f": {one.text}" if one.text else ""
    yield f"     {where}{column}  {one.rule} {one.severity} {one.sureness}  {one.title}{text}"
    if one.excerpt:
        yield f'       "{one.excerpt}"'
    yield f"       remedy: {one.remedy}"
