"""IEBGENER, ICEGENER, SORT, IDCAMS: what they copy, print and return (jes2.md 5.7)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.datasets import Attributes
from jes.job import DD, Allocation, Dcb, Dummy, Instream, Step
from jes.programs.idcams import commands
from jes.programs.registry import standard_programs
from jes.records import FB, VB, Recfm
from tests.jes.job_builders import (
    IBM_1047,
    MemoryDatasets,
    Ran,
    cards,
    copy_step,
    dataset,
    dd,
    job,
    request,
    run,
    sysout,
)

MAIL = Instream(cards("HELO A", "MAIL FROM:<A@B>", "QUIT"), 101, 4)
COPIED = ["HELO A".ljust(80), "MAIL FROM:<A@B>".ljust(80), "QUIT".ljust(80)]
EMPTY: DD = dd("SYSIN", Dummy())


def sysin(*lines: str) -> DD:
    return dd("SYSIN", Instream(cards(*lines), 103, 9))


def program(name: str, *dds: DD, datasets: MemoryDatasets | None = None) -> Ran:
    return run(job(Step(stepname="S", program=name, dds=dds)), datasets=datasets)


def iebgener(*dds: DD, datasets: MemoryDatasets | None = None) -> Ran:
    return program("IEBGENER", dd("SYSPRINT", sysout()), *dds, datasets=datasets)


def report(ran: Ran, ddname: str = "SYSPRINT") -> list[str]:
    return [line.rstrip() for line in ran.spool.text(ddname)]


@pytest.mark.parametrize(
    "control", [EMPTY, sysin(), sysin("", "   ")], ids=["dummy", "empty", "blank"]
)
def test_iebgener_copies_and_takes_the_dcb_from_its_input(control: DD) -> None:
    ran = iebgener(dd("SYSUT1", MAIL), dd("SYSUT2", sysout()), control)
    assert ran.steps == ["CC 0000"]
    assert ran.spool.text("SYSUT2") == COPIED
    assert report(ran)[1:] == [
        "-IEB352I WARNING: ONE OR MORE OF THE OUTPUT DCB PARMS COPIED FROM INPUT",
        "",
        " PROCESSING ENDED AT EOD",
    ]


def test_iebgener_does_not_warn_when_the_output_has_its_own_dcb() -> None:
    ut2 = dd("SYSUT2", sysout(), dcb=Dcb(recfm=Recfm("FBA"), lrecl=80))
    ran = iebgener(dd("SYSUT1", MAIL), ut2, EMPTY)
    assert ran.steps == ["CC 0000"]
    assert ran.spool.of("SYSUT2")[0].new.recfm == Recfm("FBA")
    assert not any("IEB352I" in line for line in report(ran))


A_B = dataset("A.B")
LONG = Attributes(FB, 133)


@pytest.mark.parametrize(
    ("ut1", "ut2", "lines"),
    [
        pytest.param((MAIL, A_B), Dcb(), ["IEB311I", "JML213E"], id="concatenation"),
        pytest.param((A_B,), Dcb(recfm=FB, lrecl=80), ["IEB311I", "JML213E"], id="other-LRECL"),
        pytest.param((MAIL,), Dcb(recfm=VB, lrecl=255), ["IEB311I", "JML213E"], id="other-RECFM"),
    ],
)
def test_iebgener_refuses_conflicting_formats(
    ut1: tuple[Allocation, ...], ut2: Dcb, lines: list[str]
) -> None:
    """jes2.md 5.7: IEB311I, return code 12; nothing is written."""
    datasets = MemoryDatasets()
    datasets.put("A.B", LONG)
    ran = iebgener(dd("SYSUT1", *ut1), dd("SYSUT2", sysout(), dcb=ut2), EMPTY, datasets=datasets)
    assert ran.steps == ["CC 0012"]
    assert [line.split()[0] for line in report(ran)[1:]] == lines
    assert not ran.spool.of("SYSUT2")


def test_iebgener_copies_variable_records_into_longer_ones_only() -> None:
    datasets = MemoryDatasets()
    datasets.put("A.B", Attributes(VB, 100), b"\xc1", b"")
    for lrecl, ended in ((99, "CC 0012"), (255, "CC 0000")):
        ut2 = dd("SYSUT2", sysout(), dcb=Dcb(recfm=VB, lrecl=lrecl))
        assert iebgener(dd("SYSUT1", A_B), ut2, EMPTY, datasets=datasets).steps == [ended]


def test_iebgener_refuses_control_statements_by_name() -> None:
    ran = iebgener(
        dd("SYSUT1", MAIL), dd("SYSUT2", sysout()), sysin("  GENERATE MAXFLDS=1", "  RECORD X")
    )
    assert ran.steps == ["CC 0012"]
    assert " JML220E CONTROL STATEMENT IS NOT SUPPORTED: GENERATE MAXFLDS=1" in report(ran)


@pytest.mark.parametrize("missing", ["SYSPRINT", "SYSUT1", "SYSUT2", "SYSIN"])
def test_iebgener_names_a_missing_dd(missing: str) -> None:
    step = copy_step()
    ran = run(job(replace(step, dds=tuple(d for d in step.dds if d.ddname != missing))))
    assert ran.steps == ["CC 0012"]
    shown = ran.spool.text("JESMSGLG" if missing == "SYSPRINT" else "SYSPRINT")
    assert any(f"JML211E DD STATEMENT {missing} IS MISSING" in line for line in shown)


def test_icegener_prints_messages_of_its_own() -> None:
    ran = program(
        "ICEGENER", dd("SYSPRINT", sysout()), dd("SYSUT1", MAIL), dd("SYSUT2", sysout()), EMPTY
    )
    assert ran.spool.text("SYSUT2") == COPIED
    assert report(ran) == [
        "1ICE143I BLOCKSET     COPY  TECHNIQUE SELECTED",
        " ICE054I RECORDS - IN: 3, OUT: 3",
        " ICE052I END OF DFSORT",
    ]


def test_icegener_leaves_to_iebgener_what_it_cannot_do() -> None:
    ran = program(
        "ICEGENER", dd("SYSPRINT", sysout()), dd("SYSUT1", MAIL), dd("SYSUT2", sysout()),
        sysin(" GENERATE MAXNAME=1"),
    )  # fmt: skip
    assert ran.steps == ["CC 0012"]
    assert any("GENERATE" in line for line in report(ran))


@pytest.mark.parametrize(
    ("control", "retcode"),
    [
        pytest.param(("  OPTION COPY",), "CC 0000", id="option-copy"),
        pytest.param(("* A COMMENT", " SORT FIELDS=COPY  ALL OF IT"), "CC 0000", id="sort-copy"),
        pytest.param((" MERGE FIELDS=COPY", " END", " WHATEVER"), "CC 0000", id="merge-copy-end"),
        pytest.param((" SORT FIELDS=(1,8,CH,A)",), "CC 0016", id="a-real-sort"),
        pytest.param((" OPTION COPY", " OUTREC BUILD=(1,72)"), "CC 0016", id="editing"),
        pytest.param((" OPTION COPY,STOPAFT=1",), "CC 0016", id="other-options"),
        pytest.param((" OPTION",), "CC 0016", id="no-operand"),
        pytest.param((), "CC 0016", id="nothing-asked"),
    ],
)
@pytest.mark.parametrize("name", ["SORT", "ICEMAN"])
def test_sort_copies_or_says_what_it_cannot_do(
    name: str, control: tuple[str, ...], retcode: str
) -> None:
    ran = program(
        name, dd("SYSOUT", sysout()), dd("SORTIN", MAIL), dd("SORTOUT", sysout()), sysin(*control)
    )
    assert ran.steps == [retcode]
    if retcode == "CC 0000":
        assert ran.spool.text("SORTOUT") == COPIED
    else:
        assert not ran.spool.of("SORTOUT")
        assert report(ran, "SYSOUT")[0].startswith(" JML22")


def test_sort_without_its_message_dd_tells_the_job_log() -> None:
    ran = program("SORT", dd("SORTOUT", sysout()), sysin(" OPTION COPY"))
    assert ran.steps == ["CC 0016"]
    assert any("DD STATEMENT SORTIN IS MISSING" in line for line in ran.spool.text("JESMSGLG"))


def test_idcams_copies_by_repro() -> None:
    ran = program(
        "IDCAMS", dd("SYSPRINT", sysout()), dd("IN", MAIL), dd("OUT", sysout(request("B"))),
        sysin("  REPRO INFILE(IN) - /* THE", "  MAIL */ ", "  OUTFILE(OUT)", "  SET MAXCC = 4"),
    )  # fmt: skip
    assert ran.spool.text("OUT") == COPIED
    assert ran.steps == ["CC 0004"]
    assert " IDC0005I NUMBER OF RECORDS PROCESSED WAS 3" in report(ran)


@pytest.mark.parametrize(
    "command",
    [
        "DELETE A.B",
        "REPRO INFILE(IN)",
        "REPRO INFILE(IN) OUTFILE(OUT) COUNT(1)",
        "REPRO IFILE(NO) OFILE(OUT)",
    ],
)
def test_idcams_refuses_other_commands(command: str) -> None:
    ran = program(
        "IDCAMS", dd("SYSPRINT", sysout()), dd("IN", MAIL), dd("OUT", sysout()), sysin(command)
    )
    assert ran.steps == ["CC 0012"]
    assert any("JML2" in line for line in report(ran))
    assert not ran.spool.of("OUT")


@given(st.lists(st.text("REPO /*-;+", max_size=71), max_size=9))
def test_any_cards_give_idcams_commands(lines: list[str]) -> None:
    for command in commands(lines):
        assert command == " ".join(command.split())
        assert command


@pytest.mark.parametrize("name", sorted(set(standard_programs()) - {"IEFBR14"}))
@given(data=st.binary(max_size=3).map(lambda data: data.ljust(80, b"\x40")))
def test_hostile_control_cards_never_make_a_program_fail(name: str, data: bytes) -> None:
    ran = program(name, dd("SYSPRINT", sysout()), dd("SYSIN", Instream(data, 101, 1)))
    assert ran.result.retcode.startswith("CC")
    assert IBM_1047.decode(data)
