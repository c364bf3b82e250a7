"""The sandbox keeps a mail byte for byte (RFC 5321, 4.5.2), however the stream is cut."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.sandbox.grammar import LINE_LIMIT, Unstuffer
from emulator.sandbox.mta import Sandbox, SandboxSettings
from tests.emulator.sandbox_client import (
    ENVELOPE,
    GREETING,
    LOOPS,
    codes,
    converse,
    cut,
    with_sandbox,
)

TRICKY = st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"\r\n.", b"..", b"\0", b"\xff", b"x"])
ENDED = st.lists(st.one_of(TRICKY, st.binary(max_size=8)), max_size=40).map(b"".join)


def stuffed(text: bytes) -> bytes:
    """`text` as a client sends it after DATA; the oracle works line by line."""
    lines = text.split(b"\r\n")
    return b"\r\n".join(b"." + line if line[:1] == b"." else line for line in lines) + b".\r\n"


def ended(body: bytes) -> bytes:
    """`body` with the line end that a mail has to have at its end; an empty mail has none."""
    return body if not body or body.endswith(b"\r\n") else body + b"\r\n"


@given(ENDED, st.lists(st.integers(0, 400), max_size=10))
def test_unstuffing_gives_the_text_however_it_is_cut(body: bytes, places: list[int]) -> None:
    text = ended(body)
    wire = b"\r\n" + stuffed(text)
    unstuffer = Unstuffer()
    parts = [unstuffer.feed(piece) for piece in cut(wire[:-3], places)]
    assert b"".join([*parts, unstuffer.finish()])[2:] == text
    assert not unstuffer.too_long


@pytest.mark.parametrize("loop", LOOPS)
def test_mails_arrive_byte_for_byte_in_one_stream_cut_anywhere(loop: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(ENDED, min_size=1, max_size=3), st.lists(st.integers(0, 2000), max_size=12))
    def law(bodies: list[bytes], places: list[int]) -> None:
        texts = [ended(body) for body in bodies]
        wire = GREETING + b"".join(ENVELOPE + stuffed(text) for text in texts) + b"QUIT\r\n"

        async def test(sandbox: Sandbox) -> None:
            answer = await converse(sandbox.addresses[0], *cut(wire, places))
            assert [mail.content for mail in sandbox.mails] == texts
            each = ["250", "250", "354", "250"]
            assert codes(answer) == ["220", "250", *each * len(texts), "221"]

        with_sandbox(test, loop=loop)

    law()


TEXTS = {
    "empty": b"",
    "lone CRLF": b"\r\n",
    "lone dots": b".\r\n..\r\n...\r\n",
    "dots after bare LF and CR do not end a mail": b"a\n.\nb\r.\rc\n.\r\nd\r\n",
    "every byte": bytes(range(256)) + b"\r\n",
    "NUL lines": b"\0\r\n\0\0\r\n",
    "CRs before CRLF": b"a\r\r\r\n\r\r\n",
    "line of 1 MiB": b"x" * LINE_LIMIT + b"\r\n",
    "many empty lines": b"\r\n" * 300_000,
    "dots over many pieces": b".\r\n..x\r\n" * 400_000,
}


@pytest.mark.parametrize("folder", [False, True], ids=["memory", "folder"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_is_kept_as_sent(text: bytes, folder: bool, tmp_path: Path) -> None:
    async def test(sandbox: Sandbox) -> None:
        wire = GREETING + ENVELOPE + stuffed(text) + b"NOOP\r\n"
        answer = await converse(sandbox.addresses[0], wire)
        assert codes(answer)[-2:] == ["250", "250"]
        (mail,) = sandbox.mails
        assert mail.read() == text
        assert mail.size == len(text)

    with_sandbox(test, SandboxSettings(save_dir=tmp_path if folder else None))


@pytest.mark.parametrize(("before", "after"), [(b"", b""), (b"a\r\n", b"b\r\n")])
def test_a_line_over_the_limit_is_refused_and_the_next_mail_taken(
    before: bytes, after: bytes
) -> None:
    async def test(sandbox: Sandbox) -> None:
        long = before + b"x" * (LINE_LIMIT + 1) + b"\r\n" + after
        wire = GREETING + ENVELOPE + long + b".\r\n" + ENVELOPE + b"good\r\n.\r\n"
        answer = await converse(sandbox.addresses[0], wire)
        assert b"\r\n500 5.5.2 Line too long\r\n" in answer
        assert [mail.content for mail in sandbox.mails] == [b"good\r\n"]

    with_sandbox(test)


@pytest.mark.parametrize("size", [999, 1000, 1001, 3_000_000])
def test_size_limit_counts_the_text_and_is_offered(size: int) -> None:
    text = b"x" * 70 + b"\r\n"
    text = (text * (size // len(text) + 1))[: size - 2] + b"\r\n"

    async def test(sandbox: Sandbox) -> None:
        wire = GREETING + ENVELOPE + stuffed(text) + b"QUIT\r\n"
        answer = await converse(sandbox.addresses[0], wire)
        assert b"250-SIZE 1000\r\n" in answer
        assert codes(answer)[-2:] == ["250" if size <= 1000 else "552", "221"]
        assert sandbox.count == (size <= 1000)

    with_sandbox(test, SandboxSettings(size_limit=1000))


def test_without_a_limit_size_is_not_offered() -> None:
    async def test(sandbox: Sandbox) -> None:
        answer = await converse(sandbox.addresses[0], GREETING)
        assert b"SIZE" not in answer
        offer = {line[4:] for line in answer.split(b"\r\n")[1:-1]}
        assert offer >= {b"PIPELINING", b"8BITMIME", b"ENHANCEDSTATUSCODES"}

    with_sandbox(test)


def test_a_mail_without_its_end_is_no_mail(tmp_path: Path) -> None:
    async def test(sandbox: Sandbox) -> None:
        answer = await converse(sandbox.addresses[0], GREETING + ENVELOPE + b"half\r\n.\r")
        assert codes(answer) == ["220", "250", "250", "250", "354"]
        assert sandbox.count == 0

    with_sandbox(test, SandboxSettings(save_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_two_connections_get_numbers_in_order_of_acceptance() -> None:
    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING + ENVELOPE + b"first to begin\r\n")
        await reader.readuntil(b"354 ")
        await converse(sandbox.addresses[0], GREETING, ENVELOPE, b"first to end\r\n.\r\n")
        writer.write(b".\r\n")
        await reader.readuntil(b"\r\n250 2.0.0 OK\r\n")
        writer.close()
        texts = [(mail.number, mail.content) for mail in sandbox.mails]
        assert texts == [(1, b"first to end\r\n"), (2, b"first to begin\r\n")]

    with_sandbox(test)
