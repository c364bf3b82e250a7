"""Spool files through `jesmail mail --deliver` to a server, and what has to arrive there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cssmtp.choices import Choices
from cssmtp.lines import LineReader
from cssmtp.spoolmail import Limits
from cssmtp.transcode import inspection, wire
from jes.codepages import page
from jes.records import Recfm
from tests.builders import blocks_of, read_blocks
from tests.emulator.command import jesmail
from tests.peers.certificates import authority
from tests.peers.servers import Arrived, MailServer
from tests.spool_files import rdw

LRECL = 32_756
CONFIG = """\
Translate {codepage}
JESSyntaxErrLimit 0
TargetServer
{{
  TargetIp    {host}
  ConnectPort {port}
  Charset     {charset}
  MessageSize 100000000
  MaxMsgSent  100
}}
"""
LOST = ("refused", "deferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How CSSMTP is set up: the spool's page, the wire's charset, the points IBM leaves open."""

    codepage: str = "IBM-1047"
    charset: str = "ISO8859-1"
    choices: dict[str, str] = field(default_factory=dict)
    tls_ehlo: str | None = None  # all mail goes inside TLS, with this TLSEhlo

    def encode(self, line: str) -> bytes:
        """A record."""
        return page(self.codepage).encode(line)


def deliver(
    server: MailServer, folder: Path, site: Site, *files: Sequence[bytes]
) -> tuple[dict[str, Any], list[Arrived]]:
    """The run report of these spool files, records each, and what arrived, in order."""
    server.arrived()  # what a test that failed left
    host, port = server.address
    config = CONFIG.format(codepage=site.codepage, charset=site.charset, host=host, port=port)
    secure = site.tls_ehlo is not None
    if secure:
        config = config.replace("{\n", "{\n  Secure Yes\n")
        config += f"Options\n{{\n  TLSEhlo {site.tls_ehlo}\n}}\n"
        authority(0).cert_pem.write_to_path(folder / "ca.pem")
    (folder / "cssmtp.conf").write_text(config)
    choices = "".join(f"      {name}: {value}\n" for name, value in site.choices.items())
    system = f"codepage: {site.codepage}\nstarted_tasks:\n  - name: CSSMTP\n"
    system += f"    choices:\n{choices}" if choices else ""
    system += "tls: {ca: ca.pem}\n" if secure else ""
    (folder / "system.yaml").write_text(system)
    paths = [folder / f"spool{number}.bin" for number, _ in enumerate(files)]
    for path, records in zip(paths, files, strict=True):
        path.write_bytes(rdw(records))
    said = jesmail(
        "mail", *paths, "--recfm", "V", "--no-bdw", "--deliver", "--json",
        "--cssmtp-config", folder / "cssmtp.conf", "--system", folder / "system.yaml",
    )  # fmt: skip
    assert said.out, said.err
    return _without_notifications(said.json, server.arrived())


def _without_notifications(
    report: dict[str, Any], arrived: list[Arrived]
) -> tuple[dict[str, Any], list[Arrived]]:
    """What the jobs sent. Whatever bytes made a mail undeliverable stand in its notification, and
    there are no more of these than the report says."""
    notifications = [mail for mail in report["mails"] if mail["kind"] == "notification"]
    report["mails"] = [mail for mail in report["mails"] if mail not in notifications]
    told = [
        one["address"]
        for mail in notifications
        for one in mail["recipients"]
        if one["status"] == "delivered"
    ]
    came = [mail for mail in arrived if not mail.sender and mail.recipient in told]
    assert sorted(mail.recipient for mail in came) == sorted(told)
    return report, sorted(mail for mail in arrived if mail not in came)


def meant(site: Site, kept: Callable[[bytes], bytes], *files: Sequence[bytes]) -> list[Arrived]:
    """What has to arrive, as the parser says without any network; `kept` is what the server makes
    of a text that came over the wire."""
    return sorted(mail for records in files for mail in _meant(site, kept, records))


def _meant(
    site: Site, kept: Callable[[bytes], bytes], records: Sequence[bytes]
) -> Iterator[Arrived]:
    choices = Choices(**{name: _choice(name, value) for name, value in site.choices.items()})
    code = inspection(page(site.codepage))
    reader = LineReader(Recfm("V"), LRECL, code, choices)
    blocks = list(blocks_of(records, Recfm("V"), LRECL))
    limits = Limits(syntax_errors=0)
    read = read_blocks(blocks, reader, limits, choices, wire(code, site.charset))
    for mail, text in zip(read.mails, read.texts, strict=True):
        for recipient in mail.waiting:
            if recipient.address.partition("@")[0] not in LOST:
                yield Arrived(mail.sender, recipient.address, kept(text))


def same(arrived: list[Arrived], expected: list[Arrived]) -> bool:
    """Whether just these mails arrived. What differs is said in few words: texts may be long."""
    shown = [
        [(mail.sender, mail.recipient, len(mail.text)) for mail in mails]
        for mails in (arrived, expected)
    ]
    assert shown[0] == shown[1]
    for came, due in zip(arrived, expected, strict=True):
        if came.text != due.text:
            pairs = enumerate(zip(came.text, due.text, strict=True))
            at = next(number for number, (a, b) in pairs if a != b)
            around = slice(max(0, at - 60), at + 60)
            assert came.text[around] == due.text[around], (came.recipient, at)
    return True


def statuses(report: dict[str, Any]) -> dict[str, int]:
    """How many recipients ended how."""
    found: dict[str, int] = {}
    for mail in report["mails"]:
        for recipient in mail["recipients"]:
            found[recipient["status"]] = found.get(recipient["status"], 0) + 1
    return found


def _choice(name: str, value: str) -> Any:
    kind = type(getattr(Choices(), name))
    return value == "on" if kind is bool else kind(value)
