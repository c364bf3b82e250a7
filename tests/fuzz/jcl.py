"""Any text gives jobs and faults, and every fault of a card names a line that exists."""

from pathlib import Path

from jes.jcl.converter import JclSetting, jobs_from

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "jobs"
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.glob("*.jcl"))]
WORDS = [
    b"//", b"/*", b"//*", b" DD ", b" EXEC PGM=", b" JOB ", b" OUTPUT ", b" SET ", b" IF ",
    b"ENDIF", b"SYSOUT=(", b"(,)", b",DLM=", b"DATA", b"*.", b"&&", b"&X.", b"COND=((", b"))",
    b"''", b"=", b"\n// ", b",\n//             ", b"OUTDISP=(", b"DSN=", b"PROC",
    b"/*ROUTE PRINT ",
]  # fmt: skip
SETTING = JclSetting()


def check(data: bytes) -> None:
    """The converter's promise."""
    text = data.decode("utf-8", "replace")
    lines = text.count("\n") + text.count("\r") + 1
    for job in jobs_from(text, SETTING):
        for fault in (*job.faults, *job.warnings):
            assert fault.text
            assert fault.card is None or 1 <= fault.card <= lines
