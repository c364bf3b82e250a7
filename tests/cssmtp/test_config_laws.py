"""Laws of the configuration reader: any text gives a `Parsed`; a rendered `Config` parses back."""

from dataclasses import replace
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from cssmtp.config import statements as s
from cssmtp.config.describe import document, render, report
from cssmtp.config.findings import Severity
from cssmtp.config.parser import parse
from cssmtp.config.schema import BLOCKS_OF, BY_KEYWORD
from jes.names import SysoutClass, WriterName

WORDS = st.sampled_from(
    [*BY_KEYWORD, *BLOCKS_OF, "{", "}", "#", ";", "YES", "no", "5", "0", "99999999", "Hold", "é",
     "Admin", "a@b.c", "192.0.2.1", "host.example", "IBM-939", "UTF-8", "/var", "@", "\0", "\x0b"]
)  # fmt: skip
LINES = st.lists(WORDS, max_size=3).map(" ".join)
FILES = st.lists(LINES, max_size=40).map("\n".join)


@given(FILES | st.text(max_size=300))
def test_any_text_gives_a_value_and_findings_explain_a_refusal(text: str) -> None:
    parsed = parse(text)
    refused = any(finding.severity is Severity.ERROR for finding in parsed.findings)
    assert (parsed.config is None) is refused
    last = text.count("\n") + text.count("\r") + text.count("\x85") + 1
    assert all(f.line is None or 1 <= f.line <= last for f in parsed.findings)
    assert all(line.isprintable() for line in report(parsed, explain=True))
    assert document(parsed)["valid"] is not refused


@given(FILES, st.sampled_from(["\n", "\r\n", "\r", "\x85"]))
def test_line_ends_make_no_difference(text: str, end: str) -> None:
    assert parse(text.replace("\n", end)) == parse(text)


DIRECTORY = st.from_regex(r"/[a-zA-Z0-9./#_-]{0,40}/", fullmatch=True)
HOST = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z0-9]{1,5}){0,3}", fullmatch=True)
MAILBOX = st.builds(
    "{}@{}".format, st.from_regex(r"[A-Za-z][A-Za-z0-9.#+]{0,9}", fullmatch=True), HOST
)
TARGETS = st.lists(
    st.one_of(
        st.ip_addresses().map(lambda a: s.Target(s.TargetKind.IP, str(ip_address(int(a))))),
        HOST.map(lambda name: s.Target(s.TargetKind.NAME, name)),
    ),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip
SECONDS = st.integers(30, 1200)
REPORTS = st.one_of(
    st.sampled_from(s.ReportTo).map(s.Report),
    st.sampled_from("AZ09").map(lambda c: s.Report(s.ReportTo.SYSOUT, SysoutClass(c))),
)
OPTIONS = st.builds(
    s.Options,
    null_trnc=st.booleans(),
    test_mode=st.booleans(),
    data_line_trunc=st.booleans(),
    at_sign=st.sampled_from("@§àÖØ!^"),
    tls_ehlo=st.booleans(),
    replace_subject_at_sign=st.booleans(),
)
SERVERS = st.builds(
    s.TargetServer,
    targets=st.just(()),
    connect_port=st.integers(1, 65_535),
    connect_limit=st.integers(1, 500),
    max_msg_sent=st.integers(0, 2**31 - 1),
    message_size=st.integers(1, 2**31 - 1),
    secure=st.booleans(),
    charset=st.sampled_from(["ISO8859-1", "UTF-8", "IBM-1252"]),
    mb_charset=st.sampled_from(["IBM-943", "IBM-eucJP", "UTF-8"]),
)
TIMEOUTS = st.builds(
    s.Timeout,
    **{name: SECONDS for name in s.Timeout.__dataclass_fields__ if name != "connect_idle"},
    connect_idle=st.integers(0, 1200),
)


@st.composite
def configs(draw: st.DrawFn) -> s.Config:
    """Any configuration that breaks no rule."""
    targets = draw(TARGETS)
    server = draw(SERVERS)
    job_size = draw(st.integers(0, 1_000_000))
    mbcs = draw(st.booleans())
    return s.Config(
        ext_wrt_name=WriterName(draw(st.from_regex(r"[A-Z$@][A-Z0-9#]{0,7}X", fullmatch=True))[:8]),
        target_servers=tuple(replace(server, targets=(target,)) for target in targets),
        bad_spool_disp=draw(st.sampled_from(s.BadSpoolDisp)),
        chk_point_size_limit=draw(st.integers(64_000, 512_000)),
        extended_retry=draw(
            st.none()
            | st.builds(s.ExtendedRetry, age=st.integers(0, 365), interval=st.integers(0, 1440),
                        mail_directory=st.none() | DIRECTORY)
        ),
        header=draw(st.builds(s.Header, st.booleans(), st.booleans())),
        jes_job_size=job_size,
        jes_msg_size=draw(st.integers(0, job_size or 1_000_000)),
        jes_syntax_err_limit=draw(st.integers(0, 999)),
        log_level=draw(st.integers(0, 255)),
        mail_administrators=tuple(draw(st.lists(MAILBOX, max_size=4, unique=True))),
        mbcs=mbcs,
        options=draw(OPTIONS),
        report=draw(REPORTS),
        report_mail_from=draw(st.none() | MAILBOX),
        retry_limit=draw(st.builds(s.RetryLimit, st.integers(0, 120), st.integers(0, 60))),
        smf119=draw(st.builds(s.Smf119, mail=st.booleans(), stats=st.booleans())),
        timeout=draw(TIMEOUTS),
        translate="IBM-939" if mbcs else draw(st.sampled_from(["IBM-1047", "IBM-037"])),
        undeliverable=draw(
            st.builds(s.Undeliverable, return_to_mail_from=st.booleans(),
                      dead_letter_action=st.sampled_from(s.DeadLetterAction),
                      dead_letter_directory=st.none() | DIRECTORY)
        ),
        user_exit=draw(st.sampled_from(s.UserExit)),
    )  # fmt: skip


@settings(max_examples=60)
@given(configs())
def test_a_rendered_configuration_parses_to_itself(config: s.Config) -> None:
    parsed = parse(render(config))
    assert parsed.config == config, parsed.findings
