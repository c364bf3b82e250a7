"""Peak memory and time of whole commands, each in a process of its own.

The 10,000 mails of W1, also with a log and with a user exit, one mail of a gibibyte, a job that
copies a data set of that size to another one and that to the spool, a spool file of a million mails
with `--json`, a thousand and ten thousand files rehearsed, one job cold, `--help`. A command's peak
is that of the largest of its processes.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.workloads import PAGE, WORKLOADS, spool_file

GIBIBYTE, MILLION, TEN_THOUSAND = 1 << 30, 1_000_000, 10_000
FB80 = ("--recfm", "FB", "--lrecl", "80")
JOB = """//COLD     JOB
//S        EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO A
MAIL FROM:<a@b.example>
RCPT TO:<c@d.example>
DATA
Subject: one

text
.
"""
SYSTEM = """datasets:
  BIG.IN:  {path: big, recfm: FB, lrecl: 80, text: false}
  BIG.OUT: {path: out, recfm: FB, lrecl: 80, text: false}
"""
COPIES = """//BIG      JOB
//COPY     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT1   DD DISP=SHR,DSN=BIG.IN
//SYSUT2   DD DISP=(NEW,CATLG),DSN=BIG.OUT
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT1   DD DISP=(OLD,DELETE),DSN=BIG.OUT
//SYSUT2   DD SYSOUT=(B,CSSMTP)
"""

EXIT = """started_tasks:
  - {name: CSSMTP, config: config, user_exit: {path: exit.py, callable: check}}
"""
EXIT_CONFIG = "UserExit Version4\nTargetServer\n{\nTargetIp 127.0.0.1\n}\n"
WORDS = "some words of a line that is neither long nor short"

# A process begins with the peak of the one that made it, so a small one makes it.
_MEASURED = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, usage.ru_maxrss, time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A command's peak resident memory in MB, and seconds; `must` and `aim` in MB, or neither."""

    name: str
    peak: float
    seconds: float
    must: float | None = None
    aim: float | None = None

    @property
    def verdict(self) -> str:
        """`aim` or `must` when it stayed below, `missed`, or nothing without a must."""
        if self.must is None or self.aim is None:
            return ""
        return "aim" if self.peak <= self.aim else "must" if self.peak <= self.must else "missed"


def rows(
    size: int = GIBIBYTE, mails: int = MILLION, files: int = TEN_THOUSAND
) -> Iterator[Measured]:
    """The figures, with a mail of `size` bytes, a file of `mails` mails, a rehearsal of `files`."""
    with tempfile.TemporaryDirectory() as folder:
        big, many, job = Path(folder, "big"), Path(folder, "many"), Path(folder, "job")
        w1 = Path(folder, "w1")
        _big(big, size)
        w1.write_bytes(spool_file(WORKLOADS[0]))
        yield _run("W1", "mail", w1, *FB80, bounds=(72, 52))
        yield _run("W1, --log", "mail", w1, *FB80, "--log", Path(folder, "log"))
        system = _with_exit(Path(folder))
        yield _run("W1, a user exit that accepts all", "mail", w1, *FB80, "--system", system)
        yield _run(f"one mail of {size >> 20} MiB", "mail", big, *FB80, bounds=(96, 72))
        job.write_text(COPIES)
        Path(folder, "system").write_text(SYSTEM)
        name = f"a job that copies and mails {size >> 20} MiB"
        yield _run(name, "run", job, "--system", Path(folder, "system"))
        big.unlink()
        _many(many, mails)
        yield _run(f"{mails:,} mails, --json", "mail", many, "--json")
        for count in (files // 10, files):
            site = _site(Path(folder, f"site{count}"), count)
            yield _run(f"{count:,} files rehearsed", "rehearse", site, "--html", site / "page")
        job.write_text(JOB)
        yield _run("one job, cold", "run", job)
        yield _run("--help", "--help")


def _run(
    name: str,
    command: str,
    *arguments: object,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Measured:
    limit = ("--timeout", "1200") if command in ("run", "mail") else ()
    line: Sequence[str] = [sys.executable, "-m", "emulator", command, *map(str, arguments), *limit]
    measured = [sys.executable, "-c", _MEASURED, *line]
    said = subprocess.run(measured, capture_output=True, text=True, check=True).stdout
    code, peak, seconds = said.split()
    if code != "0":
        raise AssertionError(f"{name}: exit code {code}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # ru_maxrss: bytes there, KiB here
    return Measured(name, int(peak) / unit, float(seconds), *bounds)


def _with_exit(folder: Path) -> Path:
    """A system whose CSSMTP asks a user exit about every command and line."""
    (folder / "exit.py").write_text("def check(call):\n    return 0\n")
    (folder / "config").write_text(EXIT_CONFIG)
    system = folder / "exits"
    system.write_text(EXIT)
    return system


def _site(folder: Path, count: int) -> Path:
    """So many files of 15 to 69 records, a mail in each."""
    folder.mkdir()
    for number in range(count):
        text = f"{number} {WORDS}\n" * (5 + number % 55)
        (folder / f"f{number:06}.txt").write_text(
            "HELO A\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\n"
            f"From: a@b.example\nSubject: {number}\nTo: c@d.example\n\n{text}.\nQUIT\n"
        )
    return folder


def _big(path: Path, size: int) -> None:
    head = ("HELO A", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: b", "")
    body = _card("x" * 78) * 8192
    with path.open("wb") as file:
        file.write(b"".join(map(_card, head)))
        for _ in range(-(-size // len(body))):
            file.write(body)
        file.write(_card("."))


def _card(text: str) -> bytes:
    return text.encode(PAGE).ljust(80, b"\x40")


def _many(path: Path, mails: int) -> None:
    with path.open("w") as file:
        file.write("HELO A\n")
        for number in range(mails):
            file.write(f"MAIL FROM:<a@b.example>\nRCPT TO:<r{number}@c.example>\nDATA\n")
            file.write(f"Subject: {number}\n\nx\n.\n")
