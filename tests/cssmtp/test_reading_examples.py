"""The examples of spool-mail.md 13 that are one spool file: what is found, reported and sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cssmtp import text
from cssmtp.choices import DEFAULT, CarriageControl, Choices, LeadingBlanks
from cssmtp.headers import HeaderMaker, Stamps
from cssmtp.lines import LineReader
from cssmtp.mail import Status
from cssmtp.report import Heading, error_report
from cssmtp.spoolmail import Limits
from cssmtp.transcode import inspection, wire
from cssmtp.work import Fate, FileWork
from jes.codepages import page
from jes.names import DdName, JobId, JobName, SysoutClass, UserId, WriterName
from jes.records import Recfm
from jes.sysout import Disposition, SpoolFile
from tests.builders import Read, blocks_of, read_blocks

INPUTS = Path(__file__).parents[1] / "golden" / "spoolmail"
NOW = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
SIGNS = {"¶": 0x15, "␀": 0x00, "␍": 0x0D, "␊": 0x25, "␎": 0x0E, "␏": 0x0F}


@dataclass(frozen=True)
class Case:
    """How an example is spooled and read. `written` is the page of the program that wrote it."""

    recfm: str = "FB"
    lrecl: int = 80
    limits: Limits = Limits()  # noqa: RUF009 frozen
    choices: Choices = DEFAULT
    written: str = "IBM-1047"
    translate: str = "IBM-1047"
    at_sign: str = ""


VB = Case("VB", 1028)
CASES = {
    "E04": Case("FBA", 133),
    "E04b": Case("FB", 133),
    "E04c": Case("FB", 133, choices=Choices(leading_blanks=LeadingBlanks.IGNORE)),
    "E05c": Case("VB", 255),
    "E05d": Case("FB", 133),
    "E11m": VB,
    "E11n": VB,
    "E11o": VB,
    "E11q": VB,
    "E11qt": Case("VB", 1028, Limits(data_line_trunc=True)),
    "E11w": VB,
    "E11ww": Case("VB", 1028, Limits(null_trnc=True)),
    "E11xx": Case(choices=Choices(lf_is_separator=False)),
    "E13": Case(written="IBM-037"),
    "E13b": Case(written="IBM-037", translate="IBM-037"),
    "E14": Case(written="IBM-273"),
    "E14b": Case(written="IBM-273", translate="IBM-273"),
    "E14c": Case(written="IBM-273", at_sign="§"),
    "E17": VB,
    "E23": VB,
}


def spool_file(case: Case, records: int) -> SpoolFile:
    """The data set that the example is."""
    return SpoolFile(
        key=1, dsid=102, jobid=JobId("JOB00007"), jobname=JobName("PAYM010"), owner=UserId("OPSA"),
        stepname="TELL", procstep=None, ddname=DdName("SYSUT2"), dsname="OPSA.PAYM010.D102",
        recfm=Recfm(case.recfm), lrecl=case.lrecl, records=records, size=0,
        sysout_class=SysoutClass("B"), writer=WriterName("CSSMTP"), dest="LOCAL", forms=None,
        notify=None, disposition=Disposition.WRITE, outgrp="1.1.1", incarnation=1,
    )  # fmt: skip


def records_of(name: str, case: Case) -> list[bytes]:
    """The example's lines in the page it was written in."""
    codepage = page(case.written)
    return [
        b"".join(bytes([SIGNS[c]]) if c in SIGNS else codepage.encode(c) for c in line)
        for line in (INPUTS / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]
    ]


def shown(read: Read, file: SpoolFile, reader: LineReader, at_sign: bytes) -> str:
    """What people see of it, under a clock that stands still."""
    work = FileWork(file, reader, lambda file, mail: None, read.errors, read.notices)
    work.exceeded, work.counted, work.mails = read.exceeded, read.counted, len(read.mails)
    headers = HeaderMaker("mvs1.acme.example", "CSSMTP", Stamps(lambda: NOW))
    sent: list[str] = []
    for mail in read.mails:
        sent.append(f"MAIL {mail.ordinal} FROM <{mail.sender}>{' TLS' if mail.tls else ''}")
        if mail.waiting:
            mail.prefix = headers.prefix(mail, file)
            content = text.whole(mail, wire(reader.code, "ISO8859-1"), at_sign)
            assert len(content) == len(mail.prefix) + mail.size
        for recipient in mail.recipients:
            sent.append(f"  TO <{recipient.address}> {recipient.status} {recipient.reply or ''}")
            if recipient.status is Status.PENDING:
                recipient.status = Status.DELIVERED
        if mail.prefix:
            sent += [f"  |{line}" for line in content.decode("latin-1").split("\r\n")]
        work.settled(mail)
    heading = Heading(writer="CSSMTP", system="SYS1", node="N1", now=NOW)
    lines = [f"VERDICT {work.verdict}"]
    lines += [f"ERROR {e.record} {e.reply}{'' if e.counted else ' *'}" for e in read.errors]
    lines += [f"NOTICE {n.record} {n.rule}: {n.text}" for n in read.notices]
    report: Sequence[str] = error_report(work, heading, 5, Fate.HELD)
    return "\n".join([*lines, *sent, *report, ""]).replace("\x1a", "␚")


@pytest.mark.parametrize("name", sorted(path.stem for path in INPUTS.glob("*.txt")))
def test_example(name: str, golden: Callable[[str, str], None]) -> None:
    case = CASES.get(name, Case())
    code = inspection(page(case.translate))
    at_sign = code.byte_of(case.at_sign) if case.at_sign else b""
    limits = Limits(
        null_trnc=case.limits.null_trnc,
        data_line_trunc=case.limits.data_line_trunc,
        at_sign=at_sign,
    )
    records = records_of(name, case)
    reader = LineReader(Recfm(case.recfm), case.lrecl, code, case.choices)
    read = read_blocks(
        list(blocks_of(records, reader.recfm, case.lrecl)), reader, limits, case.choices
    )
    golden(
        f"spoolmail/{name}.expected", shown(read, spool_file(case, len(records)), reader, at_sign)
    )


def test_carriage_control_can_be_kept() -> None:
    """spool-mail.md 7: `keep` reads column 1 as text; E04 then is as bad as without A."""
    case = Case("FBA", 133, choices=Choices(carriage_control=CarriageControl.KEEP))
    reader = LineReader(Recfm("FBA"), 133, inspection(page("IBM-1047")), case.choices)
    blocks = list(blocks_of(records_of("E04", case), reader.recfm, 133))
    read = read_blocks(blocks, reader, Limits(), case.choices)
    assert read.exceeded
    assert not read.mails
