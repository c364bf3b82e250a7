"""No byte of a spool file ends a mail or begins another one, whatever the server takes for a line
end: exactly the mails that the parser found arrive, byte for byte (blueprint §7, spool-mail.md 5).
"""

import socket
from pathlib import Path

import pytest

from tests.peers.conftest import Peer
from tests.peers.delivering import Site, deliver, meant, same, statuses
from tests.peers.hostile import (
    BROKEN,
    ENVELOPE,
    PAGE,
    VICTIM,
    cases,
    filled,
    in_commands_and_headers,
    mail,
    spool_file,
)

pytestmark = pytest.mark.slow
CHOICES = {
    "as it comes": {},
    "pass": {"bare_crlf": "pass", "graphic_rule": "warn"},
    "strip": {"bare_crlf": "strip", "graphic_rule": "warn"},
}
CASES = list(cases())
MIB = 1024 * 1024
# a track group, a socket's buffer, a mail that is read in pieces, and the first of them again
BORDERS = [("spool", 65_520), ("wire", 65_536), ("wire", 256 * 1024), ("spool", MIB), ("wire", MIB)]
AROUND = range(-5, 2)  # a lone period takes five bytes on the spool


@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES)
def test_control_bytes_forge_no_mail(peer: Peer, choices: dict[str, str], tmp_path: Path) -> None:
    """By default a mail with CR, LF or another control byte is not sent at all."""
    site, records = Site(choices=choices), spool_file(CASES)
    report, arrived = deliver(peer.server, tmp_path, site, records)
    assert VICTIM not in {mail.recipient for mail in arrived}
    assert same(arrived, meant(site, peer.kept, records))
    assert sum(mail.recipient.startswith("honest") for mail in arrived) == len(CASES)
    ends = statuses(report)
    assert ends["delivered"] == len(arrived)
    assert ends["delivered"] + ends.get("undeliverable", 0) == 2 * len(CASES)
    assert ("undeliverable" in ends) == (not choices)


@pytest.mark.parametrize("choices", CHOICES.values(), ids=CHOICES)
def test_control_bytes_in_commands_and_headers_forge_nothing(
    peer: Peer, choices: dict[str, str], tmp_path: Path
) -> None:
    """A header that a bare CR or LF broke is mended by Postfix and Exim, each in its way, and
    refused by OpenSMTPD with 550 5.7.1: of those mails only the envelope is looked at."""
    site, records = Site(choices=choices), in_commands_and_headers()
    report, arrived = deliver(peer.server, tmp_path, site, records)
    assert {mail.sender for mail in arrived} == {"batch@acme.example"}
    assert VICTIM not in {mail.recipient for mail in arrived}
    assert statuses(report)["delivered"] == len(arrived)
    expected = meant(site, peer.kept, records)
    if choices.get("bare_crlf") == "pass":
        arrived, expected = ([m for m in ms if BROKEN not in m.text] for ms in (arrived, expected))
    assert same(arrived, expected)


def test_periods_at_every_border_of_a_buffer_are_text(peer: Peer, tmp_path: Path) -> None:
    """Mails of lines that are one period each, shifted by one byte from mail to mail: every border
    of any buffer, ours and the server's, falls once between any two bytes of CRLF.CRLF."""
    site = Site()
    records = [PAGE.encode("HELO MVS1")]
    for shift, size in enumerate((MIB, MIB // 3, MIB // 3, MIB // 3)):  # above 256 KiB: in pieces
        periods = [PAGE.encode("..")] * (size // 4)  # 4 bytes each on the wire
        records += mail(f"shift{shift}", "periods", [PAGE.encode("x" * (1 + shift)), *periods])
    _, arrived = deliver(peer.server, tmp_path, site, records)
    assert len(arrived) == 4
    assert same(arrived, meant(site, peer.kept, records))


@pytest.mark.parametrize("behind", ["the end", "a doubled period and an envelope"])
def test_a_period_at_a_border_is_what_it_is_anywhere(
    peer: Peer, behind: str, tmp_path: Path
) -> None:
    """The lone period ends the mail, and what a doubled one leads is text."""
    text = [] if behind == "the end" else [PAGE.encode(line) for line in ("..", *ENVELOPE)]
    site = Site()
    files = [
        filled(border + by, where, f"{where}.{border}.{5 + by}", text)
        for where, border in BORDERS
        for by in AROUND
    ]
    _, arrived = deliver(peer.server, tmp_path, site, *files)
    assert len(arrived) == 2 * len(files)
    assert same(arrived, meant(site, peer.kept, *files))


@pytest.mark.parametrize("peer", ["postfix"], indirect=True)
def test_a_bare_line_feed_ends_a_mail_in_postfix(peer: Peer) -> None:
    """The matrix has teeth: a client that sent what such a job wrote would be a smuggler's."""
    envelope = b"EHLO x\r\nMAIL FROM:<a@acme.example>\r\nRCPT TO:<b@acme.example>\r\nDATA\r\n"
    ours = b"Received: from x by y (CSSMTP z)\r\n id x\r\n date\r\n\r\nx"
    smuggled = "\r\n".join(ENVELOPE).encode()
    with socket.create_connection(peer.server.address, timeout=10) as connection:
        answers = connection.makefile("rb")
        connection.sendall(envelope)
        while not answers.readline().startswith(b"354"):
            pass
        connection.sendall(ours + b"\n.\n" + smuggled + b"\r\n.\r\nQUIT\r\n")
        answers.read()
    assert {mail.recipient for mail in peer.server.arrived()} == {"b@acme.example", VICTIM}
