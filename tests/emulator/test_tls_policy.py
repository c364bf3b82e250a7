"""The TLS policy of the system file, from `jesmail run --deliver` to a server (blueprint §8)."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.emulator.command import Said, jesmail
from tests.peers.certificates import authority, server_context
from tests.peers.model import ModelPeer

JOB = """//MAILJOB  JOB CLASS=A
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
{hello}
MAIL FROM:<a@example.com>
RCPT TO:<b@example.com>
DATA
Subject: x

y
.
QUIT
/*
"""


@contextmanager
def serving(peer: ModelPeer) -> Iterator[ModelPeer]:
    """The peer, in an event loop of its own thread."""
    up: Future[None] = Future()
    loop = asyncio.new_event_loop()
    end = asyncio.Event()

    async def main() -> None:
        async with peer:
            up.set_result(None)
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    try:
        up.result(10)
        yield peer
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
        loop.close()


def run(folder: Path, peer: ModelPeer, tls: str, *, starttls: bool, secure: str = "No") -> Said:
    """Deliver one mail to the peer, with the policy of these YAML keys."""
    config = folder / "cssmtp.conf"
    keys = f"TargetName localhost\nConnectPort {peer.address[1]}\nSecure {secure}"
    config.write_text(f"TargetServer\n{{\n{keys}\n}}\n")
    system = folder / "system.yaml"
    system.write_text(f"hostname: mvs1.example.com\n{tls}\n")
    hello = "EHLO X\nSTARTTLS" if starttls else "HELO X"
    return jesmail(
        "run", "-", "--json", "--deliver", "--system", system, "--cssmtp-config", config,
        stdin=JOB.format(hello=hello),
    )  # fmt: skip


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A folder with the authority's certificate, and one of ours with its key."""
    authority(0).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ours = authority(0).issue_cert("client.example.com")
    ours.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "ours.pem"))
    return tmp_path


@pytest.mark.parametrize(("starttls", "secure"), [(True, "No"), (False, "Yes")])
def test_mail_goes_inside_tls_to_a_server_whose_authority_is_trusted(
    pem: Path, starttls: bool, secure: str
) -> None:
    with serving(ModelPeer(tls=server_context("localhost"))) as peer:
        said = run(pem, peer, "tls: {ca: ca.pem}", starttls=starttls, secure=secure)
    assert said.code == 0, said.err
    (recipient,) = said.json["mails"][0]["recipients"]
    assert recipient["status"] == "delivered"
    assert (peer.secured, len(peer.took)) == (1, 1)


@pytest.mark.parametrize(
    ("names", "tls", "reason"),
    [
        pytest.param(("localhost",), "", "no TLS policy", id="no-policy"),
        pytest.param(("localhost",), "tls: {}", "certificate", id="authority-not-trusted"),
        pytest.param(("other",), "tls: {ca: ca.pem}", "certificate", id="other-name"),
    ],
)
def test_what_the_policy_does_not_allow_is_not_sent(
    pem: Path, names: tuple[str, ...], tls: str, reason: str
) -> None:
    with serving(ModelPeer(tls=server_context(*names))) as peer:
        said = run(pem, peer, tls, starttls=True)
    assert said.code == 5
    (recipient,) = said.json["mails"][0]["recipients"]
    assert recipient["status"] == "undeliverable"
    assert recipient["reply"].startswith("JML306E")
    assert reason in recipient["reply"]
    assert peer.took == []
    assert any("JML306E TLS failed" in line for line in said.json["reports"][0]["lines"])


def test_a_name_that_is_not_checked_may_be_another(pem: Path) -> None:
    with serving(ModelPeer(tls=server_context("other"))) as peer:
        said = run(pem, peer, "tls: {ca: ca.pem, check_name: false}", starttls=True)
    assert said.code == 0
    assert len(peer.took) == 1


def test_our_certificate_is_shown_to_a_server_that_wants_one(pem: Path) -> None:
    with serving(ModelPeer(tls=server_context("localhost", clients=0))) as peer:
        said = run(pem, peer, "tls: {ca: ca.pem, certificate: ours.pem}", starttls=True)
    assert said.code == 0
    assert len(peer.took) == 1


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        pytest.param("tls: {ca: nowhere.pem}", "tls.ca", id="no-file"),
        pytest.param("tls: {ca: system.yaml}", "tls.ca", id="no-certificate"),
        pytest.param(
            "tls: {ca: ca.pem, certificate: ca.pem}", "tls.certificate", id="without-its-key"
        ),
    ],
)
def test_a_policy_that_cannot_be_used_is_wrong_usage(pem: Path, tls: str, words: str) -> None:
    said = run(pem, ModelPeer(address=("127.0.0.1", 9)), tls, starttls=True)
    assert said.code == 2
    assert words in said.err


def test_a_name_without_an_address_is_out_of_reach(tmp_path: Path) -> None:
    config = tmp_path / "cssmtp.conf"
    config.write_text("TargetServer\n{\nTargetName mail.invalid\n}\n")
    said = jesmail(
        "run", "-", "--deliver", "--cssmtp-config", config, stdin=JOB.format(hello="HELO X")
    )
    assert said.code == 3
    assert "mail.invalid" in said.err


# --- the sandbox -------------------------------------------------------------------------------


def in_sandbox(folder: Path, more: str, faults: str = "") -> Said:
    """One mail that asks for TLS, to the sandbox."""
    system = folder / "system.yaml"
    system.write_text(f"{more}\n")
    arguments = []
    if faults:
        (folder / "faults.yaml").write_text(faults)
        arguments = ["--faults", folder / "faults.yaml"]
    return jesmail(
        "run", "-", "--json", "--system", system, "--save-mail", folder / "mail", *arguments,
        stdin=JOB.format(hello="EHLO X\nSTARTTLS"),
    )  # fmt: skip


@pytest.mark.parametrize("more", ["", "tls: {minimum_version: '1.3'}"])
def test_the_sandbox_takes_mail_inside_tls_with_a_certificate_that_is_trusted(
    tmp_path: Path, more: str
) -> None:
    said = in_sandbox(tmp_path, more)
    assert said.code == 0, said.out
    (saved,) = (tmp_path / "mail").glob("*.json")
    assert json.loads(saved.read_text())["tls"]


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        pytest.param("not_offered", "JML301E", id="not-offered"),
        pytest.param("refuse", "JML306E", id="alert"),
        pytest.param("plain", "JML306E", id="goes-on-in-clear"),
        pytest.param("expired", "JML306E TLS failed, the mail is not sent: the cert", id="expired"),
        pytest.param("wrong_name", "JML306E TLS failed, the mail is not sent: the cert", id="name"),
    ],
)
def test_what_a_sandbox_does_wrong_with_tls_keeps_the_mail_from_it(
    tmp_path: Path, fault: str, reply: str
) -> None:
    said = in_sandbox(tmp_path, "", f"- do: {{tls: {fault}}}\n")
    assert said.code == 5, said.err
    (recipient,) = said.json["mails"][0]["recipients"]
    assert recipient["reply"].startswith(reply)
    assert list((tmp_path / "mail").glob("*.eml")) == []
