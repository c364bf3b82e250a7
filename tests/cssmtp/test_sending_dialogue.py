"""The SMTP dialogue, without a network (cssmtp-operations.md 3.8; blueprint §9)."""

import pytest

from cssmtp.mail import Mail, Status
from cssmtp.smtp.dialogue import Dialogue
from cssmtp.smtp.extensions import Capabilities
from cssmtp.smtp.transaction import Finished, Refused, Settled, Transaction, envelope, hello
from tests.cssmtp.fake_spool import HOST, Answers, Server, a_mail, outcome, talk, transaction

BOTH = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])
B, C = b"RCPT TO:<b@", b"RCPT TO:<c@"
MAIL, DATA, DOT, RSET = b"MAIL", b"DATA", b".", b"RSET"

TABLE = [
    pytest.param({}, "delivered 250", "delivered 250", id="both-accepted"),
    pytest.param({B: b"550 no"}, "undeliverable 550", "delivered 250", id="one-refused"),
    pytest.param({B: b"450 later"}, "retry 450", "delivered 250", id="one-deferred"),
    pytest.param({B: b"550 no", C: b"450 x"}, "undeliverable 550", "retry 450", id="none-left"),
    pytest.param({B: b"251 will forward"}, "delivered 250", "delivered 250", id="251-accepts"),
    pytest.param({MAIL: b"451 later"}, "retry 451", "retry 451", id="sender-deferred"),
    pytest.param({MAIL: b"550 no"}, "undeliverable 550", "undeliverable 550", id="sender-refused"),
    pytest.param({MAIL: b"552 size"}, "undeliverable 552", "undeliverable 552", id="too-large"),
    pytest.param({DATA: b"451 later"}, "retry 451", "retry 451", id="data-deferred"),
    pytest.param({DATA: b"554 no"}, "undeliverable 554", "undeliverable 554", id="data-refused"),
    pytest.param(
        {B: b"550 no", DATA: b"451 x"}, "undeliverable 550", "retry 451", id="550-and-451"
    ),
    pytest.param({DOT: b"452 full"}, "retry 452", "retry 452", id="text-deferred"),
    pytest.param({DOT: b"554 spam"}, "undeliverable 554", "undeliverable 554", id="text-refused"),
    pytest.param({DOT: b"251 ok"}, "delivered 251", "delivered 251", id="any-2xx-delivers"),
    pytest.param({DOT: b"421 bye"}, "retry 421", "retry 421", id="text-421"),
    pytest.param({B: b"421 bye"}, "retry 421", "retry 421", id="rcpt-421"),
    pytest.param({DATA: b"421 bye"}, "retry 421", "retry 421", id="data-421"),
    pytest.param({MAIL: b"421 bye"}, "retry 421", "retry 421", id="mail-421"),
]


def two() -> Mail:
    """A mail to two recipients."""
    return a_mail(1, "b@example.com", "c@example.com")


@BOTH
@pytest.mark.parametrize(("answers", "first", "second"), TABLE)
def test_recipients_are_settled_by(
    answers: Answers, first: str, second: str, pipelining: bool
) -> None:
    mail = two()
    conversation = talk([mail], Server(answers), pipelining=pipelining).run()
    assert outcome(mail) == {"b@example.com": first, "c@example.com": second}
    assert [t.mail for t in conversation.settled] == [mail]
    delivered = [r.address for r in mail.recipients if r.status is Status.DELIVERED]
    assert [to for to, _ in conversation.server.took] == ([delivered] if delivered else [])


@BOTH
@pytest.mark.parametrize("streamed", [False, True], ids=["in-memory", "streamed"])
@pytest.mark.parametrize(("answers", "first", "second"), TABLE)
def test_the_mail_behind_is_not_touched_by(
    answers: Answers, first: str, second: str, pipelining: bool, streamed: bool
) -> None:
    """The next mail goes to another recipient and is taken, unless the target closes (421)."""
    mail, behind = two(), a_mail(2, "d@example.com")
    mute = {key: value for key, value in answers.items() if key not in (MAIL, DATA, DOT)}
    server = Server(mute | {key: value for key, value in answers.items() if key not in mute})
    once = _Once(server)
    conversation = talk([mail, behind], once, pipelining=pipelining, streamed=streamed).run()
    assert outcome(mail) == {"b@example.com": first, "c@example.com": second}
    if any(value.startswith(b"421") for value in answers.values()):
        assert outcome(behind) == {"d@example.com": "pending"}
        left = conversation.dialogue.abandon()
        assert (left.unknown, left.started) == (None, None)
        assert left.untouched is None or left.untouched.mail is behind
    else:
        assert outcome(behind) == {"d@example.com": "delivered 250"}
        assert conversation.dialogue.idle


class _Once(Server):
    """A server whose answers are only for the first mail."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.answers)
        self._mails = 0

    def _command(self, line: bytes) -> bytes:
        self._mails += line.startswith(b"MAIL")
        if self._mails > 1:
            self.answers = {}
        return super()._command(line)


def commands(answers: Answers, *, pipelining: bool, lenient: bool = False) -> list[bytes]:
    """What one mail without a text makes us say, behind the greeting; M is MAIL, R is RCPT."""
    server = Server(answers, lenient=lenient)
    conversation = talk([two()], server, pipelining=pipelining).run()
    said = b"".join(conversation.writes).split(b"\r\n")[1:-1]
    return [line[:1] if b":" in line else line for line in said]


NO_RCPT = {B: b"550 no", C: b"550 no"}


@pytest.mark.parametrize(
    ("answers", "lenient", "pipelined", "lock_step"),
    [
        pytest.param(NO_RCPT, False, "M R R DATA RSET", "M R R RSET", id="no-recipient-left"),
        pytest.param(NO_RCPT, True, "M R R DATA .", "M R R RSET", id="354-after-550s-lone-dot"),
        pytest.param({MAIL: b"550 no"}, False, "M R R DATA", "M", id="sender-refused-no-rset"),
        pytest.param({DATA: b"451 no"}, False, "M R R DATA RSET", "M R R DATA RSET", id="data"),
    ],
)  # fmt: skip
def test_a_transaction_that_failed_is_ended_by(
    answers: Answers, lenient: bool, pipelined: str, lock_step: str
) -> None:
    """RFC 2920 3.1 and blueprint §9: after 354 there is no RSET."""
    for expected, pipelining in ((pipelined, True), (lock_step, False)):
        said = commands(answers, pipelining=pipelining, lenient=lenient)
        assert b" ".join(said).decode() == expected


@BOTH
def test_a_lone_dot_that_is_taken_delivers_nothing(pipelining: bool) -> None:
    mail = two()
    talk([mail], Server(NO_RCPT | {DOT: b"250 taken"}, lenient=True), pipelining=pipelining).run()
    assert set(outcome(mail).values()) == {"undeliverable 550"}


CHANGED = "a reply that changes its code from 250 to 550"
UNASKED = "a reply nobody asked for: 250 taken"


@BOTH
@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param({DATA: b"250 ok"}, "250 in answer to DATA", id="250-to-data"),
        pytest.param({DATA: b"221 ok"}, "221 in answer to DATA", id="221-to-data"),
        pytest.param({DATA: b"350 ok"}, "350 in answer to DATA", id="350-to-data"),
        pytest.param({B: b"354 go"}, "354 in answer to RCPT", id="354-to-rcpt"),
        pytest.param({MAIL: b"354 go"}, "354 in answer to MAIL", id="354-to-mail"),
        pytest.param({MAIL: b"199 x"}, "not an SMTP reply: '199 x'", id="1xx"),
        pytest.param({B: b"hello"}, "not an SMTP reply: 'hello'", id="garbage"),
        pytest.param({B: b"250-a\r\n550 b"}, CHANGED, id="code-changes"),
        pytest.param({DATA: b"250 ok\r\n250 taken"}, "250 in answer to DATA", id="250-twice"),
        pytest.param({DATA: b"354 go\r\n250 taken"}, UNASKED, id="250-with-354"),
    ],
)  # fmt: skip
def test_a_muddled_target_delivers_nothing(answers: Answers, reason: str, pipelining: bool) -> None:
    """The mail was certainly not taken: it is to be tried again, on another connection."""
    mail = two()
    conversation = talk([mail], Server(answers), pipelining=pipelining).run()
    assert conversation.events[-1] == Finished(reason)
    assert set(outcome(mail).values()) == {"pending"}
    left = conversation.dialogue.abandon()
    assert left.started is not None
    assert left.started.mail is mail
    assert (left.unknown, left.untouched) == (None, None)


@BOTH
@pytest.mark.parametrize("reply", [b"354 what", b"garbage", b"250-a\r\n251 b"])
def test_a_senseless_answer_to_the_text_leaves_it_unknown(reply: bytes, pipelining: bool) -> None:
    mail = two()
    conversation = talk([mail, a_mail(2)], Server({DOT: reply}), pipelining=pipelining).run()
    left = conversation.dialogue.abandon()
    assert left.unknown is not None
    assert left.unknown.mail is mail
    assert (left.untouched is not None) == pipelining
    assert set(outcome(mail).values()) == {"pending"}


def test_with_pipelining_the_next_envelope_leaves_with_the_final_dot() -> None:
    conversation = talk([a_mail(1), a_mail(2)]).run()
    hello_, first, second, last = conversation.writes
    assert hello_ == b"EHLO mvs1.example.com\r\n"
    assert first == (b"MAIL FROM:<a@example.com> SIZE=25\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
    assert second == b"Subject: 1\r\n\r\nbody of 1\r\n.\r\n" + first
    assert last == b"Subject: 2\r\n\r\nbody of 2\r\n.\r\n"


def test_in_lock_step_every_command_waits_for_its_reply() -> None:
    conversation = talk([two()], pipelining=False).run()
    assert [write.count(b"\r\n") for write in conversation.writes] == [1, 1, 1, 1, 1, 4]


@pytest.mark.parametrize(
    ("extension", "parameter"),
    [
        pytest.param((), b"", id="not-announced"),
        pytest.param((b"SIZE",), b" SIZE=25", id="without-a-limit"),
        pytest.param((b"SIZE 0",), b" SIZE=25", id="zero-is-no-limit"),
        pytest.param((b"SIZE=1000",), b" SIZE=25", id="old-spelling"),
        pytest.param((b"size  1000 ",), b" SIZE=25", id="odd-spacing"),
        pytest.param((b"SIZE " + b"9" * 5000,), b" SIZE=25", id="absurd"),
        pytest.param((b"SIZE \xb2",), b" SIZE=25", id="no-number"),
    ],
)
def test_size_is_said_only_to_a_target_that_knows_it(
    extension: tuple[bytes, ...], parameter: bytes
) -> None:
    """RFC 1870 3."""
    server = Server(extensions=extension)
    talk([a_mail()], server).run()
    assert server.commands[1] == b"MAIL FROM:<a@example.com>" + parameter


@pytest.mark.parametrize("code", [500, 501, 502, 504])
def test_a_target_without_ehlo_is_greeted_by_helo(code: int) -> None:
    mail = a_mail()
    server = Server({b"EHLO": b"%d what?" % code})
    talk([mail], server).run()
    assert server.commands[:3] == [
        b"EHLO mvs1.example.com",
        b"HELO mvs1.example.com",
        b"MAIL FROM:<a@example.com>",
    ]
    assert outcome(mail) == {"b@example.com": "delivered 250"}


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({b"": b"554 go away"}, id="greeting-554"),
        pytest.param({b"": b"421 too many"}, id="greeting-421"),
        pytest.param({b"": b"250 hello"}, id="greeting-250"),
        pytest.param({b"": b"354 hello"}, id="greeting-354"),
        pytest.param({b"EHLO": b"550 no"}, id="ehlo-550"),
        pytest.param({b"EHLO": b"451 later"}, id="ehlo-451"),
        pytest.param({b"EHLO": b"421 bye"}, id="ehlo-421"),
        pytest.param({b"EHLO": b"354 what"}, id="ehlo-354"),
        pytest.param({b"EHLO": b"502 no", b"HELO": b"550 no"}, id="helo-550"),
        pytest.param({b"EHLO": b"502 no", b"HELO": b"421 no"}, id="helo-421"),
    ],
)
def test_a_target_that_refuses_to_talk_touches_no_mail(answers: Answers) -> None:
    mail = a_mail()
    conversation = talk([mail], Server(answers)).run()
    assert [type(event) for event in conversation.events] == [Refused, Finished]
    assert conversation.settled == []
    assert not conversation.dialogue.greeted
    assert outcome(mail) == {"b@example.com": "pending"}


def test_pipelining_is_only_for_a_target_that_offers_it() -> None:
    lock_step = talk([two()], Server(extensions=())).run()
    assert len(lock_step.writes) == 6


def test_a_421_to_mail_ends_a_used_connection_but_is_no_answer_to_the_mail() -> None:
    """A target that takes so many mails a connection; the mail goes back."""
    first, second = a_mail(1), a_mail(2, sender="z@example.com")
    server = Server({b"MAIL FROM:<z@": b"421 enough for one connection"})
    conversation = talk([first, second], server).run()
    assert outcome(second) == {"b@example.com": "pending"}
    left = conversation.dialogue.abandon()
    assert left.untouched is not None
    assert left.untouched.mail is second


@BOTH
@pytest.mark.parametrize("reply", [b"421 bye", b"500 what?", b"451 no"])
def test_a_refused_rset_ends_the_connection(reply: bytes, pipelining: bool) -> None:
    """Or the next mail would be taken for a part of the last one."""
    behind = a_mail(2, "d@example.com")
    server = Server({DATA: b"451 later", RSET: reply})
    conversation = talk([two(), behind], server, pipelining=pipelining).run()
    assert outcome(behind) == {"d@example.com": "pending"}
    left = conversation.dialogue.abandon()
    assert left.untouched is not None
    assert left.untouched.mail is behind
    assert (left.unknown, left.started) == (None, None)


def test_an_early_refusal_of_a_streamed_text_counts_and_ends_the_connection() -> None:
    mail = two()
    dialogue = _waiting_for_text(mail)
    events = dialogue.receive(b"552 too much\r\n")
    assert [type(event) for event in events] == [Settled, Finished]
    assert set(outcome(mail).values()) == {"undeliverable 552"}
    dialogue.text_sent()
    assert dialogue.take() == []


def test_an_early_acceptance_of_a_streamed_text_is_not_believed() -> None:
    mail = two()
    dialogue = _waiting_for_text(mail)
    (finished,) = dialogue.receive(b"250 taken\r\n")
    assert finished == Finished("250 before the end of the text")
    left = dialogue.abandon()
    assert left.started is not None
    assert left.started.mail is mail
    assert set(outcome(mail).values()) == {"pending"}


def test_a_text_whose_connection_is_gone_takes_no_mail_from_the_queue() -> None:
    """`text_sent` may come late: what was streaming then knows nothing of the end."""
    for reply in (b"421 bye\r\n", b""):
        dialogue = _waiting_for_text(a_mail(1), a_mail(2))
        dialogue.receive(reply)
        dialogue.cut()
        dialogue.abandon()
        assert dialogue.text_sent() == []
        assert dialogue.mails == 1


def _waiting_for_text(*mails: Mail) -> Dialogue:
    """A dialogue that was asked to stream the text of the first mail."""
    waiting = [transaction(mail, streamed=True) for mail in mails]

    def source(_: Capabilities) -> Transaction | None:
        return waiting.pop(0) if waiting else None

    dialogue = Dialogue(HOST, "target:25", source, pipelining=True)
    replies = [b"220 test\r\n", b"250-test\r\n250 PIPELINING\r\n"]
    replies.append(b"250 ok\r\n" * (1 + len(mails[0].recipients)) + b"354 go on\r\n")
    for reply in replies:
        dialogue.receive(reply)
        dialogue.take()
    return dialogue


@pytest.mark.parametrize(
    "said", [b"250 hi\r\n", b"220 test\r\n250 again\r\n", b"220 a\r\n421 b\r\n"]
)
def test_a_reply_nobody_asked_for_ends_the_connection(said: bytes) -> None:
    conversation = talk([])
    events = conversation.run().dialogue.receive(said)
    assert [type(event) for event in events] == [Finished]


def test_an_idle_target_may_say_421() -> None:
    conversation = talk([a_mail()]).run()
    assert conversation.dialogue.receive(b"421 idle\r\n") == [Finished("421 idle")]
    left = conversation.dialogue.abandon()
    assert (left.unknown, left.started, left.untouched) == (None, None, None)


def test_quit_is_said_only_when_idle_and_ends_in_order() -> None:
    conversation = talk([a_mail()])
    conversation.dialogue.quit()
    assert conversation.dialogue.take() == []
    dialogue = conversation.run().dialogue
    dialogue.quit()
    dialogue.quit()
    assert dialogue.take() == [b"QUIT\r\n"]
    assert dialogue.receive(b"221 bye\r\n") == [Finished("")]


@pytest.mark.parametrize(("unsent", "sent"), [(0, True), (58, True), (59, False), (200, False)])
def test_a_dot_that_did_not_leave_the_transport_was_not_sent(unsent: int, sent: bool) -> None:
    """The shell knows how many bytes it still had when it gave up; 58 are the next envelope."""
    conversation = talk([a_mail(1), a_mail(2)])
    dialogue = conversation.dialogue
    for reply in (b"220 t\r\n", b"250-t\r\n250 PIPELINING\r\n", b"250 a\r\n250 b\r\n354 c\r\n"):
        dialogue.receive(reply)
        dialogue.take()
    left = dialogue.abandon(unsent)
    assert left.untouched is not None
    assert len(left.untouched.envelope) == 58
    assert (left.unknown is not None, left.started is not None) == (sent, not sent)


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        pytest.param("a@x>\r\nRCPT TO:<evil@x", "b@x", id="crlf-in-sender"),
        pytest.param("a@x", "b@x>\r\nDATA", id="crlf-in-recipient"),
        pytest.param("a@x", "b@x\n", id="lf"),
        pytest.param("a@x", "b\r@x", id="cr"),
        pytest.param("a\0@x", "b@x", id="nul"),
        pytest.param("a\x7f@x", "b@x", id="del"),
        pytest.param("ä@x", "b@x", id="not-ascii"),
    ],
)
def test_no_line_end_gets_into_a_command(sender: str, to: str) -> None:
    """Style R11; blueprint §7."""
    with pytest.raises(ValueError, match=r"control character|ascii"):
        envelope(sender, a_mail(1, to).recipients, 10)


def test_an_envelope_is_one_line_for_each_command() -> None:
    recipients = a_mail(1, '"b c"@x', "d@x").recipients
    assert envelope("", recipients, None) == (
        b'MAIL FROM:<>\r\nRCPT TO:<"b c"@x>\r\nRCPT TO:<d@x>\r\nDATA\r\n'
    )


def test_our_own_name_cannot_smuggle_a_command() -> None:
    assert hello("EHLO", "a\r\nMAIL b\0\xe4") == b"EHLO aMAILb\r\n"
