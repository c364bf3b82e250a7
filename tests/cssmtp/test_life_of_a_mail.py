"""Every path of docs/explanation/life-of-a-mail.md, on the jumping clock."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cssmtp.config.statements import (
    BadSpoolDisp,
    DeadLetterAction,
    ExtendedRetry,
    Options,
    Report,
    ReportTo,
    RetryLimit,
    Undeliverable,
)
from cssmtp.mail import Kind
from cssmtp.statistics import Snapshot, TaskState
from cssmtp.work import Fate
from jes.sysout import Disposal
from tests.cssmtp.lives import (
    DAY,
    EXTENDED,
    HOUR,
    LATER,
    MINUTE,
    NEVER,
    NO_LONG_RETRY,
    B,
    Lived,
    a_mail,
    live,
)

DONE, OVER = "delivered", "undeliverable"
MOVED = "extended-retry"
RCPT_LATER = b"RCPT TO:<later"


def well_again(seconds: float, *keys: bytes) -> Any:
    """For `begin`: from that moment on, the server has nothing to say against these."""

    def begin(world: Lived) -> None:
        for key in keys:
            world.at(seconds, partial(world.answers.pop, key))

    return begin


# --- long retry --------------------------------------------------------------------------------


def test_a_mail_that_is_answered_4xx_is_tried_again_after_the_interval(tmp_path: Path) -> None:
    world = live([a_mail(LATER)], tmp_path, begin=well_again(59, RCPT_LATER))
    assert world.originals == [(MINUTE, {LATER: DONE})]
    assert world.heard.files == [(MINUTE, Fate.PURGED)]
    assert world.spool.done == [(1, Disposal.PROCESSED)]


def test_only_the_open_recipient_is_tried_again_and_one_notification_comes_last(
    tmp_path: Path,
) -> None:
    world = live([a_mail(B, NEVER, LATER)], tmp_path)
    assert world.envelopes == [[B, NEVER, LATER], *[[LATER]] * 5, ["a@example.com"]]
    assert world.originals == [(5 * MINUTE, {B: DONE, NEVER: OVER, LATER: OVER})]
    assert world.notifications == [(5 * MINUTE, {"a@example.com": DONE})]
    text = world.peer.took[-1].decode()
    for part in (NEVER, "550 5.1.1 never", LATER, "451 4.2.0 later", "\r\nHOW ARE YOU?"):
        assert part in text
    assert "From: CSSMTP@mvs1.example.com\r\nTo: a@example.com" in text
    assert "Subject: Undeliverable mail" in text
    assert B not in text
    senders = [c for s in world.peer.servers for c in s.commands if c.startswith(b"MAIL")]
    assert [c.startswith(b"MAIL FROM:<>") for c in senders] == [False] * 6 + [True]
    assert world.heard.files == [(5 * MINUTE, Fate.HELD)]


def test_the_mails_of_a_file_wait_for_one_of_them(tmp_path: Path) -> None:
    world = live([a_mail(LATER) + "\n" + a_mail(B)], tmp_path, begin=well_again(90, RCPT_LATER))
    assert world.originals == [(0, {B: DONE}), (2 * MINUTE, {LATER: DONE})]
    assert world.spool.done == [(1, Disposal.PROCESSED)]


def test_a_target_that_is_down_counts_no_retry(tmp_path: Path) -> None:
    """Backpressure: nothing is failed (trap 1)."""
    world = live(
        [a_mail(B)], tmp_path, answers={b"": b"554 closed"}, begin=well_again(10 * MINUTE, b"")
    )
    assert world.originals == [(10 * MINUTE, {B: DONE})]


def test_a_target_that_says_451_as_long_makes_mail_undeliverable(tmp_path: Path) -> None:
    world = live([a_mail(LATER)], tmp_path, begin=well_again(10 * MINUTE, RCPT_LATER))
    assert world.originals == [(5 * MINUTE, {LATER: OVER})]


@pytest.mark.parametrize("limit", [RetryLimit(0, 1), RetryLimit(5, 0)])
def test_without_any_retry_a_4xx_is_undeliverable_at_once(
    limit: RetryLimit, tmp_path: Path
) -> None:
    world = live([a_mail(LATER)], tmp_path, retry_limit=limit)
    assert world.originals == [(0, {LATER: OVER})]
    assert world.envelopes == [[LATER], ["a@example.com"]]


def test_a_mail_whose_fate_is_unknown_goes_to_long_retry(tmp_path: Path) -> None:
    """The connection ended behind the final period: the retry may be a duplicate."""
    world = live([a_mail(B)], tmp_path, answers={b".": b"354 odd"}, begin=well_again(30, b"."))
    assert world.originals == [(MINUTE, {B: DONE})]


def test_a_full_connection_is_no_refusal_of_the_mail(tmp_path: Path) -> None:
    """452 in answer to MAIL on a connection that took mails: OpenSMTPD says so after some."""

    def begin(world: Lived) -> None:
        world.peer.extensions = (b"SIZE 1000000",)
        world.peer.most_mails = 2

    world = live(["\n".join([a_mail(B)] * 5)], tmp_path, answers={}, begin=begin)
    assert world.originals == [(0, {B: DONE})] * 5
    assert len(world.peer.servers) == 3


def test_what_waits_is_seen(tmp_path: Path) -> None:
    seen: list[Snapshot] = []

    def begin(world: Lived) -> None:
        world.at(30, lambda: seen.append(world.task.snapshot()))
        world.at(HOUR, lambda: seen.append(world.task.snapshot()))

    world = live([a_mail(LATER, NEVER)], tmp_path, begin=begin, extended_retry=EXTENDED)
    long, extended = seen
    assert (long.long_retry, long.extended_retry, long.waiting) == (1, 0, 0)
    assert long.tasks[0].state is TaskState.LONG_RETRY
    assert (extended.long_retry, extended.extended_retry) == (0, 1)
    assert extended.oldest is not None
    counters = world.task.snapshot().counters
    assert (counters.extended_retries, counters.notifications, counters.dead_letters) == (1, 1, 0)
    assert (counters.mails, counters.undeliverable, counters.pending) == (1, 2, 0)


# --- extended retry ----------------------------------------------------------------------------


def test_a_mail_that_long_retry_did_not_deliver_leaves_the_spool(tmp_path: Path) -> None:
    """Its spool file is deleted at the move, before it is delivered (trap 2)."""
    kept: list[list[str]] = []

    def begin(world: Lived) -> None:
        well_again(2 * HOUR, RCPT_LATER)(world)
        world.at(HOUR, lambda: kept.append([one.name[:2] for one in world.files("mail")]))

    world = live([a_mail(B, LATER)], tmp_path, begin=begin, extended_retry=EXTENDED)
    assert kept == [["cf", "df"]]
    assert world.heard.files == [(5 * MINUTE, Fate.PURGED)]
    moved, last = world.originals
    assert moved == (5 * MINUTE, {B: DONE, LATER: MOVED})
    assert last == (2 * HOUR + 5 * MINUTE, {LATER: DONE})
    first, again = world.peer.took
    assert first == again
    assert not world.files("mail")


def test_a_mail_goes_to_extended_retry_at_once_without_long_retry(tmp_path: Path) -> None:
    world = live(
        [a_mail(LATER)], tmp_path, retry_limit=NO_LONG_RETRY, extended_retry=EXTENDED,
        begin=well_again(60, RCPT_LATER),
    )  # fmt: skip
    assert world.originals == [(0, {LATER: MOVED}), (30 * MINUTE, {LATER: DONE})]


def test_a_mail_of_age_is_undeliverable(tmp_path: Path) -> None:
    world = live([a_mail(LATER)], tmp_path, extended_retry=ExtendedRetry(age=3, interval=60))
    assert world.originals[-1] == (3 * DAY, {LATER: OVER})
    assert world.notifications == [(3 * DAY, {"a@example.com": DONE})]
    assert b"HOW ARE YOU?" in world.peer.took[-1]
    assert not world.files("mail")


def test_the_charset_of_a_stored_mail_belongs_to_the_target(tmp_path: Path) -> None:
    """Text is stored as it was inspected; also a mail that is too big for memory (trap: marks)."""
    lines = ["GRÜSSE ÄÖÜ " + "X" * 60] * 5_000
    world = live(
        [a_mail(B, LATER, text=[*lines, "..PERIOD"])], tmp_path, extended_retry=EXTENDED,
        charset="UTF-8", begin=well_again(HOUR, RCPT_LATER),
    )  # fmt: skip
    first, again = world.peer.took
    assert first == again
    assert again.count("GRÜSSE ÄÖÜ".encode()) == len(lines)


def test_what_cannot_be_stored_stays_in_long_retry(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("no directory")
    world = live(
        [a_mail(LATER)], tmp_path, extended_retry=EXTENDED, begin=well_again(HOUR, RCPT_LATER)
    )
    assert [states for _, states in world.originals] == [{LATER: DONE}]
    assert [said[:7] for said in world.heard.said] == ["JML393E", "JML392E", "JML392E"]


def stop_at(seconds: float) -> Any:
    """For `begin`: the operator stops CSSMTP."""
    return lambda world: world.at(seconds, world.task.stop)


def test_a_restart_takes_up_what_is_in_the_directory(tmp_path: Path) -> None:
    live([a_mail(B, NEVER, LATER)], tmp_path, begin=stop_at(HOUR), extended_retry=EXTENDED)
    (tmp_path / "var/cssmtp/CSSMTP/mail/dfALONE").touch()
    world = live([], tmp_path, answers={}, extended_retry=EXTENDED)
    assert [states for _, states in world.originals] == [{LATER: DONE}]
    assert world.envelopes == [[LATER], ["a@example.com"]], "the notification names the other one"
    assert NEVER.encode() in world.peer.took[-1]
    assert not world.files("mail")


@pytest.mark.parametrize("harm", ["other", "=", "writer=CSSMTX", "recipient=x\nstatus=odd", ""])
def test_files_that_cannot_be_used_are_renamed(harm: str, tmp_path: Path) -> None:
    live([a_mail(LATER)], tmp_path, begin=stop_at(HOUR), extended_retry=EXTENDED)
    folder = tmp_path / "var/cssmtp/CSSMTP/mail"
    (control,) = folder.glob("cf*")
    control.write_text(harm and f"{control.read_text()}{harm}\n")
    world = live([], tmp_path, extended_retry=EXTENDED)
    assert [one.name[:2] for one in world.files("mail")] == ["CF", "DF"]
    assert world.heard.said[0].startswith("JML394E cfJOB00001.102.1.1")
    assert not world.envelopes


# --- the end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [b"451 later", b"550 never"])
def test_a_notification_is_tried_once(reply: bytes, tmp_path: Path) -> None:
    answers = {b"RCPT TO:<never": b"550 5.1.1 never", b"RCPT TO:<a@": reply}
    world = live([a_mail(NEVER)], tmp_path, answers=answers)
    assert world.envelopes == [[NEVER], ["a@example.com"]]
    assert world.notifications == [(0, {"a@example.com": OVER})]
    (letter,) = world.heard.dead
    (file,) = world.files("deadletter")
    assert letter.file == f"/var/cssmtp/CSSMTP/deadletter/{file.name}"
    assert (letter.kind, letter.reason) == (Kind.NOTIFICATION, reply.decode())
    assert file.name.startswith("MAILJOB.JOB00001.Jan312024.061000.")
    assert file.name.endswith(".1U")
    text = file.read_text()
    assert text.startswith("EHLO mvs1.example.com\nMAIL FROM:<>\nRCPT TO:<a@example.com>\nDATA\n")
    assert "HOW ARE YOU?" in text


@pytest.mark.parametrize("sender", ["a@example.com", ""])
def test_a_text_that_made_its_mail_undeliverable_harms_nobody(sender: str, tmp_path: Path) -> None:
    """No bare CR or LF leaves in a notification, nor stands in a dead letter."""
    world = live([a_mail(B, sender=sender, text=["A\r.\rB", "C\x00D"])], tmp_path)
    assert world.originals == [(0, {B: OVER})]
    letters = [file.read_bytes().replace(b"\n", b"\r\n") for file in world.files("deadletter")]
    (text,) = letters or world.peer.took
    assert b"\r\nA.B\r\nC\x1aD" in text
    assert text.count(b"\r") == text.count(b"\n") == text.count(b"\r\n")


def test_a_mail_without_a_sender_is_a_dead_letter_at_once(tmp_path: Path) -> None:
    world = live([a_mail(B, NEVER, sender="")], tmp_path)
    assert world.envelopes == [[B, NEVER]]
    (file,) = world.files("deadletter")
    assert f"MAIL FROM:<>\nRCPT TO:<{NEVER}>\nDATA\nReceived: " in file.read_text()
    assert world.heard.dead[0].kind is Kind.ORIGINAL


def test_dead_letters_can_be_dropped(tmp_path: Path) -> None:
    drop = Undeliverable(dead_letter_action=DeadLetterAction.DELETE)
    world = live([a_mail(NEVER, sender="")], tmp_path, undeliverable=drop)
    assert [letter.file for letter in world.heard.dead] == [None]
    assert not world.files("deadletter")


@pytest.mark.parametrize("sender", ["", "a@example.com"])
def test_return_to_mail_from_no_is_the_end(sender: str, tmp_path: Path) -> None:
    silent = Undeliverable(return_to_mail_from=False)
    world = live([a_mail(NEVER, sender=sender)], tmp_path, undeliverable=silent)
    assert world.originals == [(0, {NEVER: OVER})]
    assert (world.notifications, world.heard.dead) == ([], [])


def test_a_recipient_that_was_never_valid_is_told_too(tmp_path: Path) -> None:
    world = live([a_mail("nowhere")], tmp_path)
    assert world.notifications == [(0, {"a@example.com": DONE})]
    assert b"Domain missing" in world.peer.took[0]


def test_test_mode_tells_nobody(tmp_path: Path) -> None:
    world = live([a_mail(B, "nowhere")], tmp_path, options=Options(test_mode=True))
    assert (world.envelopes, world.heard.dead) == ([], [])


@pytest.mark.parametrize(
    ("disposition", "fate"), [(BadSpoolDisp.HOLD, Fate.HELD), (BadSpoolDisp.DELETE, Fate.DELETED)]
)
def test_undeliverable_mail_makes_a_bad_file(
    disposition: BadSpoolDisp, fate: Fate, tmp_path: Path
) -> None:
    world = live([a_mail(B) + "\n" + a_mail(NEVER)], tmp_path, bad_spool_disp=disposition)
    assert [what for _, what in world.heard.files] == [fate]


def test_a_dead_letter_that_cannot_be_stored_holds_the_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("no directory")
    delete = BadSpoolDisp.DELETE
    world = live([a_mail(NEVER, sender="")], tmp_path, bad_spool_disp=delete)
    assert [what for _, what in world.heard.files] == [Fate.HELD]
    assert world.heard.dead[0].problem == "Not a directory"
    assert world.heard.said[0].startswith("JML391E MAILJOB JOB00001: DEAD LETTER OF MAIL 1")


def test_a_stored_mail_is_kept_when_its_dead_letter_cannot_be(tmp_path: Path) -> None:
    world = live([a_mail(LATER, sender="")], tmp_path, letters=False, extended_retry=EXTENDED)
    assert [one.name[:2] for one in world.files("mail")] == ["CF", "DF"]


def test_an_error_report_that_nobody_takes_is_a_dead_letter(tmp_path: Path) -> None:
    world = live(
        [a_mail(NEVER)], tmp_path, report=Report(ReportTo.ADMIN), mail_administrators=(NEVER,)
    )
    (file,) = world.files("deadletter")
    assert file.name.endswith(".1R")
    assert "CSSMTP ERROR REPORT" in file.read_text()


def test_a_report_that_can_be_neither_sent_nor_stored_holds_the_file(tmp_path: Path) -> None:
    world = live(
        [a_mail(NEVER)], tmp_path, letters=False, bad_spool_disp=BadSpoolDisp.DELETE,
        report=Report(ReportTo.ADMIN), mail_administrators=(NEVER,),
    )  # fmt: skip
    assert world.spool.done == [(1, Disposal.HOLD)]
    assert [what for _, what in world.heard.files] == [Fate.HELD]


# --- from outside ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extended", "state"), [(None, OVER), (replace(EXTENDED, interval=0), OVER), (EXTENDED, MOVED)]
)
def test_long_retry_can_be_flushed(
    extended: ExtendedRetry | None, state: str, tmp_path: Path
) -> None:
    """FLUSHRETRY,TKID=: the normal next step."""
    found: list[int | None] = []

    def begin(world: Lived) -> None:
        world.at(90, lambda: found.extend(map(world.task.flush_long_retry, (1, 2))))

    world = live([a_mail(LATER)], tmp_path, begin=begin, extended_retry=extended)
    assert found == [1, None]
    assert world.originals[0] == (90, {LATER: state})


def test_extended_retry_can_be_flushed_by_age(tmp_path: Path) -> None:
    """FLUSHRETRY,AGE=: age counts from the first try."""
    found: list[int] = []

    def begin(world: Lived) -> None:
        for hours in (24, 48):
            world.at(hours * HOUR, lambda: found.append(world.task.flush_extended_retry(2)))

    world = live([a_mail(LATER)], tmp_path, begin=begin, extended_retry=EXTENDED)
    assert found == [0, 1]
    assert world.originals[-1] == (2 * DAY, {LATER: OVER})
    assert len(world.notifications) == 1


def test_a_stop_leaves_what_waits_where_it_is(tmp_path: Path) -> None:
    """The spool file goes back unchanged with the session; what is stored stays stored."""
    world = live([a_mail(B, LATER)], tmp_path, begin=stop_at(90))
    assert world.originals == [(90, {B: DONE, LATER: "retry"})]
    assert world.heard.files == [(90, Fate.IN_USE)]
    assert world.spool.done == []


def test_a_cancelled_task_ends(tmp_path: Path) -> None:
    def begin(world: Lived) -> None:
        task = asyncio.current_task()
        assert task is not None
        world.at(90, task.cancel)

    with pytest.raises(asyncio.CancelledError):
        live([a_mail(LATER)], tmp_path, begin=begin)
