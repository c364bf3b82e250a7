"""Laws of SMTPD's side: any text of SMTP.CONFIG is read, and what is made of it is a configuration
that CSSMTP takes; any records have an outcome; what could forge the end of a mail is marked."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from cssmtp.config.parser import parse as parse_cssmtp
from cssmtp.smtpd.converter import Options, convert
from cssmtp.smtpd.describe import document
from cssmtp.smtpd.facts import Origin, Site
from cssmtp.smtpd.outcome import Result, shown
from cssmtp.smtpd.parser import parse
from cssmtp.smtpd.rewriting import field
from cssmtp.smtpd.routing import Via, route
from cssmtp.smtpd.schema import BY_KEYWORD
from cssmtp.smtpd.session import run
from jes.names import WriterName
from tests.builders import ebcdic
from tests.cssmtp.test_smtpd_config import GOOD
from tests.smtpd_files import NOW, a_site
from tests.strategies import COMMANDS

STATEMENTS = [text for text, _ in GOOD]
WORDS = st.sampled_from(
    [*BY_KEYWORD, "ENDRESTRICT", "AT", ";", "#", "YES", "ALL", "5", "0", "99999999", "é", "\ufffd",
     "A", "a@b.example", "#x@b.example", "192.0.2.1", "host", "PUNCH", "LOCAL", "\x01", "BIG5"]
)  # fmt: skip
LINES = st.lists(WORDS, max_size=4).map(" ".join) | st.sampled_from(STATEMENTS)
FILES = st.lists(LINES, max_size=25).map("\n".join)
GOOD_FILES = st.lists(st.sampled_from(STATEMENTS), max_size=20).map("\n".join)
WRITERS = st.sampled_from(["SMTP", "#SMTP", "@1"]).map(WriterName)


@given(FILES | st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    parsed = parse(text)
    last = len(re.split(r"\r\n|[\n\r\x85]", text))
    assert all(f.line is None or 1 <= f.line <= last for f in parsed.findings)
    assert all(str(f).isprintable() for f in parsed.findings)
    assert [f.line or 0 for f in parsed.findings] == sorted(f.line or 0 for f in parsed.findings)
    assert all(1 <= line <= last for line in parsed.lines.values())
    assert len(parsed.settings()) == 47


@given(GOOD_FILES)
def test_what_is_read_is_written_back_the_same(text: str) -> None:
    parsed = parse(text)
    assert not parsed.refused
    coded = [one for one in parsed.settings() if one.keyword in parsed.lines]
    flags = ("given", "not given")
    again = "\n".join(
        f"{one.keyword} {'' if one.value in flags else one.value}"
        f"{' ENDRESTRICT' if one.keyword == 'RESTRICT' else ''}"
        for one in sorted(coded, key=lambda one: one.line or 0)
    )
    assert parse(again).config == parsed.config


@given(FILES | GOOD_FILES, WRITERS, st.sampled_from([None, "192.0.2.9", "::1", "relay.example"]))
def test_what_is_made_of_it_is_a_configuration_of_cssmtp(
    text: str, writer: WriterName, relay: str | None
) -> None:
    parsed = parse(text)
    converted = convert(parsed, Options(writer, relay))
    result = parse_cssmtp(converted.text, jobname=str(writer))
    assert not result.findings
    assert result.config is not None
    assert result.config.ext_wrt_name == writer
    told = {f.statement for f in converted.findings}
    assert set(parsed.lines) <= told
    assert json.dumps(document(parsed, converted))


PIECES = st.sampled_from([*COMMANDS, "VERB ON", "TICK x", "QUEU", ".", "..", "", "QUIT", "DATA 1"])
RECORDS = st.lists(PIECES.map(ebcdic) | st.binary(max_size=90), max_size=30)
CONFIGS = GOOD_FILES


@given(RECORDS, CONFIGS, st.booleans(), st.sampled_from([None, frozenset({"NODEB"})]))
def test_any_records_have_an_outcome(
    records: list[bytes], config: str, netdata: bool, nodes: frozenset[str] | None
) -> None:
    parsed = parse(config)
    site = Site(now=NOW, config=parsed.config, coded=frozenset(parsed.lines), nodes=nodes)
    outcome = run(records, site, Origin(netdata=netdata))
    assert outcome.result in Result
    assert all(re.match(r"[2345]\d\d ", one.reply) for one in outcome.responses)
    assert all(line.isprintable() for line in outcome.response_lines())
    for mail in outcome.mails:
        assert mail.recipients
        forged = re.search(rb"\r\n\.\r\n", b"\r\n" + mail.text.wire)
        assert not forged or "controls" in mail.text.topics
    assert list(shown(outcome))
    assert {mark.section for mark in outcome.unsure} - {""}


@given(st.text(max_size=60))
def test_any_path_has_a_way(path: str) -> None:
    found = route(path, a_site("GATEWAY\nNJEDOMAIN NJE\nPOSTMASTER a@b.example"))
    assert found.via in Via


@given(st.sampled_from(["From", "To", "Subject"]), st.text(max_size=60))
def test_a_field_is_rewritten_to_what_stays(name: str, text: str) -> None:
    """Rewriting is done once: what comes out is left alone the next time."""
    once = field(f"{name}: {text}", a_site()).text
    assert once.startswith(f"{name}:")
    if "%" not in once:
        assert field(once, a_site()).text == once
