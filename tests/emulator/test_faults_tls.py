"""STARTTLS that goes wrong, and the sandbox's own certificates (RFC 3207)."""

import asyncio
import ssl

import pytest

from emulator.sandbox.certificates import Certificates
from emulator.sandbox.fault_files import load
from emulator.sandbox.faults import Rule
from emulator.sandbox.mta import Address, Sandbox, SandboxSettings
from tests.emulator.misbehaving import SAMPLES, rules
from tests.emulator.sandbox_client import GREETING, LOOPS, codes, converse, run

LISTENERS = tuple(("127.0.0.1", 0) for _ in range(6))


def trusting(certificates: Certificates) -> ssl.SSLContext:
    """A client that trusts the sandbox's authority."""
    return ssl.create_default_context(cadata=certificates.authority().decode("ascii"))


async def started(address: Address, context: ssl.SSLContext) -> str:
    """How STARTTLS goes for a client: `TLS`, or what is wrong."""
    reader, writer = await asyncio.open_connection(*address)
    await reader.readline()
    writer.write(GREETING)
    offer = []
    while not (line := await reader.readline()).startswith(b"250 "):
        offer.append(line)
    if b"250-STARTTLS\r\n" not in offer:
        writer.close()
        return "not offered"
    writer.write(b"STARTTLS\r\n")
    assert (await reader.readline()).startswith(b"220 ")
    try:
        await writer.start_tls(context, server_hostname="127.0.0.1")
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except (ssl.SSLError, ConnectionError) as error:
        return getattr(error, "reason", None) or type(error).__name__
    writer.write(GREETING + b"QUIT\r\n")
    assert codes(await reader.read()) == ["250", "221"]
    writer.close()
    return "TLS"


@pytest.mark.parametrize("loop", LOOPS)
def test_starttls_goes_wrong_in_each_way(loop: str) -> None:
    certificates = Certificates()

    async def work() -> None:
        settings = SandboxSettings(
            listeners=LISTENERS, tls=certificates, faults=load(SAMPLES / "wrong-tls.yaml")
        )
        async with Sandbox(settings) as sandbox:
            client = trusting(certificates)
            ends = [await started(address, client) for address in sandbox.addresses]
        assert ends[0] == "certificate has expired"
        assert "is not valid for '127.0.0.1'" in ends[1]
        assert ends[2] in {"SSLV3_ALERT_HANDSHAKE_FAILURE", "SSL/TLS_ALERT_HANDSHAKE_FAILURE"}
        assert ends[3] == "WRONG_VERSION_NUMBER"
        assert ends[4:] == ["not offered", "TLS"]

    run(work(), loop)


def offered(faults: tuple[Rule, ...], tls: Certificates | None = None) -> bool:
    found = []

    async def work() -> None:
        async with Sandbox(SandboxSettings(faults=faults, tls=tls)) as sandbox:
            found.append(b"STARTTLS" in await converse(sandbox.addresses[0], GREETING))

    run(work())
    return found[0]


def test_starttls_is_offered_with_certificates_or_when_a_rule_is_about_it() -> None:
    assert offered((), Certificates())
    assert offered(rules("- do: {tls: expired}"))
    assert not offered(rules("- do: {tls: not_offered}"), Certificates())
    assert not offered(rules("- {when: {recipient: x}, do: refuse}"))
    assert not offered(())


def test_what_is_not_offered_is_refused() -> None:
    async def work() -> None:
        faults = rules("- do: {tls: not_offered}")
        async with Sandbox(SandboxSettings(faults=faults)) as sandbox:
            answer = await converse(sandbox.addresses[0], GREETING + b"STARTTLS\r\n")
            assert codes(answer) == ["220", "250", "503"]

    run(work())


def test_after_plain_text_the_dialogue_goes_on_in_clear() -> None:
    async def work() -> None:
        async with Sandbox(SandboxSettings(faults=rules("- do: {tls: plain}"))) as sandbox:
            wire = GREETING + b"STARTTLS\r\n"
            reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
            writer.write(wire)
            await reader.readuntil(b"220 2.0.0 Ready to start TLS\r\n")
            writer.write(b"\x16\x03\x01")
            assert await reader.readline() == b"500 5.5.2 This is still in clear\r\n"
            writer.write(b"QUIT\r\n")
            assert codes(await reader.read()) == ["221"]
            writer.close()

    run(work())


def test_bytes_behind_the_220_can_be_injected() -> None:
    """What a client must not believe once TLS is there (blueprint §8)."""

    async def work() -> None:
        text = '- {when: {point: starttls}, do: {send: "220 2.0.0 Go\\r\\n250 Injected\\r\\n"}}'
        async with Sandbox(SandboxSettings(faults=rules(text))) as sandbox:
            answer = await converse(sandbox.addresses[0], GREETING + b"STARTTLS\r\n")
            assert answer.endswith(b"220 2.0.0 Go\r\n250 Injected\r\n")

    run(work())


def test_certificates_are_made_once_and_when_they_are_needed() -> None:
    certificates = Certificates("mail.example.com")
    assert certificates.context() is certificates.context()
    assert b"BEGIN CERTIFICATE" in certificates.authority()
    assert certificates.authority() != Certificates().authority()
