"""What is noted of mails, and what a restart makes of it (cssmtp-operations.md 4.9)."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cssmtp.checkpoint import BadCheckpoint, Final, Known, Mixed, Outcome, decode, encode, outcome
from cssmtp.mail import Mail, Status
from tests.cssmtp.fake_spool import a_mail

numbers = st.integers(0, 10**9)
texts = st.none() | st.text(max_size=20)
finals = st.builds(
    Final, index=st.integers(0, 19), status=st.sampled_from(Status), reply=texts, target=texts
)
mixed = st.builds(
    Mixed,
    ordinal=numbers,
    record=numbers,
    recipients=st.just(20),
    finals=st.lists(finals, max_size=5).map(tuple),
)


def a_mail_with(*statuses: Status) -> Mail:
    """A mail whose recipients stand like this."""
    mail = a_mail(7, *(f"r{n}@example.com" for n in range(len(statuses))))
    for one, status in zip(mail.recipients, statuses, strict=True):
        one.status = status
        if status is not Status.PENDING:
            one.reply, one.target = f"reply: {status}", "127.0.0.1:25"
    return mail


def restored(mail: Mail, *noted: Outcome) -> list[Status]:
    """The recipients' states when the mail is read again, with all that was noted."""
    known = Known()
    for group in noted:
        known.add(decode(encode([group]) if isinstance(group, tuple) else encode([], [group])))
    again = a_mail_with(*[Status.PENDING] * len(mail.recipients))
    again.record = mail.record
    known.restore(again)
    for one in again.recipients:
        if one.status is Status.UNDELIVERABLE:  # for the error report
            assert (one.reply, one.target) == ("reply: undeliverable", "127.0.0.1:25")
    return [one.status for one in again.recipients]


def noted(mail: Mail) -> Outcome:
    found = outcome(mail)
    assert found is not None
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.dictionaries(numbers, numbers, max_size=50), st.lists(mixed, max_size=3))
def test_what_is_encoded_comes_back(sent: dict[int, int], others: list[Mixed]) -> None:
    found = list(decode(encode(sent.items(), others)))
    assert found == [*sorted(sent.items()), *others]


@given(st.binary(max_size=60))
def test_any_bytes_are_mails_or_the_one_error(data: bytes) -> None:
    for one in (data, b"\x01" + data):
        with suppress(BadCheckpoint):
            list(decode(one))


@given(st.data())
def test_a_group_that_is_cut_off_is_an_error(data: st.DataObject) -> None:
    group = encode(
        [(1, 2), (3, 300)], [Mixed(2, 40, 1, (Final(0, Status.DELIVERED, "250", None),))]
    )
    with pytest.raises(BadCheckpoint):
        list(decode(group[: data.draw(st.integers(0, len(group) - 1))]))


def test_mails_of_a_usual_file_take_two_bytes_each() -> None:
    """10,000 mails of 20 records each, as many as W1 has (blueprint §5)."""
    assert len(encode([(n, 2 + 20 * n) for n in range(1, 10_001)])) < 20_010


def test_a_mail_that_all_got_is_not_sent_again() -> None:
    mail = a_mail_with(Status.DELIVERED, Status.DELIVERED)
    assert restored(mail, noted(mail)) == [Status.DELIVERED] * 2


def test_within_a_mail_only_the_recipients_that_are_not_final_are_left() -> None:
    mail = a_mail_with(Status.DELIVERED, Status.UNDELIVERABLE, Status.RETRY, Status.PENDING)
    assert restored(mail, noted(mail)) == [
        Status.DELIVERED, Status.UNDELIVERABLE, Status.PENDING, Status.PENDING
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("statuses", "over"),
    [
        ([Status.DELIVERED, Status.DELIVERED], True),
        ([Status.DELIVERED, Status.UNDELIVERABLE], True),
        ([Status.DELIVERED, Status.RETRY], False),
    ],
)
def test_a_mail_that_is_final_is_done_with(statuses: list[Status], over: bool) -> None:
    """Its sender was told; the rest of another one is still to be sent."""
    one, known = noted(a_mail_with(*statuses)), Known()
    known.add([one])
    assert known.restore(a_mail_with(Status.PENDING, Status.PENDING)) is over


def test_a_mail_in_long_retry_may_be_noted_again_when_more_of_it_is_final() -> None:
    first = noted(a_mail_with(Status.DELIVERED, Status.RETRY, Status.RETRY))
    then = noted(a_mail_with(Status.PENDING, Status.UNDELIVERABLE, Status.RETRY))
    mail = a_mail_with(Status.DELIVERED, Status.UNDELIVERABLE, Status.RETRY)
    for order in ([first, then], [then, first]):
        assert restored(mail, *order) == [Status.DELIVERED, Status.UNDELIVERABLE, Status.PENDING]


@pytest.mark.parametrize("other", [Status.UNDELIVERABLE, Status.DELIVERED])
def test_delivered_is_never_taken_back(other: Status) -> None:
    """Two members of a spool may both have had the file."""
    mail = a_mail_with(Status.DELIVERED, Status.RETRY)
    again = a_mail_with(other, Status.UNDELIVERABLE)
    assert restored(mail, noted(mail), noted(again))[0] is Status.DELIVERED


@pytest.mark.parametrize("status", [Status.PENDING, Status.RETRY, Status.DISCARDED])
def test_what_was_sent_to_nobody_and_waits_is_not_noted(status: Status) -> None:
    """TestMode discards mail: when it is switched off, that mail is still to be sent."""
    assert outcome(a_mail_with(status)) is None


@pytest.mark.parametrize("statuses", [[Status.DELIVERED], [Status.DELIVERED, Status.RETRY]])
def test_another_mail_of_the_same_ordinal_is_sent(statuses: list[Status]) -> None:
    """A changed configuration can find other mails in the file: repeated rather than lost."""
    mail = a_mail_with(*statuses)
    one = noted(mail)
    other = replace(mail, record=mail.record + 1)
    assert restored(other, one) == [Status.PENDING] * len(statuses)
    longer = a_mail_with(*statuses, Status.PENDING)
    if isinstance(one, Mixed):
        assert restored(longer, one) == [Status.PENDING] * len(longer.recipients)
