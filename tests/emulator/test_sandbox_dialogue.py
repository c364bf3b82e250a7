"""What the sandbox answers to commands, well-formed and hostile (RFC 5321, 2034, 2920, 3207)."""

import asyncio
import gc
import re
import socket
import ssl
import struct

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.sandbox.grammar import LINE_LIMIT, path_argument
from emulator.sandbox.mta import Sandbox, SandboxSettings
from tests.emulator.sandbox_client import (
    ENVELOPE,
    GREETING,
    LOOPS,
    codes,
    converse,
    run,
    with_sandbox,
)

MAIL = b"MAIL FROM:<a@example.com>\r\n"
TEXT = b"DATA\r\nhello\r\n.\r\n"


@pytest.mark.parametrize("loop", LOOPS)
def test_the_final_dot_and_the_next_envelope_may_share_a_write(loop: str) -> None:
    """RFC 2920, 3.1, and blueprint §5: everything in one write is answered in order."""

    async def test(sandbox: Sandbox) -> None:
        many = b"".join(b"RCPT TO:<r%d@example.com>\r\n" % n for n in range(20))
        wire = GREETING + (MAIL + many + b"DATA\r\nhello\r\n.\r\n") * 50 + b"QUIT\r\n"
        answer = await converse(sandbox.addresses[0], wire)
        each = ["250"] * 21 + ["354", "250"]
        assert codes(answer) == ["220", "250", *each * 50, "221"]
        assert sandbox.count == 50
        assert sandbox.mails[49].envelope.rcpt_to[19] == "r19@example.com"

    with_sandbox(test, loop=loop)


PATHS = {
    "null sender": (b"MAIL FROM:<>", "250", ""),
    "plain": (b"MAIL FROM:<a@b.example>", "250", "a@b.example"),
    "lower case, blank": (b"mail from: <a@b.example>", "250", "a@b.example"),
    "case is kept": (b"MAIL FROM:<OPSA@NODEA>", "250", "OPSA@NODEA"),
    "quoted with blank and bracket": (b'MAIL FROM:<"a >b"@c>', "250", '"a >b"@c'),
    "quoted pair": (rb'MAIL FROM:<"a\"b\\"@c>', "250", r'"a\"b\\"@c'),
    "source route": (b"MAIL FROM:<@x,@y:a@b>", "250", "@x,@y:a@b"),
    "printable": (b"MAIL FROM:<!#$%&'*+-/=?^_`{|}~@b>", "250", "!#$%&'*+-/=?^_`{|}~@b"),
    "address literal": (b"MAIL FROM:<a@[IPv6:::1]>", "250", "a@[IPv6:::1]"),
    "5,000 characters": (b"MAIL FROM:<" + b"a" * 5000 + b"@b>", "250", "a" * 5000 + "@b"),
    "no brackets": (b"MAIL FROM:a@b", "501", None),
    "not closed": (b"MAIL FROM:<a@b", "501", None),
    "quote not closed": (b'MAIL FROM:<"a@b>', "501", None),
    "blank inside": (b"MAIL FROM:<a b@c>", "501", None),
    "control character": (b"MAIL FROM:<a\x01@b>", "501", None),
    "NUL": (b"MAIL FROM:<a\0@b>", "501", None),
    "8-bit": (b"MAIL FROM:<\xe4@b>", "500", None),
    "text behind": (b"MAIL FROM:<a@b>SIZE=1", "501", None),
    "no argument": (b"MAIL", "501", None),
    "recipient's word": (b"MAIL TO:<a@b>", "501", None),
    "SIZE": (b"MAIL FROM:<a@b> SIZE=1000", "250", "a@b"),
    "SIZE over the limit": (b"MAIL FROM:<a@b> SIZE=5001", "552", None),
    "SIZE that is no number": (b"MAIL FROM:<a@b> SIZE=x", "501", None),
    "SIZE of 5,000 digits": (b"MAIL FROM:<a@b> SIZE=" + b"9" * 5000, "501", None),
    "BODY": (b"MAIL FROM:<a@b> body=8bitmime SIZE=1", "250", "a@b"),
    "BODY unknown": (b"MAIL FROM:<a@b> BODY=BINARYMIME", "501", None),
    "not offered": (b"MAIL FROM:<a@b> SMTPUTF8", "555", None),
    "no parameter": (b"MAIL FROM:<a@b> =", "501", None),
}


@pytest.mark.parametrize(("command", "code", "sender"), PATHS.values(), ids=PATHS)
def test_sender(command: bytes, code: str, sender: str | None) -> None:
    """RFC 5321, 4.1.2; RFC 1870, 6; RFC 6152, 2."""

    async def test(sandbox: Sandbox) -> None:
        wire = GREETING + command + b"\r\nRCPT TO:<b@example.com>\r\n" + TEXT
        answer = await converse(sandbox.addresses[0], wire)
        assert codes(answer)[2] == code
        assert [mail.envelope.mail_from for mail in sandbox.mails] == (
            [] if sender is None else [sender]
        )

    with_sandbox(test, SandboxSettings(size_limit=5000))


def test_a_refused_recipient_is_left_out_and_the_others_keep_their_order() -> None:
    async def test(sandbox: Sandbox) -> None:
        rcpt = b"".join(
            b"RCPT TO:%b\r\n" % path
            for path in (b"<z@a>", b"<>", b'<"q q"@b>', b"<\xff@b>", b"<a@a>", b"<z@a>", b"x")
        )
        answer = await converse(sandbox.addresses[0], GREETING + MAIL + rcpt + TEXT)
        assert codes(answer)[3:-2] == ["250", "501", "250", "500", "250", "250", "501"]
        assert sandbox.mails[0].envelope.rcpt_to == ("z@a", '"q q"@b', "a@a", "z@a")

    with_sandbox(test)


ORDERS = {
    "MAIL before EHLO": (MAIL, ["503"]),
    "RCPT before MAIL": (GREETING + b"RCPT TO:<a@b>\r\n", ["250", "503"]),
    "DATA before MAIL": (GREETING + b"DATA\r\n", ["250", "503"]),
    "DATA without recipient": (GREETING + MAIL + b"DATA\r\n", ["250", "250", "554"]),
    "MAIL twice": (GREETING + MAIL + MAIL, ["250", "250", "503"]),
    "null sender twice": (GREETING + b"MAIL FROM:<>\r\n" * 2, ["250", "250", "503"]),
    "RSET forgets": (GREETING + MAIL + b"RSET\r\n" + MAIL, ["250"] * 4),
    "EHLO forgets": (GREETING + MAIL + GREETING + MAIL, ["250"] * 4),
    "parameters after HELO": (
        b"HELO a\r\nMAIL FROM:<a@b> SIZE=1\r\nMAIL FROM:<a@b>\r\n",
        ["250", "555", "250"],
    ),
    "long path after HELO": (
        b"HELO a\r\nMAIL FROM:<" + b"a" * 5000 + b"@b>\r\n",
        ["250", "250"],
    ),
    "STARTTLS not offered": (GREETING + b"STARTTLS\r\n", ["250", "503"]),
    "AUTH not offered": (GREETING + b"AUTH PLAIN AGEAYg==\r\n", ["250", "502"]),
    "EHLO without name": (b"EHLO\r\nHELO\r\n", ["501", "501"]),
    "EHLO with control characters": (b"EHLO a\x01b\r\n", ["501"]),
    "empty line": (b"\r\n", ["500"]),
    "long command": (b"X" * (3 * LINE_LIMIT) + b"\r\nNOOP\r\n", ["500", "250"]),
    "VRFY, HELP, EXPN": (b"VRFY <(((\r\nHELP\r\nEXPN x\r\n", ["252", "250", "502"]),
}


@pytest.mark.parametrize(("wire", "expected"), ORDERS.values(), ids=ORDERS)
def test_order_and_syntax(wire: bytes, expected: list[str]) -> None:
    """RFC 5321, 4.1.4."""

    async def test(sandbox: Sandbox) -> None:
        answer = await converse(sandbox.addresses[0], wire)
        assert codes(answer) == ["220", *expected]

    with_sandbox(test)


def test_every_reply_has_an_enhanced_status_code() -> None:
    """RFC 2034, 4: all replies but the greetings and 354."""

    async def test(sandbox: Sandbox) -> None:
        wire = GREETING + b"X\r\nNOOP\r\nRSET\r\nHELP\r\nDATA\r\n" + ENVELOPE + b".\r\nQUIT\r\n"
        answer = await converse(sandbox.addresses[0], wire)
        replies = answer.split(b"\r\n250 HELP\r\n")[1].split(b"\r\n")[:-1]
        for reply in replies:
            assert reply[:4] == b"354 " or reply[4:7] in {
                b"%b.%b" % (reply[:1], detail) for detail in (b"0", b"1", b"5")
            }, reply
        assert b"\r\n250 2.0.0 OK\r\n" in answer

    with_sandbox(test)


COMMANDS = st.sampled_from(
    [GREETING, b"HELO a\r\n", MAIL, b"RCPT TO:<b@c>\r\n", b"DATA\r\n", b".\r\n", b"RSET\r\n",
     b"STARTTLS\r\n", b"AUTH PLAIN\r\n", b"HELP \r\n", b"VRFY \r\n", b"\r", b"\n", b"\0", b"\xff"]
)  # fmt: skip
NOISE = st.lists(st.one_of(COMMANDS, st.binary(max_size=12)), max_size=30)


@pytest.mark.parametrize("loop", LOOPS)
def test_any_bytes_are_answered_and_the_server_lives(loop: str) -> None:
    """R10: replies only, no unhandled exception (see `run`), and the next client is served."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(NOISE, max_size=3))
    def law(streams: list[list[bytes]]) -> None:
        async def test(sandbox: Sandbox) -> None:
            address = sandbox.addresses[0]
            answers = await asyncio.gather(*(converse(address, *parts) for parts in streams))
            for answer in answers:
                assert not answer or re.fullmatch(rb"(?:\d{3}[ -][ -~]{0,506}\r\n)+", answer)
            before = sandbox.count
            await converse(address, GREETING + ENVELOPE + b".\r\n")
            assert sandbox.count == before + 1

        with_sandbox(test, loop=loop)

    law()


@given(st.text(st.characters(max_codepoint=0x17F), max_size=40))
def test_any_argument_is_a_path_or_none(text: str) -> None:
    found = path_argument("TO:", f"TO:<{text}>")
    assert found is None or found.path.isascii()


@pytest.mark.parametrize("loop", LOOPS)
def test_a_client_that_resets_leaves_nothing_behind(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        for wire in (b"", GREETING, GREETING + ENVELOPE + b"half a ma"):
            reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
            writer.write(wire)
            await reader.readuntil(b"354 " if b"DATA" in wire else b"\r\n")
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        await converse(sandbox.addresses[0], GREETING)
        while sandbox.connections:  # the resets are on their way  # noqa: ASYNC110
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()  # tells of tasks whose exception nobody took
        assert sandbox.count == 0

    with_sandbox(test, loop=loop)


async def _deaf_client(sandbox: Sandbox) -> tuple[socket.socket, int]:
    """A client that has sent many commands and its end, and reads nothing; how many commands."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await loop.sock_connect(client, sandbox.addresses[0])
    await loop.sock_sendall(client, b"HELP\r\n" * 100_000)  # more replies than buffers hold
    client.shutdown(socket.SHUT_WR)
    return client, 100_000


@pytest.mark.parametrize("loop", LOOPS)
def test_a_client_that_sends_all_before_it_reads_gets_every_reply(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        client, count = await _deaf_client(sandbox)
        answer = bytearray()
        while data := await asyncio.get_running_loop().sock_recv(client, 1 << 20):
            answer += data
        client.close()
        assert answer.count(b"\r\n250 ") + answer.count(b"\r\n501 ") == count

    with_sandbox(test, loop=loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_client_that_never_reads_does_not_hold_up_the_end(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        client, _ = await _deaf_client(sandbox)
        await converse(sandbox.addresses[0], GREETING)
        await sandbox.close()
        assert not sandbox.connections
        client.close()

    with_sandbox(test, loop=loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_an_idle_client_is_dropped(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        assert (await reader.read()).startswith(b"220 ")
        writer.close()

    with_sandbox(test, SandboxSettings(idle_seconds=0.01), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_closing_drops_clients_and_can_be_repeated(loop: str) -> None:
    async def work() -> None:
        sandbox = await Sandbox().start()
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        await reader.readline()
        await sandbox.close()
        await sandbox.close()
        assert not sandbox.connections
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(*sandbox.addresses[0])
        writer.close()

    run(work(), loop)


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server context and a client context that trusts it."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("sandbox.example").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


@pytest.mark.parametrize("loop", LOOPS)
def test_starttls(loop: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """RFC 3207, 4.2: offered once; what came in clear counts no more. No greeting is needed again,
    since CSSMTP says none without TLSEhlo."""
    server, client = contexts

    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING)
        assert b"250-STARTTLS\r\n" in await reader.readuntil(b"250 HELP\r\n")
        writer.write(b"STARTTLS\r\n" + MAIL + ENVELOPE + b"injected\r\n.\r\n")
        await reader.readuntil(b"220 2.0.0 Ready to start TLS\r\n")
        await writer.start_tls(client, server_hostname="sandbox.example")
        writer.write(b"NOOP\r\n" + MAIL)
        assert (await reader.readline()) == b"250 2.0.0 OK\r\n"
        assert (await reader.readline()).startswith(b"250 ")
        writer.write(b"RSET\r\n" + GREETING)
        assert (await reader.readline()).startswith(b"250 ")
        assert b"STARTTLS" not in await reader.readuntil(b"250 HELP\r\n")
        body = b"x" * 78 + b"\r\n"
        writer.write(ENVELOPE + body * 40_000 + b".\r\nQUIT\r\n")
        assert (await reader.read()).endswith(b"250 2.0.0 OK\r\n221 2.0.0 Bye\r\n")
        writer.close()
        (mail,) = sandbox.mails
        assert mail.envelope.tls
        assert mail.content == body * 40_000

    with_sandbox(test, SandboxSettings(tls=server), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_failed_handshake_ends_the_connection_only(
    loop: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING + b"STARTTLS\r\n")
        await reader.readuntil(b"220 2.0.0 Ready to start TLS\r\n")
        writer.write(b"EHLO in clear\r\n")
        await reader.read()
        writer.close()
        await converse(sandbox.addresses[0], GREETING + ENVELOPE + b".\r\n")
        assert sandbox.count == 1

    with_sandbox(test, SandboxSettings(tls=contexts[0]), loop)
