"""When a mail is tried again (cssmtp-operations.md 4.2 to 4.4), and the files that it waits in."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp import mailfile
from cssmtp.config.statements import ExtendedRetry, RetryLimit
from cssmtp.mail import Mail, Recipient, Status
from cssmtp.mailfile import Unusable, mail_file
from cssmtp.retry import OVER, Next, Step, after_failure, extended_try
from tests.cssmtp.fake_spool import a_spool_file

ON, OFF = ExtendedRetry(age=3, interval=60), ExtendedRetry(interval=0)
LIMIT = RetryLimit(5, 1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOVES = Next(Step.EXTENDED, HOUR)
FIRST = datetime(2024, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "limit", "extended", "expected"),
    [
        pytest.param(0, LIMIT, None, Next(Step.LONG, MINUTE), id="first"),
        pytest.param(4, LIMIT, None, Next(Step.LONG, MINUTE), id="last"),
        pytest.param(5, LIMIT, None, OVER, id="used-up"),
        pytest.param(5, LIMIT, ON, MOVES, id="extended"),
        pytest.param(5, LIMIT, OFF, OVER, id="extended-interval-0"),
        pytest.param(0, LIMIT, ON, Next(Step.LONG, MINUTE), id="long-comes-before-extended"),
        pytest.param(0, RetryLimit(0, 1), None, OVER, id="count-0"),
        pytest.param(0, RetryLimit(5, 0), None, OVER, id="interval-0"),
        pytest.param(0, RetryLimit(0, 1), ON, MOVES, id="count-0-extended"),
        pytest.param(0, RetryLimit(5, 0), ON, MOVES, id="interval-0-extended"),
        pytest.param(0, RetryLimit(0, 0), OFF, OVER, id="everything-off"),
    ],
)
def test_what_follows_a_failed_try(
    tries: int, limit: RetryLimit, extended: ExtendedRetry | None, expected: Next
) -> None:
    assert after_failure(tries, limit, extended) == expected


@pytest.mark.parametrize(
    ("age", "hours", "expected"),
    [
        pytest.param(3, 1, 2, id="interval"),
        pytest.param(3, 71.5, 72, id="the last try is at Age"),
        pytest.param(3, 72, None, id="age"),
        pytest.param(0, 10_000, 10_001, id="endless"),
    ],
)
def test_the_next_extended_retry(age: int, hours: float, expected: float | None) -> None:
    found = extended_try(ExtendedRetry(age=age, interval=60), FIRST, FIRST + hours * HOUR)
    assert found == (None if expected is None else FIRST + expected * HOUR)


RECIPIENTS = st.builds(
    Recipient,
    address=st.text(st.characters(codec="ascii"), max_size=20),
    record=st.integers(0, 9),
    status=st.sampled_from([Status.EXTENDED_RETRY, Status.DELIVERED, Status.UNDELIVERABLE]),
    reply=st.none() | st.text(max_size=30),
    target=st.none() | st.text(max_size=10),
)


@given(st.lists(RECIPIENTS, min_size=1, max_size=4), st.text(max_size=20), st.booleans())
def test_a_control_file_says_what_was_written(
    recipients: list[Recipient], sender: str, tls: bool
) -> None:
    recipients.append(Recipient("x", 1, Status.EXTENDED_RETRY))
    mail = Mail(1, 1, "PLEX1", sender, tls=tls, recipients=recipients, size=3)
    file = mail_file(mail, a_spool_file(), "CSSMTP", "IBM-1047", (FIRST, FIRST, FIRST + HOUR))
    data = mailfile.written(file)
    assert data.isascii()
    assert mailfile.read(file.control, data, "CSSMTP", "IBM-1047") == file


@given(st.binary(max_size=200))
def test_any_control_file_is_read_or_unusable(data: bytes) -> None:
    with pytest.raises(Unusable):
        mailfile.read("cfX", data, "CSSMTP", "IBM-1047")


@given(st.integers(0, 40), st.binary(max_size=10))
def test_a_changed_control_file_is_read_or_unusable(line: int, junk: bytes) -> None:
    mail = Mail(1, 1, "PLEX1", "a@b", recipients=[Recipient("x@y", 1, Status.EXTENDED_RETRY)])
    file = mail_file(mail, a_spool_file(), "CSSMTP", "IBM-1047", (FIRST, FIRST, FIRST))
    lines = mailfile.written(file).splitlines()
    lines[line % len(lines)] += junk
    with suppress(Unusable):
        mailfile.read(file.control, b"\n".join(lines), "CSSMTP", "IBM-1047")
