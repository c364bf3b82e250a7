"""Any bytes give a configuration or errors, never neither; a configuration can be written again."""

from pathlib import Path

from cssmtp.config.describe import document, render, report
from cssmtp.config.findings import Severity
from cssmtp.config.parser import parse
from cssmtp.config.scanner import read

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "config"
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.glob("*.conf"))]
WORDS = [
    b"{", b"}", b"#", b"TargetServer", b"TargetIp 192.0.2.1", b"TargetMx a.example",
    b"Timeout", b"AnyCmd 30", b"Yes", b"NO", b"Options", b"AtSign @", b"MBCS Yes",
    b"Translate IBM-", b"999999999", b"-1", b"0", b"::1", b"Report Sysout", b"ExtWrtName",
    b"\n", b"RetryLimit\n{\nCount 9\n}\n",
]  # fmt: skip


def check(data: bytes) -> None:
    """The reader's promise."""
    parsed = parse(read(data).text)
    errors = [f for f in parsed.findings if f.severity is Severity.ERROR]
    assert (parsed.config is None) == bool(errors)
    report(parsed, explain=True)
    document(parsed)
    if parsed.config is not None:
        render(parsed.config)
