"""What CSSMTP would make of a spool file is what it makes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings

from cssmtp.choices import DEFAULT, Choices
from cssmtp.codes import SingleByte
from cssmtp.config.statements import Config
from cssmtp.headers import HeaderMaker, Stamps
from cssmtp.lines import LineReader
from cssmtp.rehearsal import Rehearsal, RehearsedFile
from cssmtp.rules import Rules
from cssmtp.spoolmail import Limits
from jes.names import WriterName
from jes.records import Block, Recfm
from tests.builders import CODE, LIMITS, WIRE, a_mail, blocks_of, ebcdic, read_blocks
from tests.cssmtp.fake_spool import a_spool_file
from tests.strategies import File, choices, files, limits

NOW = datetime(2024, 1, 31, 6, 10, tzinfo=UTC)
CONFIG = Config(ext_wrt_name=WriterName("CSSMTP"), target_servers=())
RECEIVED = (
    b"Received: from PLEX1 by mvs1.example.com (CSSMTP CSSMTP)\r\n"
    b" id MAILJOB.JOB00001.102 for IBMUSER;\r\n Wed, 31 Jan 2024 06:10:00 +0000\r\n"
)


def rehearsed(
    blocks: Sequence[Block],
    recfm: str = "VB",
    lrecl: int = 1028,
    limit: Limits = LIMITS,
    choice: Choices = DEFAULT,
    file_size: int = 0,
) -> RehearsedFile:
    """A spool file, not read yet."""
    config = replace(CONFIG, jes_job_size=file_size)
    headers = HeaderMaker("mvs1.example.com", "CSSMTP", Stamps(lambda: NOW))
    rules = Rules(config, SingleByte(CODE, choice), limit, headers, limit.at_sign)
    file = replace(
        a_spool_file(),
        recfm=Recfm(recfm),
        lrecl=lrecl,
        records=sum(block.count for block in blocks),
        size=sum(len(block.data) for block in blocks),
    )

    def read(record: int) -> Sequence[Block]:
        return [block for block in blocks if block.next > record]

    return Rehearsal(rules, choice, WIRE).of(file, read)


def of_lines(*lines: str, file_size: int = 0) -> RehearsedFile:
    """The same of lines of text."""
    records = [ebcdic(line) for line in lines]
    return rehearsed(list(blocks_of(records, Recfm("VB"), 1028)), file_size=file_size)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(files(), limits(), choices())
def test_it_reads_as_the_started_task_does(file: File, limit: Limits, choice: Choices) -> None:
    recfm = Recfm(file.recfm)
    blocks = list(blocks_of(file.records, recfm, file.lrecl, file.cuts))
    read = read_blocks(blocks, LineReader(recfm, file.lrecl, CODE, choice), limit, choice)
    ours = rehearsed(blocks, file.recfm, file.lrecl, limit, choice)
    for mail, wanted, text in zip(ours, read.mails, read.texts, strict=True):
        assert (mail.mail.sender, mail.mail.record) == (wanted.sender, wanted.record)
        assert [one.reply for one in mail.mail.recipients] == [
            one.reply for one in wanted.recipients
        ]
        assert b"".join(mail.text()) == mail.mail.prefix + text
    assert (ours.errors, ours.notices) == (read.errors, read.notices)
    assert (ours.counted, ours.exceeded) == (read.counted, read.exceeded)


def test_a_mail_has_the_lines_that_cssmtp_adds() -> None:
    """blueprint 10, headers."""
    ours = of_lines(*a_mail("Hello"))
    (mail,) = list(ours)
    text = b"".join(mail.text())
    assert text.startswith(RECEIVED)
    assert text.endswith(b"Subject: test\r\n\r\nHello\r\n")
    assert not ours.bad
    assert ours.mails == 1


def test_a_recipient_with_a_syntax_error_makes_the_file_bad() -> None:
    """cssmtp-operations.md 4.7: it is undeliverable and does not count towards the limit."""
    ours = of_lines(
        "HELO PLEX1", "MAIL FROM:<a@x.example>", "RCPT TO:OPSB", "RCPT TO:<b@x.example>", "DATA",
        "Subject: s", "", "text", ".",
    )  # fmt: skip
    (mail,) = list(ours)
    assert [one.open for one in mail.mail.recipients] == [False, True]
    assert (ours.refused, ours.counted, ours.bad) == (1, 0, True)


def test_a_file_above_jesjobsize_is_not_read() -> None:
    """cssmtp-operations.md 5."""
    ours = of_lines(*a_mail(*["x" * 70] * 20), file_size=1)
    assert list(ours) == []
    assert [error.reply for error in ours.errors] == ["552 5.3.4 JES Job too large"]
    assert ours.bad
