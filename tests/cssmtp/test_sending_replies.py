"""Replies from bytes (RFC 5321 4.2), and the laws of the dialogue for any bytes (style.md R10)."""

import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssmtp.smtp.extensions import Capabilities, capabilities
from cssmtp.smtp.replies import REPLY_MAX, Reply, ReplyError, ReplyReader
from cssmtp.verdict import FALL_BACK_TO_HELO, status_of
from tests.cssmtp.fake_spool import Server, a_mail, outcome, talk
from tests.fuzz import replies as fuzz


def replies(*pieces: bytes) -> list[Reply | str]:
    """What the pieces give, ending with the error if there is one."""
    reader = ReplyReader()
    found: list[Reply | str] = []
    try:
        for piece in pieces:
            for reply in reader.feed(piece):
                found.append(reply)
    except ReplyError as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"250 ok\r\n", [Reply(250, ("ok",))], id="one-line"),
        pytest.param(b"250\r\n", [Reply(250, ("",))], id="no-text"),
        pytest.param(b"250 \r\n", [Reply(250, ("",))], id="empty-text"),
        pytest.param(b"250-a\r\n250-b\r\n250 c\r\n", [Reply(250, ("a", "b", "c"))], id="three"),
        pytest.param(b"250-a\r\n250\r\n", [Reply(250, ("a", ""))], id="last-without-text"),
        pytest.param(b"250 ok\n", [Reply(250, ("ok",))], id="bare-lf"),
        pytest.param(b"250 a\r\n354 b\r\n", [Reply(250, ("a",)), Reply(354, ("b",))], id="two"),
        pytest.param(b"250 gr\xc3\xbcn\r\n", [Reply(250, ("gr\xfcn",))], id="utf-8"),
        pytest.param(b"250 gr\xfcn\r\n", [Reply(250, ("gr\ufffdn",))], id="latin-1"),
        pytest.param(b"250 a\x1b[2Jb\r\n", [Reply(250, ("a.[2Jb",))], id="escape"),
        pytest.param("250 a\u202eb\r\n".encode(), [Reply(250, ("a.b",))], id="right-to-left"),
        pytest.param(b"250 a\rb\r\n", [Reply(250, ("a.b",))], id="cr-inside"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\r\n", ["not an SMTP reply: ''"], id="empty-line"),
        pytest.param(b"hi\r\n", ["not an SMTP reply: 'hi'"], id="no-code"),
        pytest.param(b"25 a\r\n", ["not an SMTP reply: '25 a'"], id="two-digits"),
        pytest.param(b"2500 a\r\n", ["not an SMTP reply: '2500 a'"], id="four-digits"),
        pytest.param(b"150 a\r\n", ["not an SMTP reply: '150 a'"], id="1xx"),
        pytest.param(b"650 a\r\n", ["not an SMTP reply: '650 a'"], id="6xx"),
        pytest.param(
            b"250 a\r\nhi\r\n", [Reply(250, ("a",)), "not an SMTP reply: 'hi'"], id="then-garbage"
        ),
        pytest.param(
            b"250-a\r\n251 b\r\n",
            ["a reply that changes its code from 250 to 251"],
            id="code-changes",
        ),
    ],
)
def test_bytes_give(data: bytes, expected: list[Reply | str]) -> None:
    assert replies(data) == expected
    assert replies(*(data[i : i + 1] for i in range(len(data)))) == expected


@pytest.mark.parametrize("size", [20, 4_096, 10 * REPLY_MAX])
@pytest.mark.parametrize("line", [b"x", b"250-a\r\n"], ids=["no-line-end", "no-last-line"])
def test_an_endless_reply_is_refused_in_bounded_memory(line: bytes, size: int) -> None:
    piece = line * (1 + size // len(line))
    tracemalloc.start()
    with pytest.raises(ReplyError, match=r"more than|not an SMTP"):
        _feed_for_ever(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * REPLY_MAX + 20 * len(piece)


def _feed_for_ever(piece: bytes) -> None:
    reader = ReplyReader()
    for _ in range(20 * REPLY_MAX):
        list(reader.feed(piece))


def test_many_long_replies_are_no_endless_one() -> None:
    reply = b"250-" + b"x" * 200 + b"\r\n250 " + b"y" * 200 + b"\r\n"
    assert len(replies(*[reply] * 1_000)) == 1_000


@given(st.lists(st.binary() | st.sampled_from(fuzz.WORDS[1:-1])))
def test_any_bytes_give_replies_or_reply_error_however_cut(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert replies(data) == replies(*parts) == replies(*(data[i : i + 1] for i in range(len(data))))


@given(st.lists(st.binary(max_size=20) | st.sampled_from(fuzz.WORDS), max_size=30))
def test_any_bytes_from_a_target_leave_each_mail_one_fate(parts: list[bytes]) -> None:
    fuzz.check(b"".join(parts))


REPLY = st.builds(
    lambda code, dash: b"%d-x\r\n%d y\r\n" % (code, code) if dash else b"%d z\r\n" % code,
    st.sampled_from([220, 250, 251, 354, 421, 450, 452, 500, 503, 550, 554]),
    st.booleans(),
)


@given(st.lists(REPLY, max_size=4).map(b"".join).flatmap(lambda d: st.lists(st.just(d) | REPLY)))
def test_any_replies_in_any_order_leave_each_mail_one_fate(parts: list[bytes]) -> None:
    greeting = [b"220 t\r\n", b"250-t\r\n250 PIPELINING\r\n"]
    fuzz.check(fuzz.CUT.join([*greeting, *parts]))


@given(
    answers=st.dictionaries(
        st.sampled_from([b"MAIL", b"RCPT TO:<b@", b"RCPT TO:<c@", b"DATA", b".", b"RSET"]),
        st.sampled_from([b"250 a", b"450 b", b"550 c", b"421 d", b"250-e\r\n250 f", b"354 g"]),
    ),
    size=st.integers(1, 40),
    lenient=st.booleans(),
)
def test_outcomes_do_not_depend_on_how_replies_are_cut(
    answers: dict[bytes, bytes], size: int, lenient: bool
) -> None:
    """Nor on pipelining, as long as the target keeps the order of things."""

    def cut(data: bytes) -> Sequence[bytes]:
        return [data[i : i + size] for i in range(0, len(data), size)]

    def outcomes(*, pipelining: bool, whole: bool, streamed: bool) -> list[dict[str, str]]:
        mails = [a_mail(number, "b@x", "c@x") for number in (1, 2, 3)]
        server = Server(answers, lenient=lenient)
        conversation = talk(mails, server, pipelining=pipelining, streamed=streamed)
        conversation.run() if whole else conversation.run(cut)
        return [outcome(mail) for mail in mails]

    expected = outcomes(pipelining=True, whole=True, streamed=False)
    for streamed in (False, True):
        assert outcomes(pipelining=True, whole=False, streamed=streamed) == expected
    if b"354 g" not in answers.values() and answers.get(b"MAIL", b"2")[:3] != b"421":
        first = outcomes(pipelining=False, whole=True, streamed=False)[0]
        assert first == expected[0]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("x",), Capabilities(esmtp=True), id="nothing"),
        pytest.param(("x", "PIPELINING"), Capabilities(esmtp=True, pipelining=True), id="pipe"),
        pytest.param(("PIPELINING",), Capabilities(esmtp=True), id="first-line-is-a-greeting"),
        pytest.param(("x", " starttls "), Capabilities(esmtp=True, starttls=True), id="spacing"),
        pytest.param(("x", "AUTH=PLAIN", ""), Capabilities(esmtp=True), id="old-auth"),
        pytest.param(("x", "8BITMIME"), Capabilities(esmtp=True, eight_bit=True), id="8bit"),
        pytest.param(("x", "SIZE 10"), Capabilities(esmtp=True, size=10), id="size"),
        pytest.param(("x", "SIZE -10"), Capabilities(esmtp=True, size=0), id="negative"),
        pytest.param(("x", "SIZE \u0663"), Capabilities(esmtp=True, size=0), id="arabic-digit"),
    ],
)
def test_extensions_are_read(lines: tuple[str, ...], expected: Capabilities) -> None:
    assert capabilities(Reply(250, lines)) == expected


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (200, "delivered"), (250, "delivered"), (299, "delivered"), (354, "undeliverable"),
        (400, "retry"), (421, "retry"), (452, "retry"), (499, "retry"),
        (500, "undeliverable"), (550, "undeliverable"), (599, "undeliverable"),
    ],
)  # fmt: skip
def test_a_reply_means_for_a_recipient(code: int, status: str) -> None:
    """cssmtp-operations.md 3.8."""
    assert status_of(Reply(code, ("x",))) == status


def test_helo_is_tried_after() -> None:
    """cssmtp-operations.md 3.6."""
    assert sorted(FALL_BACK_TO_HELO) == [500, 501, 502, 504]
