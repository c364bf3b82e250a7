"""Any text of a system file gives settings or faults with a place."""

from pathlib import Path

from emulator.settings import parse

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "systems"
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.glob("*.yaml"))]
WORDS = [
    b"node: ", b"outclass: {K: {outdisp: [HOLD, HOLD]}}", b"datasets:\n  A.B: ", b"- ", b"&a",
    b"*a", b"!!python/object:os.system ", b"{", b"}", b"[", b"]", b"? ", b"|\n",
    b"started_tasks:", b"spool: x", b"symbols: {A: 1}", b"null", b"1e999", b"---",
    b"programs: {P: 'm:f'}",
]  # fmt: skip


def check(data: bytes) -> None:
    """The parser's promise."""
    settings, faults = parse(data.decode("utf-8", "replace"), Path("/nowhere"))
    assert (settings is None) == bool(faults)
    assert all(fault.line >= 1 for fault in faults)
