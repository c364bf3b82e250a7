"""`jesmail sandbox`: a mail server of its own."""

import json
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

import pytest

from tests.emulator.command import jesmail
from tests.emulator.misbehaving import SAMPLES

ROOT = Path(__file__).parents[2]


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command as a process; whatever happens, it ends."""
    command = [sys.executable, "-m", "emulator", "sandbox", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> Any:
    """Its next line as JSON."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_json_lines_of_mails_and_faults_and_an_orderly_end(tmp_path: Path) -> None:
    faults = SAMPLES / "mailboxes.yaml"
    with running("--json", "--listeners", 2, "--faults", faults, "--save-mail", tmp_path) as one:
        listening = said(one)
        assert (listening["event"], listening["starttls"]) == ("listening", False)
        first, second = (address["port"] for address in listening["addresses"])
        with smtplib.SMTP("127.0.0.1", second, local_hostname="me.example") as client:
            client.sendmail("a@x.example", ["bo@y.example", "chief@y.example"], b"hello\r\n")
        fault, mail = said(one), said(one)
        assert fault["rule"] == "rule 1 (line 2)"
        assert (fault["point"], fault["listener"]) == ("rcpt", 2)
        assert fault["rcpt_to"] == ["chief@y.example"]
        assert fault["actions"] == ["550 5.1.1 No such user here"]
        assert mail == {
            "event": "mail",
            "number": 1,
            "listener": 2,
            "port": second,
            "helo": "me.example",
            "mail_from": "a@x.example",
            "rcpt_to": ["bo@y.example"],
            "tls": False,
            "extensions": [],
            "size": 7,
            "file": "0001.eml",
        }
        assert (tmp_path / "0001.eml").read_bytes() == b"hello\r\n"
        assert first != second
        one.send_signal(SIGINT)
        assert one.wait(10) == 0
        assert one.stderr is not None
        assert one.stderr.read() == ""


def test_a_line_for_people_and_tls_that_a_client_can_trust(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with running("--ca", authority) as one:
        assert one.stdout is not None
        line = one.stdout.readline()
        port = int(line.partition("127.0.0.1:")[2].partition(",")[0])
        assert line == f"sandbox mail server on 127.0.0.1:{port}, offers STARTTLS; Ctrl-C ends it\n"
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.starttls(context=ssl.create_default_context(cafile=str(authority)))
            to = [f"r{number}@y.example" for number in range(5)]
            client.sendmail("", to, b"hello\r\n")
        assert one.stdout.readline() == (
            f"0001  port {port}  7 bytes  from <> to r0@y.example, r1@y.example, r2@y.example"
            " and 2 more  TLS\n"
        )
        one.send_signal(SIGTERM)
        assert one.wait(10) == 0


def test_tls_alone_offers_it() -> None:
    with running("--tls", "--json") as one:
        assert said(one)["starttls"]


def test_it_goes_on_when_nobody_reads_its_lines() -> None:
    with running("--json") as one:
        port = said(one)["addresses"][0]["port"]
        assert one.stdout is not None
        one.stdout.close()
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", port) as client:
                assert client.sendmail("a@x", ["b@y"], b"hello\r\n") == {}
        one.stdout = None


def test_a_function_that_fails_is_one_of_the_lines(tmp_path: Path) -> None:
    faults = tmp_path / "faults.py"
    faults.write_text("def mail(facts):\n    return 1 // 0\n")
    with running("--json", "--faults", faults) as one:
        with smtplib.SMTP("127.0.0.1", said(one)["addresses"][0]["port"]) as client:
            assert client.sendmail("a@x", ["b@y"], b"hello\r\n") == {}
        failed = said(one)
        assert failed["event"] == "failed"
        assert failed["reason"].startswith("ZeroDivisionError")
        assert said(one)["event"] == "mail"


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = jesmail("sandbox", "--port", port)
    assert answer.code == 2
    assert f"JML081E sandbox: cannot listen on 127.0.0.1 port {port}" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [("--listeners", 0), ("--listeners", 65), ("--port", 70_000), ("--faults", "none.yaml")],
)
def test_wrong_usage(arguments: tuple[object, ...]) -> None:
    assert jesmail("sandbox", *arguments).code == 2


def test_an_authority_that_cannot_be_written(tmp_path: Path) -> None:
    answer = jesmail("sandbox", "--ca", tmp_path / "none" / "ca.pem")
    assert answer.code == 2
    assert "--ca" in answer.err
