"""OUTLIM=, LINES=, CARDS=, BYTES=, COPIES and job numbers: limits of output (jes2.md 1.7, 1.8)."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jes.errors import SpoolError
from jes.programs.step import StepContext
from jes.records import FB, VB, blocks
from tests.jes.sysout_jobs import PROGRAMS, Site, a_site, named


def in_blocks(step: StepContext) -> int:
    """As COUNTS, but in whole blocks of a format of its own."""
    count, _, kind = step.parm.partition(",")
    recfm, lrecl = (VB, 255) if kind == "VB" else (FB, 80)
    output = step.open_output("OUT", recfm, lrecl)
    records = (step.page.encode(f"{n:06}") for n in range(1, int(count) + 1))
    output.write_blocks(blocks(records, recfm, lrecl))
    output.close()
    return 0


def goes_on(step: StepContext) -> int:
    """Writes on, whatever it is told."""
    output = step.open_output("OUT", FB, 80)
    for _ in range(10):
        with suppress(Exception):
            output.write([b"X"])
    return 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    programs = {**PROGRAMS, "BLOCKS": in_blocks, "GOESON": goes_on}
    with a_site(tmp_path, programs) as found:
        yield found


JOB = "//J JOB MSGCLASS=A"


@pytest.mark.parametrize(
    ("program", "dd", "retcode", "records"),
    [
        pytest.param("COUNTS,PARM=5", "SYSOUT=C,OUTLIM=5", "CC 0000", 5, id="as-many"),
        pytest.param("COUNTS,PARM=6", "SYSOUT=C,OUTLIM=5", "ABEND S722", 5, id="one-more"),
        pytest.param("COUNTS,PARM=9000", "SYSOUT=C,OUTLIM=5000", "ABEND S722", 5000, id="many"),
        pytest.param("COUNTS,PARM=6", "SYSOUT=C,OUTLIM=0", "CC 0000", 6, id="0-is-no-limit"),
        pytest.param("COUNTS,PARM=6", "SYSOUT=C,FREE=CLOSE,OUTLIM=5", "ABEND S722", 5, id="spin"),
        pytest.param("BLOCKS,PARM=5", "SYSOUT=C,OUTLIM=5", "CC 0000", 5, id="blocks-as-many"),
        pytest.param("BLOCKS,PARM=6", "SYSOUT=C,OUTLIM=5", "ABEND S722", 5, id="blocks-one-more"),
        pytest.param("BLOCKS,PARM='6,VB'", "SYSOUT=C,OUTLIM=5", "ABEND S722", 5, id="blocks-VB"),
        pytest.param("BLOCKS,PARM=9000", "SYSOUT=C,OUTLIM=819", "ABEND S722", 819,
                     id="at-the-end-of-a-block"),
        pytest.param("GOESON", "SYSOUT=C,OUTLIM=5", "CC 0000", 5, id="a-program-that-goes-on"),
    ],
)  # fmt: skip
def test_outlim_ends_the_step_with_s722_and_keeps_what_was_allowed(
    site: Site, program: str, dd: str, retcode: str, records: int
) -> None:
    """jes2.md 1.8: exceeding OUTLIM= gives S722; the data set is there, with the records so far."""
    ended = site.run(JOB, f"//S EXEC PGM={program}", f"//OUT DD {dd}")
    assert ended.result.retcode == retcode
    (file,) = named(ended, "OUT")
    assert file.records == len(site.lines(file)) == records
    if "ABEND" in retcode:
        assert [fault.id for fault in ended.result.faults] == ["JML217E"]
        assert any("IEF450I J S - ABEND=S722 U0000" in line for line in site.console)


def test_outlim_is_for_each_dd(site: Site) -> None:
    ended = site.run(
        JOB, "//S EXEC PGM=PRINTS", "//OUT DD SYSOUT=C,OUTLIM=1", "//OUT2 DD SYSOUT=C,OUTLIM=1"
    )
    assert ended.result.retcode == "CC 0000"


@pytest.mark.parametrize(
    ("job", "jecl", "sysout", "retcode", "said"),
    [
        pytest.param("LINES=(2,CANCEL)", "", "C", "ABEND S722", "LINES", id="LINES-CANCEL"),
        pytest.param("LINES=(2,DUMP)", "", "C", "ABEND S722", "LINES", id="LINES-DUMP"),
        pytest.param("LINES=(2,WARNING)", "", "C", "CC 0000", "LINES", id="LINES-WARNING"),
        pytest.param("LINES=2", "", "C", "CC 0000", "LINES", id="LINES-alone-only-says-so"),
        pytest.param("LINES=(4,CANCEL)", "", "C", "CC 0000", "", id="fewer-lines"),
        pytest.param("LINES=(2,CANCEL)", "", "B", "CC 0000", "", id="cards-are-no-lines"),
        pytest.param("CARDS=(2000,CANCEL)", "", "B", "ABEND S722", "CARDS", id="CARDS"),
        pytest.param("BYTES=(200,CANCEL)", "", "C", "ABEND S722", "BYTES", id="BYTES"),
        pytest.param("", "LINES=2", "C", "CC 0000", "LINES", id="JOBPARM"),
        pytest.param("LINES=(2,CANCEL)", "LINES=9", "C", "ABEND S722", "LINES", id="JOB-wins"),
    ],
)
def test_estimates_of_the_job(
    site: Site, job: str, jecl: str, sysout: str, retcode: str, said: str
) -> None:
    """jes2.md 1.8: $HASP375 once; with CANCEL the job ends S722. LINES, BYTES are in thousands."""
    ended = site.run(
        f"{JOB}{',' if job else ''}{job}", f"/*JOBPARM {jecl}" if jecl else "//* NONE",
        "//S EXEC PGM=COUNTS,PARM=3000", f"//OUT DD SYSOUT={sysout}",
    )  # fmt: skip
    assert ended.result.retcode == retcode
    found = [line for line in site.console if line.startswith("$HASP375")]
    assert found == ([f"$HASP375 J        ESTIMATED  {said} EXCEEDED"] if said else [])


def test_a_job_cancelled_by_its_estimate_stops_near_the_limit(site: Site) -> None:
    """A block of output more, as JES2 looks when a buffer is full; all that is written is kept."""
    ended = site.run(
        f"{JOB},LINES=(2,CANCEL)", "//S EXEC PGM=COUNTS,PARM=90000", "//OUT DD SYSOUT=C",
        "//T EXEC PGM=PRINTS,COND=EVEN", "//OUT DD SYSOUT=C",
    )  # fmt: skip
    assert [step.retcode for step in ended.result.steps] == ["ABEND S722", "ABEND S722"]
    first, second = named(ended, "OUT")
    assert 2000 < first.records < 4000
    assert second.records == 1
    assert len(named(ended, "JESMSGLG")) == 1


def test_what_jes_writes_itself_cancels_no_job(site: Site) -> None:
    """JES2 Initialization and Tuning, ESTLNCT: not with JES2's own data sets only."""
    ended = site.run(f"{JOB},LINES=(0,CANCEL)", "//S EXEC PGM=IEFBR14")
    assert ended.result.retcode == "CC 0000"


def test_job_numbers_stay_in_the_range_of_the_system(tmp_path: Path) -> None:
    """jes2.md 1.7: numbers wrap at the end, and the range that is full takes no more jobs."""
    with a_site(tmp_path, job_numbers=(7, 8)) as site:
        step = "//S EXEC PGM=IEFBR14"
        assert [site.run(JOB, step).jobid for _ in range(2)] == ["JOB00007", "JOB00008"]
        with pytest.raises(SpoolError, match="no job number is free between 7 and 8"):
            site.run(JOB, step)
        for job in site.jes.store.jobs()[:1]:
            site.jes.store.cancel_job(job.key, purge=True)
        site.jes.housekeeping()
        assert site.run(JOB, step).jobid == "JOB00007"


def test_the_shape_of_ids_follows_the_upper_end_of_the_range(tmp_path: Path) -> None:
    """jes2.md 1.7: above 99999 every id has one letter, small numbers too."""
    with a_site(tmp_path, job_numbers=(1, 100_000)) as site:
        assert site.run(JOB, "//S EXEC PGM=IEFBR14").jobid == "J0000001"


def test_a_range_that_was_made_smaller_is_kept(tmp_path: Path) -> None:
    with a_site(tmp_path, job_numbers=(1, 500)) as site:
        for _ in range(3):
            site.run(JOB, "//S EXEC PGM=IEFBR14")
        site.jes.store.cancel_job(site.jes.store.jobs()[-1].key, purge=True)
        site.jes.housekeeping()
    with a_site(tmp_path, job_numbers=(1, 2)) as site, pytest.raises(SpoolError):
        site.run(JOB, "//S EXEC PGM=IEFBR14")
