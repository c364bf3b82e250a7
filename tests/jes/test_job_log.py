"""What people read of a job: JESMSGLG, JESJCL, JESYSMSG and the program's report (jes2.md 3.5)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes import joblog
from jes.job import Cond, CondTest, Dummy, Fault, Job, Listed, Step
from jes.programs.step import Abend, Program, StepContext
from jes.records import longest
from tests.jes.job_builders import IBM_1047, JOBID, NOON, copy_step, dd, job, run

LISTING = (
    Listed(1, "//MAILJOB  JOB (ACCT),'MAIL',CLASS=A,"),
    Listed(None, "//             MSGCLASS=A"),
    Listed(None, "//* A COMMENT"),
    Listed(2, "//SEND     EXEC PGM=IEBGENER"),
    Listed(3, "//SYSPRINT DD SYSOUT=*"),
    Listed(4, "//SYSUT1   DD *"),
    Listed(5, "//SYSUT2   DD SYSOUT=(B,CSSMTP)"),
    Listed(6, "//SYSIN    DD DUMMY"),
)


def ends_with_12(step: StepContext) -> int:
    return 12


def fails(step: StepContext) -> int:
    raise Abend("U0016", 8, "THE INPUT IS EMPTY")


PROGRAMS: Mapping[str, Program] = {"RC12": ends_with_12, "FAILS": fails}
SKIPPED = replace(copy_step("LATER"), cond=Cond((CondTest(4, "LT", "FIRST"),)))
FAULTY = replace(
    job(copy_step()),
    faults=(Fault("IEFC662I", "INVALID LABEL", 3, 3), Fault("JML101E", "NO SUCH OPERATION", 5, 5)),
)
JOBS = {
    "good": job(copy_step()),
    "jcl-error": FAULTY,
    "unknown-program": job(Step(stepname="SEND", program="IEBGENR", dds=(dd("SYSIN", Dummy()),))),
    "user-abend": job(Step(stepname="SEND", program="FAILS"), copy_step("AFTER")),
    "flushed": job(Step(stepname="FIRST", program="RC12"), SKIPPED),
    "scan": replace(job(copy_step()), typrun="SCAN"),
}


@pytest.mark.parametrize("name", JOBS)
def test_the_output_of_a_job_reads_as_in_the_golden_file(
    name: str, golden: Callable[[str, str], None]
) -> None:
    ran = run(replace(JOBS[name], listing=LISTING), PROGRAMS)
    parts = [f"RETCODE {ran.result.retcode}"]
    for file in sorted(ran.spool.files, key=lambda file: file.new.dsid):
        new = file.new
        parts.append(f"=== {new.dsname} {new.stepname} {new.ddname} {new.recfm} {new.lrecl}")
        parts += file.lines()
    golden(f"joblog/{name}.txt", "\n".join(parts) + "\n")


def test_the_statistics_count_what_was_written() -> None:
    """jes2.md 3.5: class B punches; the log counts its own lines too."""
    ran = run(job(copy_step()))
    print_records = sum(len(f.lines()) for f in ran.spool.files if f.new.ddname != "SYSUT2")
    shown = ran.spool.text("JESMSGLG")
    assert f"-{print_records:>13} SYSOUT PRINT RECORDS" in shown
    assert f"-{2:>13} SYSOUT PUNCH RECORDS" in shown
    size = sum(len(block.data) for f in ran.spool.files for block in f.blocks)
    assert f"-{-(-size // 1024):>13} SYSOUT SPOOL KBYTES" in shown


@pytest.mark.parametrize(
    ("level", "first", "last", "count"),
    [
        pytest.param(0, 1, "//* A COMMENT", 3, id="0-up-to-the-first-EXEC"),
        pytest.param(1, 1, "XXIN      DD DUMMY", 9, id="1-everything"),
        pytest.param(2, 1, "//SYSIN    DD DUMMY", 8, id="2-no-procedures"),
    ],
)
def test_msglevel_chooses_the_statements(level: int, first: int, last: str, count: int) -> None:
    """jes2.md 5.2, MSGLEVEL=(s,m)."""
    listing = (*LISTING, Listed(7, "XXIN      DD DUMMY"))
    lines = joblog.listing(replace(job(), listing=listing, msglevel=(level, 1)), JOBID)
    assert len(lines) == count
    assert lines[0].startswith(f"{first:>9} //MAILJOB")
    assert lines[0].endswith(" JOB00134")
    assert lines[-1].endswith(last)


def test_msglevel_0_leaves_allocation_messages_out_of_a_good_job_only() -> None:
    """jes2.md 5.2: m=0 suppresses allocation messages unless the job abends."""
    quiet: Job = replace(job(copy_step()), msglevel=(1, 0))
    assert run(quiet).spool.text("JESYSMSG") == []
    bad = replace(quiet, steps=(Step(stepname="S", program="FAILS"),))
    assert any("IEF236I" in line for line in run(bad, PROGRAMS).spool.text("JESYSMSG"))


def test_days_and_months_do_not_follow_the_locale() -> None:
    """jes2.md 3.5: the comma stands at the day's name, the rest in fixed columns."""
    wednesday = NOON.replace(day=5)
    assert joblog.head("SYS1", "N1", JOBID, wednesday)[2].endswith(
        " ---- WEDNESDAY,  5 FEB 2020 ----"
    )


@given(st.lists(st.text(max_size=400), max_size=5))
def test_any_text_becomes_records_that_fit(lines: list[str]) -> None:
    """Hostile text in a fault neither breaks a line nor is lost to a cut."""
    records = list(joblog.records(lines, IBM_1047))
    assert all(len(record) <= longest(joblog.RECFM, joblog.LRECL) for record in records)
    assert not any(set(record) & {0x15, 0x25, 0x0D, 0x00} for record in records)
    assert sum(map(len, records)) >= sum(map(len, lines))


def test_the_job_statement_alone_carries_the_job_id() -> None:
    lines = joblog.listing(replace(job(), listing=LISTING), JOBID)
    assert [str(JOBID) in line for line in lines] == [True] + [False] * 7
