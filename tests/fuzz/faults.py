"""Any text of a file of faults gives rules or findings with a place."""

from pathlib import Path

from emulator.sandbox.fault_parser import parse
from emulator.sandbox.faults import Facts, Point
from emulator.sandbox.script import Script

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "faults"
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.glob("*.yaml"))]
WORDS = [
    b"- when: ", b"do: ", b"{", b"}", b"[", b"]", b"point: ", b"reply", b"refuse", b"defer: ",
    b"{seconds: 1, tries: 2}", b"every 0", b"after 9999999999", b"bytes: 1K", b"size_limit: 3G",
    b"slow: 0", b"tls: plain", b"times: -1", b"to: rcpt", b"sender: '*[!'", b"null", b"&a", b"*a",
    b"1e999", b"---", b"send: \"\\xff\"", b"delay: .5", b"connect", b"ehlo", b"text",
]  # fmt: skip


def check(data: bytes) -> None:
    """The parser's promise, and that rules can be asked."""
    rules, findings = parse(data.decode("utf-8", "replace"))
    assert not (rules and findings)
    assert all(finding.line >= 1 and str(finding).isprintable() for finding in findings)
    talk = Script(rules).connection(1, 25, "127.0.0.1")
    talk.mail("a@x.example")
    for point in Point:
        talk.ask(Facts(point=point, sender="a@x.example", recipient="b@y", size=1 << 20))
