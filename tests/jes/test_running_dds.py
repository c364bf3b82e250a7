"""DDs of a running job: spool data sets, spin, concatenation, data sets (jes2.md 1.1-1.4, 5.3)."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from jes import messages
from jes.datasets import Attributes
from jes.errors import SpoolError
from jes.job import Dcb, Dummy, Instream, Job, Step
from jes.programs.step import Abend, Program, StepContext
from jes.records import FB, VB, fixed_blocks
from jes.sysout import Disposition, Outdisp, SysoutRequest
from tests.jes.job_builders import (
    IBM_1047,
    MemoryDatasets,
    cards,
    copy_step,
    dataset,
    dd,
    job,
    request,
    run,
    sysout,
)

FB80 = Attributes(FB, 80)


def e(text: str) -> bytes:
    return IBM_1047.encode(text)


def writes_and_closes(step: StepContext) -> int:
    output = step.open_output("OUT", FB, 80)
    output.write([e("A MAIL")])
    output.close()
    return 0


def writes_only(step: StepContext) -> int:
    step.open_output("OUT", FB, 80).write([e("A MAIL")])
    return 0


def closes_then_abends(step: StepContext) -> int:
    writes_and_closes(step)
    raise Abend("S0C4")


def writes_then_abends(step: StepContext) -> int:
    writes_only(step)
    raise Abend("S0C4")


def writes_after_close(step: StepContext) -> int:
    writes_and_closes(step)
    return writes_and_closes(step)


def writes_too_long(step: StepContext) -> int:
    step.open_output("OUT", FB, 80).write([bytes(81)])
    return 0


def reads_in(step: StepContext) -> int:
    return sum(1 for _ in step.read("IN").records())


PROGRAMS: Mapping[str, Program] = {
    "CLOSES": writes_and_closes,
    "WRITES": writes_only,
    "CLOSEABN": closes_then_abends,
    "WRITEABN": writes_then_abends,
    "AGAIN": writes_after_close,
    "TOOLONG": writes_too_long,
    "READS": reads_in,
}


def test_in_stream_data_is_numbered_before_sysout_and_jes_data_sets_have_2_3_4() -> None:
    """jes2.md 1.1, the checked job: SYSUT1 101, SYSPRINT 102, SYSUT2 103."""
    ut2 = sysout(request("B"), dsname="MAIL")
    ran = run(job(copy_step(ut2=ut2), copy_step("AGAIN")))
    named = {(f.new.stepname, f.new.ddname): f.new.dsname for f in ran.spool.files}
    prefix = "IBMUSER.MAILJOB.JOB00134"
    assert named == {
        ("JES2", "JESMSGLG"): f"{prefix}.D0000002.JESMSGLG",
        ("JES2", "JESJCL"): f"{prefix}.D0000003.JESJCL",
        ("JES2", "JESYSMSG"): f"{prefix}.D0000004.JESYSMSG",
        ("SEND", "SYSPRINT"): f"{prefix}.D0000102.?",
        ("SEND", "SYSUT2"): f"{prefix}.D0000103.MAIL",
        ("AGAIN", "SYSPRINT"): f"{prefix}.D0000104.?",
        ("AGAIN", "SYSUT2"): f"{prefix}.D0000105.?",
    }


def test_one_data_set_for_each_output_statement() -> None:
    """jes2.md 5.3: OUTPUT=(*.A,*.B) gives one copy of the data set for each."""
    ran = run(job(copy_step(ut2=sysout(request("A"), request("B", writer="CSSMTP")))))
    first, second = ran.spool.of("SYSUT2")
    assert first.lines() == second.lines() == ["HELO A".ljust(80), "QUIT".ljust(80)]
    assert (first.new.dsid, second.new.dsid) == (103, 104)
    assert second.new.request.writer == "CSSMTP"


UNALLOC = replace(request("B", spin=True), outdisp=Outdisp(Disposition.KEEP, Disposition.PURGE))
SPIN = replace(UNALLOC, free=True)  # FREE=CLOSE, with SPIN=UNALLOC or without
FREED = replace(request("B", spin=False), free=True)  # SPIN=NO,FREE=CLOSE


@pytest.mark.parametrize(
    ("program", "wanted", "spun"),
    [
        pytest.param("CLOSES", SPIN, Disposition.KEEP, id="spin-when-the-program-closes"),
        pytest.param("WRITES", SPIN, None, id="closed-by-end-of-step-only"),
        pytest.param("WRITEABN", SPIN, None, id="closed-by-abend-clean-up"),
        pytest.param("CLOSEABN", SPIN, Disposition.KEEP, id="a-later-abend-changes-nothing"),
        pytest.param("CLOSES", UNALLOC, Disposition.KEEP, id="SPIN=UNALLOC-when-the-step-ends"),
        pytest.param("WRITES", UNALLOC, None, id="SPIN=UNALLOC-never-closed"),
        pytest.param("CLOSEABN", UNALLOC, Disposition.PURGE, id="SPIN=UNALLOC-after-an-abend"),
        pytest.param("CLOSES", request("B", spin=False), None, id="SPIN=NO"),
        pytest.param("CLOSES", FREED, None, id="SPIN=NO-overrides-FREE=CLOSE"),
        pytest.param("CLOSES", request("B"), None, id="plain"),
    ],
)
def test_spin(program: str, wanted: SysoutRequest, spun: Disposition | None) -> None:
    """jes2.md 1.4; the disposition is fixed when it spins (1.3), by what is known then."""
    step = Step(stepname="S", program=program, dds=(dd("OUT", sysout(wanted)),))
    (file,) = run(job(step), PROGRAMS).spool.of("OUT")
    assert file.spin is spun
    assert file.lines() == ["A MAIL".ljust(80)]


def test_a_spun_data_set_is_closed_before_the_job_goes_on() -> None:
    step = Step(stepname="S", program="CLOSES", dds=(dd("OUT", sysout(SPIN)),))
    ran = run(job(step, copy_step()), PROGRAMS)
    assert ran.spool.events.index("close OUT") < ran.spool.events.index("create SYSUT2")


def test_opening_again_goes_on_unless_the_data_set_was_spun() -> None:
    again = Step(stepname="S", program="AGAIN", dds=(dd("OUT", sysout()),))
    ran = run(job(again), PROGRAMS)
    assert ran.spool.text("OUT") == ["A MAIL".ljust(80)] * 2
    for freed in (SPIN, FREED):
        spun = replace(again, dds=(dd("OUT", sysout(freed)),))
        assert run(job(spun), PROGRAMS).steps == ["ABEND S013"]
    at_step_end = replace(again, dds=(dd("OUT", sysout(UNALLOC)),))
    ran = run(job(at_step_end), PROGRAMS)
    assert ran.spool.text("OUT") == ["A MAIL".ljust(80)] * 2
    assert ran.spool.of("OUT")[0].spin is Disposition.KEEP


def test_sysout_that_nobody_opens_is_not_on_the_spool() -> None:
    step = Step(stepname="S", program="IEFBR14", dds=(dd("OUT", sysout()),))
    ran = run(job(step, copy_step()))
    assert not ran.spool.of("OUT")
    assert ran.spool.of("SYSPRINT")[0].new.dsid == 103


def test_an_abend_keeps_what_was_written_so_far() -> None:
    step = Step(stepname="S", program="WRITEABN", dds=(dd("OUT", sysout()),))
    assert run(job(step), PROGRAMS).spool.text("OUT") == ["A MAIL".ljust(80)]


@pytest.mark.parametrize(
    ("program", "ddname", "abend"),
    [
        pytest.param("READS", "OUT", "ABEND S013", id="DD-missing"),
        pytest.param("READS", "IN", "ABEND S013", id="reading-SYSOUT"),
        pytest.param("TOOLONG", "OUT", "ABEND S002", id="record-too-long"),
    ],
)
def test_what_cannot_be_done_is_an_abend_with_a_line(program: str, ddname: str, abend: str) -> None:
    step = Step(stepname="S", program=program, dds=(dd(ddname, sysout()),))
    ran = run(job(step), PROGRAMS)
    assert ran.steps == [abend]
    log = ran.spool.text("JESMSGLG")
    assert any("JML" in line for line in log)
    assert any(f"IEF450I MAILJOB S - {abend.replace(' ', '=')} U0000" in line for line in log)


def test_a_concatenation_reads_in_order_and_dummy_ends_at_once() -> None:
    """jes2.md 5.3: in-stream data may stand anywhere in it."""
    datasets = MemoryDatasets()
    datasets.put("A.B", FB80, e("ONE"), e("TWO"))
    parts = (
        Instream(cards("HELO"), 101, 3),
        dataset("A.B"),
        Dummy(),
        Instream(cards("END"), 102, 9),
    )
    step = replace(
        copy_step(), dds=(dd("SYSUT1", *parts), *copy_step().dds[:1], *copy_step().dds[2:])
    )
    ran = run(job(step), datasets=datasets)
    assert [line.strip() for line in ran.spool.text("SYSUT2")] == ["HELO", "ONE", "TWO", "END"]


def write_to(disp: str, dsname: str = "A.B", program: str = "WRITES") -> Job:
    return job(Step(stepname="S", program=program, dds=(dd("OUT", dataset(dsname, disp)),)))


@pytest.mark.parametrize(
    ("work", "before", "after", "retcode"),
    [
        pytest.param(write_to("NEW,CATLG,DELETE"), None, ["A MAIL"], "CC 0000", id="new"),
        pytest.param(write_to("OLD,KEEP,KEEP"), ["OLD"], ["A MAIL"], "CC 0000", id="old"),
        pytest.param(write_to("MOD,KEEP,KEEP"), ["OLD"], ["OLD", "A MAIL"], "CC 0000", id="mod"),
        pytest.param(write_to("MOD,CATLG,KEEP"), None, ["A MAIL"], "CC 0000", id="mod-makes"),
        pytest.param(write_to("NEW,CATLG,DELETE"), ["OLD"], ["OLD"], "JCL ERROR", id="duplicate"),
        pytest.param(write_to("OLD,KEEP,KEEP"), None, None, "JCL ERROR", id="old-not-there"),
        pytest.param(write_to("NEW,DELETE,DELETE"), None, None, "CC 0000", id="new-delete"),
        pytest.param(write_to("OLD,DELETE,KEEP"), ["OLD"], None, "CC 0000", id="old-delete"),
        pytest.param(
            write_to("NEW,CATLG,DELETE", program="WRITEABN"), None, None, "ABEND S0C4",
            id="abend-deletes",
        ),
        pytest.param(
            write_to("NEW,CATLG,CATLG", program="WRITEABN"), None, ["A MAIL"], "ABEND S0C4",
            id="abend-keeps",
        ),
        pytest.param(write_to("NEW,CATLG,KEEP", program="IEFBR14"), None, [], "CC 0000", id="br14"),
        pytest.param(write_to("NEW,PASS,DELETE"), None, None, "CC 0000", id="passed-to-nobody"),
    ],
)  # fmt: skip
def test_dispositions(
    work: Job, before: list[str] | None, after: list[str] | None, retcode: str
) -> None:
    """jes2.md 5.3, DISP=(status,normal,abnormal)."""
    datasets = MemoryDatasets()
    if before is not None:
        datasets.put("A.B", FB80, *(e(text.ljust(80)) for text in before))
    ran = run(work, PROGRAMS, datasets)
    assert ran.result.retcode == retcode
    found = datasets.records.get("A.B")
    assert (None if found is None else [IBM_1047.decode(r).strip() for r in found]) == after


def test_a_data_set_is_passed_between_steps_and_kept_by_the_last() -> None:
    first = copy_step("S1", ut2=dataset("A.B", "NEW,PASS,DELETE"))
    second = copy_step("S2", ut1=dataset("A.B", "OLD,CATLG,KEEP"))
    ran = run(job(first, second))
    assert ran.steps == ["CC 0000", "CC 0000"]
    assert ran.datasets.find(dataset("A.B").dsname) == FB80
    assert any("A.B" in line and "PASSED" in line for line in ran.spool.text("JESYSMSG"))


def test_a_temporary_data_set_ends_with_its_job_whatever_its_disposition() -> None:
    """jes2.md 5.3, &&temp; the converter names it so."""
    name = "SYS00000.T000000.RA000.MAILJOB.T.H01"
    first = copy_step("S1", ut2=dataset(name, "NEW,PASS,DELETE"))
    second = copy_step("S2", ut1=dataset(name, "OLD,KEEP,KEEP"))
    datasets = MemoryDatasets()
    for _ in range(2):
        assert run(job(first, second), datasets=datasets).steps == ["CC 0000", "CC 0000"]
        assert datasets.find(dataset(name).dsname) is None


def test_a_step_whose_data_set_an_earlier_one_deleted_fails_the_job() -> None:
    datasets = MemoryDatasets()
    datasets.put("A.B", FB80)
    first = Step(
        stepname="S1", program="IEFBR14", dds=(dd("D", dataset("A.B", "OLD,DELETE,KEEP")),)
    )
    second = Step(stepname="S2", program="IEFBR14", dds=(dd("D", dataset("A.B"), card=8),))
    ran = run(job(first, second, copy_step("S3")), datasets=datasets)
    assert ran.steps == ["CC 0000", "FLUSH", "FLUSH"]
    assert ran.result.retcode == "JCL ERROR"
    assert ran.result.faults[0].card == 8
    assert any("ENDED - JCL ERROR" in line for line in ran.spool.text("JESMSGLG"))


def test_a_broken_data_set_is_a_jcl_error_that_says_why() -> None:
    """Blueprint §10: a line over LRECL is a fault that names file and line."""
    datasets = MemoryDatasets(broken={"A.B": "a.txt line 3: 81 characters"})
    ran = run(job(copy_step(ut1=dataset("A.B"))), datasets=datasets)
    assert ran.result.retcode == "JCL ERROR"
    assert "a.txt line 3: 81 characters" in ran.result.faults[0].text


def test_members() -> None:
    """A missing member is found when it is opened (S013); DELETE never scratches the library."""
    datasets = MemoryDatasets()
    datasets.put("A.LIB(ONE)", FB80, e("HELO".ljust(80)))
    good = run(job(copy_step(ut1=dataset("A.LIB(ONE)", "OLD,DELETE,DELETE"))), datasets=datasets)
    assert good.steps == ["CC 0000"]
    assert datasets.find(dataset("A.LIB").dsname) == replace(FB80, library=True)
    assert any("JML215W" in line for line in good.spool.text("JESYSMSG"))
    assert run(job(copy_step(ut1=dataset("A.LIB(TWO)"))), datasets=datasets).steps == ["ABEND S013"]
    assert run(job(copy_step(ut1=dataset("A.LIB"))), datasets=datasets).steps == ["ABEND S013"]
    made = run(job(copy_step(ut2=dataset("A.LIB(NEW)", "OLD,KEEP,KEEP"))), datasets=datasets)
    assert made.steps == ["CC 0000"]
    assert len(datasets.records["A.LIB(NEW)"]) == 2


def test_a_data_set_that_cannot_be_written_is_an_abend() -> None:
    def breaks(step: StepContext) -> int:
        writes_only(step)
        datasets.broken["A.B"] = "no space left"
        return 0

    datasets = MemoryDatasets()
    ran = run(write_to("NEW,CATLG,DELETE", program="BREAKS"), {"BREAKS": breaks}, datasets)
    assert ran.steps == ["ABEND S001"]
    assert any("no space left" in line for line in ran.spool.text("JESMSGLG"))


def test_what_is_written_before_a_data_set_fails_is_on_the_spool() -> None:
    """The abend comes while the program writes, and again when the data set would be kept."""

    def fills(step: StepContext) -> int:
        step.open_output("LOG", FB, 80).write([e("BEGUN")])
        output = step.open_output("OUT", FB, 80)
        datasets.broken["A.B"] = "no space left"
        output.write_blocks(fixed_blocks(bytes(80 * 819 * 200), 80))
        raise AssertionError("an abend was due")

    datasets = MemoryDatasets()
    out = (dd("LOG", sysout()), dd("OUT", dataset("A.B", "NEW,CATLG,CATLG")))
    ran = run(job(Step(stepname="S", program="FILLS", dds=out)), {"FILLS": fills}, datasets)
    assert ran.steps == ["ABEND S001"]
    assert [line.strip() for line in ran.spool.text("LOG")] == ["BEGUN"]
    assert any("no space left" in line for line in ran.spool.text("JESYSMSG"))
    assert [draft.ended for draft in datasets.drafts] == [True]
    assert "A.B" not in datasets.records


@pytest.mark.parametrize("program", ["WRITES", "WRITEABN", "SPOOLERR"])
def test_no_draft_outlives_its_step(program: str) -> None:
    def loses_the_spool(step: StepContext) -> int:
        writes_only(step)
        raise SpoolError(messages.SPOOL_FAILED, spool="S", reason="it is closed")

    datasets = MemoryDatasets()
    work = write_to("NEW,DELETE,DELETE", program=program)
    with suppress(SpoolError):
        run(work, {**PROGRAMS, "SPOOLERR": loses_the_spool}, datasets)
    assert [draft.ended for draft in datasets.drafts] == [True]
    assert "A.B" not in datasets.records


def test_variable_records_keep_their_lengths() -> None:
    datasets = MemoryDatasets()
    datasets.put("A.VB", Attributes(VB, 255), e("SHORT"), b"", e("A LONGER ONE"))
    ran = run(job(copy_step(ut1=dataset("A.VB"))), datasets=datasets)
    (file,) = ran.spool.of("SYSUT2")
    assert (file.new.recfm, file.new.lrecl) == (VB, 255)
    assert file.lines() == ["SHORT", "", "A LONGER ONE"]


def test_ten_thousand_mails_in_stream_are_copied_in_bulk() -> None:
    """Blueprint §5: 190,000 cards must not be touched one by one; and large steps to the spool."""
    data = cards("A LINE OF A MAIL") * 190_000
    work = job(copy_step(ut1=Instream(data, 101, 4)))
    started = time.perf_counter()
    ran = run(work)
    took = time.perf_counter() - started
    (file,) = ran.spool.of("SYSUT2")
    assert sum(block.count for block in file.blocks) == 190_000
    assert took < 0.2


def test_output_to_in_stream_data_is_refused() -> None:
    step = Step(stepname="S", program="WRITES", dds=(dd("OUT", Instream(b"", 101, 1)),))
    assert run(job(step), PROGRAMS).steps == ["ABEND S013"]


def test_an_impossible_dcb_is_an_abend_and_no_surprise() -> None:
    ut2 = dd("SYSUT2", sysout(request("B")), dcb=Dcb(recfm=VB, lrecl=2))
    step = replace(copy_step(ut1=Dummy()), dds=(*copy_step(ut1=Dummy()).dds[:2], ut2, dd("SYSIN")))
    ran = run(job(step))
    assert ran.steps == ["CC 0012"]  # a DUMMY is FB 80, which does not go into VB
