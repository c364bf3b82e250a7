"""What a client sees of each fault: rules in, bytes and ends of connections out."""

import asyncio
import contextlib
import smtplib
import socket
from pathlib import Path

import pytest

from emulator.sandbox.fault_files import load
from emulator.sandbox.faults import Broken
from emulator.sandbox.mta import Address, Sandbox, SandboxSettings
from emulator.sandbox.script import Event
from tests.emulator.misbehaving import LONG, SAMPLES, TEXT, USUAL, WHOLE, misbehaving, rules, until
from tests.emulator.sandbox_client import ENVELOPE, GREETING, LOOPS, codes, converse, run


async def ending(address: Address, data: bytes) -> tuple[bytes, str]:
    """What a client that only writes and reads is told, and how the connection ends for it."""
    reader, writer = await asyncio.open_connection(*address)
    answer = bytearray()
    end = "closed"
    try:
        writer.write(data)
        while piece := await reader.read(65_536):
            answer += piece
    except ConnectionError:
        end = "reset"
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return bytes(answer), end


# --- replies ------------------------------------------------------------------------------------

SEEN: dict[str, tuple[str, list[str], int]] = {
    "nothing fits": ("- {when: {recipient: x}, do: drop}", USUAL, 1),
    "refused at once": ("- do: refuse", ["554"], 0),
    "deferred at once": ("- do: defer", ["421"], 0),
    "greeting in other words": ("- do: {reply: 220 Hi there}", USUAL, 1),
    "greeting refused": ("- {when: {point: greeting}, do: {reply: 554 No}}", ["554"], 0),
    "EHLO unknown": (
        "- {when: {point: ehlo}, do: {reply: 502 What}}",
        ["220", "502", "503", "503", "503", "500", "500", "221"],
        0,
    ),
    "MAIL refused": (
        "- {when: {sender: a@*}, do: refuse}",
        ["220", "250", "550", "503", "503", "500", "500", "221"],
        0,
    ),
    "RCPT deferred": (
        "- {when: {recipient: b@*}, do: defer}",
        ["220", "250", "250", "451", "554", "500", "500", "221"],
        0,
    ),
    "RCPT in other words": (
        "- {when: {recipient: b@*}, do: {reply: 251 Forwarded}}",
        ["220", "250", "250", "251", "354", "250", "221"],
        1,
    ),
    "DATA refused": (
        "- {when: {point: data}, do: refuse}",
        ["220", "250", "250", "250", "554", "500", "500", "221"],
        0,
    ),
    "DATA answered with 250": (
        "- {when: {point: data}, do: {reply: 250 OK}}",
        ["220", "250", "250", "250", "250", "250", "221"],
        1,
    ),
    "final period refused": (
        "- {when: {point: period, recipient: b@*}, do: {reply: 554 5.6.0 No}}",
        ["220", "250", "250", "250", "354", "554", "221"],
        0,
    ),
    "421 closes": (
        "- {when: {point: rcpt}, do: {reply: 421 4.3.2 Bye}}",
        ["220", "250", "250", "421"],
        0,
    ),
    "421 after the period": (
        "- {when: {to: period}, do: {reply: 421 4.3.2 Bye}}",
        ["220", "250", "250", "250", "354", "421"],
        1,
    ),
    "a text that is refused": (
        "- {when: {point: text}, do: refuse}",
        ["220", "250", "250", "250", "354", "554"],
        0,
    ),
    "drop before RCPT": ("- {when: {point: rcpt}, do: drop}", ["220", "250", "250"], 0),
    "drop before the period counts": (
        "- {when: {point: period}, do: drop}",
        ["220", "250", "250", "250", "354"],
        0,
    ),
    "drop when the mail is accepted": (
        "- {when: {to: period}, do: drop}",
        ["220", "250", "250", "250", "354"],
        1,
    ),
    "drop instead of goodbye": ("- {when: {point: quit}, do: drop}", USUAL[:-1], 1),
    "bytes as they are": (
        '- {when: {point: mail}, do: {send: "250-a\\r\\n251 b\\r\\n"}}',
        ["220", "250", "251", "503", "503", "500", "500", "221"],
        0,
    ),
    "a silent server": (
        '- {when: {point: connect}, do: {send: ""}}',
        USUAL[1:],
        1,
    ),
    "bytes in the middle of a text": (
        '- {when: {point: text}, do: {send: "250 2.0.0 Already\\r\\n"}}',
        ["220", "250", "250", "250", "354", "250", "250", "221"],
        1,
    ),
    "every second mail": ("- {when: {mail: every 2}, do: refuse}", USUAL, 1),
    "twice": (
        "- {when: {point: reply, to: ehlo}, do: {reply: 502 No}, times: 2}",
        ["220", "502", "250", "250", "354", "250", "221"],
        1,
    ),
    "a reply to nothing with a point": (
        "- {when: {point: reply, connection: 2}, do: drop}",
        USUAL,
        1,
    ),
    "a size limit": (
        "- do: {size_limit: 6}",
        ["220", "250", "250", "250", "354", "552", "221"],
        0,
    ),
    "a size limit for a mail": (
        "- {when: {mail: 1}, do: {size_limit: 6}}",
        ["220", "250", "250", "250", "354", "552", "221"],
        0,
    ),
}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("text", "expected", "accepted"), SEEN.values(), ids=SEEN)
def test_what_a_client_is_told(text: str, expected: list[str], accepted: int, loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        assert codes(await converse(sandbox.addresses[0], WHOLE)) == expected
        assert sandbox.count == accepted

    misbehaving(rules(text), test, loop)


def test_each_recipient_has_its_own_answer() -> None:
    async def test(sandbox: Sandbox) -> None:
        rcpt = b"".join(b"RCPT TO:<%b@x>\r\n" % name for name in (b"bo", b"chief", b"audit", b"al"))
        wire = GREETING + b"MAIL FROM:<a@b>\r\n" + rcpt + b"DATA\r\n" + TEXT
        answer = await converse(sandbox.addresses[0], wire)
        assert codes(answer)[3:] == ["250", "550", "452", "250", "354", "250"]
        assert sandbox.mails[0].envelope.rcpt_to == ("bo@x", "al@x")

    misbehaving(load(SAMPLES / "mailboxes.yaml"), test)


def test_a_surprising_size_limit_is_for_one_mail_and_not_announced() -> None:
    async def test(sandbox: Sandbox) -> None:
        answer = await converse(
            sandbox.addresses[0], GREETING + (ENVELOPE + TEXT) * 2 + b"RSET\r\n"
        )
        assert b"SIZE" not in answer
        assert codes(answer)[5:] == ["552", "250", "250", "354", "250", "250"]

    misbehaving(rules("- {when: {mail: 1}, do: {size_limit: 6}}"), test)


# --- how a connection ends ----------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("point", ["connect", "greeting", "ehlo", "mail", "data", "text", "period"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_connection_is_dropped_in_either_way(point: str, how: str, loop: str) -> None:
    ends = {"close": "closed", "reset": "reset"}

    async def test(sandbox: Sandbox) -> None:
        _, end = await ending(sandbox.addresses[0], GREETING + ENVELOPE + TEXT)
        assert end == ends[how]
        assert sandbox.count == 0

    misbehaving(rules(f"- {{when: {{point: {point}}}, do: {{drop: {how}}}}}"), test, loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_text_breaks_off_where_the_rule_says(loop: str) -> None:
    """Long before its end: what is not read is not there."""

    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING + ENVELOPE + LONG * 20)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert sandbox.count == 0

    misbehaving(rules("- {when: {bytes: 1000}, do: {drop: reset}}"), test, loop)


def test_a_shorter_text_is_taken() -> None:
    async def test(sandbox: Sandbox) -> None:
        assert codes(await converse(sandbox.addresses[0], WHOLE)) == USUAL

    misbehaving(rules("- {when: {bytes: 1000}, do: {drop: reset}}"), test)


def test_garbage_is_no_reply_and_the_next_connection_is_fine() -> None:
    async def test(sandbox: Sandbox) -> None:
        first = await converse(sandbox.addresses[0], b"QUIT\r\n")
        assert len(first.split(b"\r\n")[0]) == 80
        assert codes(first) == ["221"]
        assert codes(await converse(sandbox.addresses[0], b"QUIT\r\n")) == ["220", "221"]

    misbehaving(rules("- {when: {connection: 1}, do: {garbage: 80}}"), test)


@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_line_ends_with_the_client(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING)
        data = await reader.readexactly(300_000)
        assert data.split(b"\r\n", 1)[1].startswith(b"250-x")
        assert data.count(b"\n") == 1
        writer.transport.abort()
        await until(lambda: not sandbox.connections)

    misbehaving(rules("- {when: {point: ehlo}, do: endless}"), test, loop)


def test_421_after_so_many_mails_of_a_connection() -> None:
    async def test(sandbox: Sandbox) -> None:
        for _ in range(2):
            answer = await converse(sandbox.addresses[0], GREETING + (ENVELOPE + TEXT) * 3)
            assert codes(answer) == ["220", "250", *["250", "250", "354", "250"] * 2, "421"]
        assert sandbox.count == 4

    misbehaving(rules("- do: {close_after: 2}"), test)


def test_a_client_that_leaves_during_a_delay_is_let_go() -> None:
    async def test(sandbox: Sandbox) -> None:
        _, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING)
        await until(lambda: bool(sandbox.connections))
        writer.transport.abort()
        await until(lambda: not sandbox.connections)

    misbehaving(rules("- {when: {point: ehlo}, do: {delay: 1000}}"), test)


# --- functions, and a client of the standard library ----------------------------------------------


def test_the_functions_of_a_python_file_know_the_facts(tmp_path: Path) -> None:
    path = tmp_path / "faults.py"
    path.write_text(
        "from emulator.sandbox.faults import Reply\n"
        "def period(facts):\n"
        "    return Reply(f'554 {facts.helo} {facts.sender} {len(facts.recipients)}'\n"
        "                 f' {facts.recipients[0]} {facts.size} {facts.mail} {facts.listener}'\n"
        "                 f' {facts.client} {facts.connection} {facts.encrypted}')\n"
    )

    async def test(sandbox: Sandbox) -> None:
        answer = await converse(sandbox.addresses[0], WHOLE)
        told = b"554 mvs1.example.com a@example.com 1 b@example.com 7 1 1 127.0.0.1 1 False\r\n"
        assert told in answer

    misbehaving(load(path), test)


def test_a_function_that_raises_is_reported_and_mail_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "faults.py"
    path.write_text("def rcpt(facts):\n    return {}[facts.recipient]\n")
    events: list[Event] = []

    async def work() -> None:
        async with Sandbox(SandboxSettings(faults=load(path)), on_event=events.append) as sandbox:
            for _ in range(2):
                assert codes(await converse(sandbox.addresses[0], WHOLE)) == USUAL

    run(work())
    (event,) = events
    assert isinstance(event, Broken)
    assert event.reason == "KeyError: 'b@example.com'"


def test_smtplib_sees_what_the_rules_say() -> None:
    """A real client: refused recipients by address, and a 421."""

    def send(address: Address) -> None:
        with smtplib.SMTP(*address) as client:
            to = ["bo@x", "chief@x", "audit@x"]
            refused = client.sendmail("a@b", to, b"hello\r\n")
            assert {whom: code for whom, (code, _) in refused.items()} == {
                "chief@x": 550,
                "audit@x": 452,
            }
            with pytest.raises(smtplib.SMTPSenderRefused) as error:
                client.sendmail("spam@b", to, b"hello\r\n")
            assert error.value.smtp_code == 550

    async def test(sandbox: Sandbox) -> None:
        await asyncio.to_thread(send, sandbox.addresses[0])

    misbehaving(load(SAMPLES / "mailboxes.yaml"), test)


def test_a_reset_is_one_for_plain_sockets_too() -> None:
    def talk(address: Address) -> None:
        with socket.create_connection(address) as client, pytest.raises(ConnectionResetError):
            client.recv(100)

    async def test(sandbox: Sandbox) -> None:
        await asyncio.to_thread(talk, sandbox.addresses[0])

    misbehaving(rules("- do: {drop: reset}"), test)
