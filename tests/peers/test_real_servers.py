"""Mail really arrives: what CSSMTP delivers is what a mail server has in its mailbox."""

from pathlib import Path

import pytest

from tests.peers.conftest import Peer
from tests.peers.delivering import Site, deliver, meant, same, statuses
from tests.peers.servers import DEFERRED, REFUSED

pytestmark = pytest.mark.slow
MANY = tuple(f"desk{number}@acme.example" for number in range(20))
GERMAN = ("Grüße aus Köln: ä ö ü ß Ä Ö Ü §", "[a] {b} | c ^ d ~ e \\ f @ g")
FORMS = ("..", "...", "..x", "... x", "x.", ". x", "...", "..")


def a_mail(name: str, *text: str, to: tuple[str, ...] = ("desk@acme.example",)) -> list[str]:
    """The lines of a mail that has all the header lines a server might add."""
    return [
        "MAIL FROM:<batch@acme.example>",
        *[f"RCPT TO:<{address}>" for address in to],
        "DATA",
        "Date: Wed, 31 Jan 2024 06:10:00 +0000",
        f"Message-ID: <{name}@acme.example>",
        f"Subject: {name}",
        *text,
        ".",
    ]


MAILS = (
    *a_mail("plain", "", "one line", "", "and another"),
    *a_mail("twenty", "", "to many", to=MANY),
    *a_mail("one-of-three", "", "x", to=("refused@acme.example", MANY[0], "deferred@acme.example")),
    *a_mail("refused", "", "x", to=("refused@acme.example",)),
    *a_mail("deferred", "", "x", to=("deferred@acme.example",)),
    *a_mail("long-lines", "", "y" * 998, "." + "." * 997, "z" * 997),
    *a_mail("a-megabyte", "", *["0123456789abcdef" * 4] * (1024 * 1024 // 66)),
    *a_mail("periods", "", *FORMS),
    *a_mail("no-text", ""),
    *a_mail("header-only"),
    *a_mail("folded", " goes on", "\tand on", "", "x"),
    *a_mail("blank-lines", "", "", "", "x", "", ""),
)


@pytest.mark.parametrize("pipelining", ["on", "off"])
def test_every_mail_of_a_spool_file_arrives(peer: Peer, pipelining: str, tmp_path: Path) -> None:
    site = Site(choices={"pipelining": pipelining})
    records = [site.encode(line) for line in ("HELO MVS1", *MAILS, "QUIT")]
    report, arrived = deliver(peer.server, tmp_path, site, records)
    assert same(arrived, meant(site, peer.kept, records))
    assert statuses(report) == {"delivered": len(arrived), "undeliverable": 2, "retry": 2}


def test_a_refused_and_a_deferred_recipient_keep_no_mail_from_the_others(
    peer: Peer, tmp_path: Path
) -> None:
    site = Site()
    to = ("refused@acme.example", "desk@acme.example", "deferred@acme.example")
    records = [site.encode(line) for line in ("HELO MVS1", *a_mail("three", "", "x", to=to))]
    report, arrived = deliver(peer.server, tmp_path, site, records)
    assert [mail.recipient for mail in arrived] == ["desk@acme.example"]
    refused, delivered, deferred = report["mails"][0]["recipients"]
    assert [one["status"] for one in (refused, delivered, deferred)] == [
        "undeliverable", "delivered", "retry",
    ]  # fmt: skip
    assert refused["reply"][:3] == REFUSED[:3]
    assert delivered["reply"][:3] == "250"
    assert deferred["reply"][:3] == DEFERRED[:3]
    assert {one["target"] for one in (refused, delivered, deferred)} == {
        "{}:{}".format(*peer.server.address)
    }


@pytest.mark.parametrize("charset", ["ISO8859-1", "UTF-8", "IBM-1252"])
@pytest.mark.parametrize("codepage", ["IBM-1047", "IBM-273", "IBM-500"])
def test_a_text_arrives_in_the_charset_of_its_target(
    peer: Peer, codepage: str, charset: str, tmp_path: Path
) -> None:
    site = Site(codepage=codepage, charset=charset)
    records = [site.encode(line) for line in ("HELO MVS1", *a_mail("page", "", *GERMAN))]
    _, arrived = deliver(peer.server, tmp_path, site, records)
    codec = {"IBM-1252": "cp1252"}.get(charset, charset)
    (mail,) = arrived
    assert mail.text.decode(codec).splitlines()[-2:] == list(GERMAN)
    assert same(arrived, meant(site, peer.kept, records))


def test_a_mail_without_sender_arrives(peer: Peer, tmp_path: Path) -> None:
    """MAIL FROM:<> is a report that nobody may answer (RFC 5321 4.5.5)."""
    site = Site()
    lines = ["HELO MVS1", "MAIL FROM:<>", *a_mail("null", "", "x")[1:]]
    records = [site.encode(line) for line in lines]
    _, arrived = deliver(peer.server, tmp_path, site, records)
    assert [mail.sender for mail in arrived] == [""]
    assert same(arrived, meant(site, peer.kept, records))


@pytest.mark.parametrize("tls_ehlo", ["Yes", "No"])
def test_mail_arrives_inside_tls_or_not_at_all(peer: Peer, tls_ehlo: str, tmp_path: Path) -> None:
    """With Secure Yes nothing is sent in clear, so what arrives came through TLS. Exim and aiosmtpd
    want another EHLO in there, as RFC 3207 has it; OpenSMTPD is set up without TLS."""
    site = Site(tls_ehlo=tls_ehlo)
    records = [site.encode(line) for line in ("HELO MVS1", *MAILS, "QUIT")]
    report, arrived = deliver(peer.server, tmp_path, site, records)
    strict = tls_ehlo == "No" and peer.name in {"exim", "aiosmtpd"}
    if strict or peer.name == "opensmtpd":
        assert arrived == []
        assert "delivered" not in statuses(report)
        return
    assert same(arrived, meant(site, peer.kept, records))
    assert statuses(report) == {"delivered": len(arrived), "undeliverable": 2, "retry": 2}
