"""JOB, EXEC, IF and DD statements as converted (jes2.md 5.1-5.4)."""

from dataclasses import replace

import pytest

from jes.job import Dataset, Dcb, Dummy, IfExpression, IfJoin, IfNot, IfTest, Instream, Status
from jes.records import Recfm
from tests.jes.jcl_text import SETTING, data_of, dataset_of, ids_of, job_of, part_of, step_of


def test_the_job_statement_is_kept() -> None:
    job = job_of(
        "//MAIL#1 JOB (ACCT,'D 1'),'J. O''NEIL',CLASS=C,MSGCLASS=X,",
        "//  MSGLEVEL=(2,0),NOTIFY=N1.&SYSUID,USER=OPS,TYPRUN=HOLD,",
        "//  COND=((8,LT),(4,EQ)),REGION=0M,TIME=1440",
        "//S EXEC PGM=P",
    )
    assert job.faults == ()
    assert (job.jobname, job.owner, job.job_class, job.msgclass) == ("MAIL#1", "OPS", "C", "X")
    assert (job.programmer, job.msglevel, job.typrun) == ("J. O'NEIL", (2, 0), "HOLD")
    assert job.notify == "IBMUSER"
    assert [(t.code, t.op) for t in job.cond.tests] == [(8, "LT"), (4, "EQ")]


def test_defaults_of_a_job() -> None:
    job = job_of("//J JOB", "//S EXEC PGM=P")
    assert (job.owner, job.job_class, job.msgclass, job.msglevel) == ("IBMUSER", "A", "A", (1, 1))


def test_a_password_is_not_listed() -> None:
    job = job_of("//J JOB USER=U,PASSWORD=SECRET,CLASS=A", "//S EXEC PGM=P")
    assert job.listing[0].text == "//J JOB USER=U,PASSWORD=,CLASS=A"


@pytest.mark.parametrize(
    ("coded", "parm"),
    [
        pytest.param("PARM=ABC", "ABC", id="word"),
        pytest.param("PARM='A B,C'", "A B,C", id="string"),
        pytest.param("PARM=(A,'B C',D)", "A,B C,D", id="list"),
        pytest.param("PARM='IT''S'", "IT'S", id="apostrophe"),
        pytest.param("PARM='/ENV=&X'", "/ENV=O'K", id="symbol-in-apostrophes"),
        pytest.param("PARM='A && B'", "A & B", id="two-ampersands"),
        pytest.param("PARM='A&NONE'", "A&NONE", id="undefined-in-apostrophes-stays"),
        pytest.param("PARM=", "", id="null"),
    ],
)
def test_parm(coded: str, parm: str) -> None:
    job = job_of("//J JOB", "// SET X='O''K'", f"//S EXEC PGM=P,{coded}")
    assert (job.faults, job.steps[0].parm) == ((), parm)


RC4 = IfTest("RC", "GT", 4, "S1")
ABEND = IfTest("ABEND", "EQ", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("S1.RC > 4", RC4, id="sign"),
        pytest.param("(S1.RC GT 4)", RC4, id="word"),
        pytest.param("S1.RC>4", RC4, id="no-blanks"),
        pytest.param("RC ¬= 0", IfTest("RC", "NE", 0), id="not-equal"),
        pytest.param("RC NG 4", IfTest("RC", "LE", 4), id="not-greater"),
        pytest.param("S1.P2.RC = 0", IfTest("RC", "EQ", 0, "S1.P2"), id="procedure-step"),
        pytest.param("ABEND", ABEND, id="abend"),
        pytest.param("¬ABEND", IfNot(ABEND), id="not-abend"),
        pytest.param("ABEND=FALSE", IfTest("ABEND", "EQ", False), id="abend-false"),
        pytest.param("ABENDCC=S0C4", IfTest("ABENDCC", "EQ", "S0C4"), id="abend-code"),
        pytest.param("S1.RUN", IfTest("RUN", "EQ", True, "S1"), id="run"),
        pytest.param(
            "S1.RC > 4 OR ABEND AND ABEND",
            IfJoin("OR", (RC4, IfJoin("AND", (ABEND, ABEND)))),
            id="and-before-or",
        ),
        pytest.param(
            "(S1.RC > 4 | ABEND) & NOT ABEND",
            IfJoin("AND", (IfJoin("OR", (RC4, ABEND)), IfNot(ABEND))),
            id="parentheses",
        ),
        pytest.param("RC = &MAX", IfTest("RC", "EQ", 12), id="symbol"),
    ],
)
def test_if_expressions(text: str, expected: IfExpression) -> None:
    cards = ("// SET MAX=12", "//S1 EXEC PGM=P", f"// IF {text} THEN  COMMENT")
    job = job_of("//J JOB", *cards, "//S2 EXEC PGM=P", "// ENDIF")
    assert (job.faults, job.steps[1].conditions) == ((), (expected,))


def test_an_if_is_continued() -> None:
    cards = ("//S1 EXEC PGM=P", "// IF (S1.RC > 4 OR", "//* WHY", "//     ABEND) THEN")
    job = job_of("//J JOB", *cards, "//S2 EXEC PGM=P", "// ENDIF")
    assert (job.faults, job.steps[1].conditions) == ((), (IfJoin("OR", (RC4, ABEND)),))


@pytest.mark.parametrize(
    ("text", "card"),
    [("RC = ", 3), ("RC 4", 3), ("(RC = 4", 3), ("RC = 4 RC = 5", 3), ("FOO = 1", 3), ("", 3),
     ("ABENDCC > S0C4", 3), ("RC = 99999", 3), ("RUN", 3), ("(" * 20 + "RC=1" + ")" * 20, 3)],
)  # fmt: skip
def test_wrong_if_expressions(text: str, card: int) -> None:
    faults = ids_of(
        "//J JOB", "//S1 EXEC PGM=P", f"// IF {text} THEN", "//S EXEC PGM=P", "// ENDIF"
    )
    assert faults == [("JML145E", card)]


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        ("DISP=SHR", (Status.SHR, "KEEP", "KEEP")),
        ("DISP=(SHR)", (Status.SHR, "KEEP", "KEEP")),
        ("DISP=(,CATLG)", (Status.NEW, "CATLG", "CATLG")),
        ("DISP=(NEW,CATLG,DELETE)", (Status.NEW, "CATLG", "DELETE")),
        ("DISP=(OLD,DELETE)", (Status.OLD, "DELETE", "DELETE")),
        ("DISP=(MOD,,DELETE)", (Status.MOD, "KEEP", "DELETE")),
        ("SPACE=(TRK,(1,1)),UNIT=SYSDA", (Status.NEW, "DELETE", "DELETE")),
    ],
)
def test_disp(coded: str, expected: tuple[Status, str, str]) -> None:
    dataset = dataset_of(part_of(f"//D DD DSN=A.B(M),{coded}"))
    assert dataset.dsname == "A.B(M)"
    assert (dataset.status, dataset.normal, dataset.abnormal) == expected


FB133 = Dcb(recfm=Recfm("FBA"), lrecl=133, blksize=1330)


@pytest.mark.parametrize(
    ("coded", "dcb"),
    [
        pytest.param("DCB=(RECFM=FBA,LRECL=133,BLKSIZE=1330)", FB133, id="dcb"),
        pytest.param("RECFM=FBA,LRECL=133,BLKSIZE=1330", FB133, id="without-dcb"),
        pytest.param("DCB=LRECL=80", Dcb(lrecl=80), id="one"),
        pytest.param("RECFM=VBS,LRECL=X", Dcb(recfm=Recfm("VBS"), lrecl=32_760), id="X"),
        pytest.param("LRECL=80,DCB=(LRECL=90,RECFM=VB)", Dcb(recfm=Recfm("VB"), lrecl=80), id="dd"),
        pytest.param("DCB=(*.M,LRECL=121)", replace(FB133, lrecl=121), id="refer-back"),
    ],
)
def test_dcb(coded: str, dcb: Dcb) -> None:
    model = "//M DD DUMMY,DCB=(RECFM=FBA,LRECL=133,BLKSIZE=1330)"
    assert step_of(model, f"//D DD SYSOUT=A,{coded}").dds[1].parts[0].dcb == dcb


@pytest.mark.parametrize(
    "coded", ["DUMMY", "DSN=NULLFILE", "DSNAME=NULLFILE,DISP=SHR", "DUMMY,DSN=A"]
)
def test_dummies(coded: str) -> None:
    assert part_of(f"//D DD {coded}").allocation == Dummy()


def test_temporary_data_sets_have_one_name_in_the_whole_job() -> None:
    job = job_of(
        "//J JOB",
        "//S1 EXEC PGM=P",
        "//D DD DSN=&&T,DISP=(,PASS),UNIT=SYSDA",
        "//S2 EXEC PGM=P",
        "//D DD DSN=&&T,DISP=(OLD,DELETE)",
        "//E DD DSN=*.S1.D,DISP=SHR",
    )
    assert job.faults == ()
    named = [dd.parts[0].allocation for step in job.steps for dd in step.dds]
    assert {a.dsname for a in named if isinstance(a, Dataset)} == {"SYS00000.T000000.RA000.J.T.H01"}


def test_concatenation_takes_parts_of_any_kind_in_order() -> None:
    step = step_of(
        "//D DD *", "one", "//  DD DSN=A,DISP=SHR", "//  DD *", "two", "/*", "//E DD DUMMY"
    )
    assert [type(part.allocation) for part in step.dds[0].parts] == [Instream, Dataset, Instream]
    assert [dd.ddname for dd in step.dds] == ["D", "E"]


def test_in_stream_data_are_numbered_from_101_in_each_job() -> None:
    job = job_of("//J JOB", "//S EXEC PGM=P", "//A DD *", "1", "//B DD SYSOUT=A", "//C DD *", "2")
    found = [dd.parts[0].allocation for dd in job.steps[0].dds]
    assert [(a.dsid, a.card) for a in found if isinstance(a, Instream)] == [(101, 4), (102, 7)]


def test_data_without_a_dd_become_sysin() -> None:
    job = job_of("//J JOB", "//S EXEC PGM=P", "//D DD DUMMY", "HELO X", "/*", "//E DD DUMMY")
    assert job.faults == ()
    assert [(w.id, w.card) for w in job.warnings] == [("JML180W", 4)]
    assert [dd.ddname for dd in job.steps[0].dds] == ["D", "SYSIN", "E"]
    assert data_of(job.steps[0].dds[1].parts[0]) == ["HELO X".ljust(80)]
    assert [listed.number for listed in job.listing] == [1, 2, 3, 4, 5]


def test_byte_order_mark_crlf_and_tabs() -> None:
    job = job_of("\ufeff//J JOB\r", "//S\tEXEC\tPGM=P\r", "//D DD *\r", "a\tb\r")
    assert job.faults == ()
    assert job.listing[1].text == "//S     EXEC    PGM=P"
    assert data_of(job.steps[0].dds[0].parts[0]) == ["a       b".ljust(80)]


def test_columns_72_to_80() -> None:
    card = "//D DD SYSOUT=A,".ljust(72) + "00000100"
    job = job_of("//J JOB", "//S EXEC PGM=P", card, "//  HOLD=YES".ljust(72) + "00000200")
    assert (job.faults, job.warnings) == ((), ())


def test_a_comment_goes_on_where_column_72_is_not_blank() -> None:
    card = "//D DD SYSOUT=A  A LONG COMMENT".ljust(71) + "X"
    job = job_of("//J JOB", "//S EXEC PGM=P", card, "//   THAT GOES ON", "//E DD DUMMY")
    assert job.faults == ()
    assert [listed.number for listed in job.listing] == [1, 2, 3, None, 4]


def test_parameters_that_run_past_column_71_are_named() -> None:
    card = "//D DD DSN=" + ".".join(["ABCDEFGH"] * 7)
    job = job_of("//J JOB", "//S EXEC PGM=P", card[:71] + "A.SYSOUT")
    assert ("JML181W", 3) in [(w.id, w.card) for w in job.warnings]


def test_the_page_of_the_setting_is_used() -> None:
    from jes.codepages import page

    german = replace(SETTING, codepage=page("IBM-273"))
    job = job_of("//J JOB", "//S EXEC PGM=P", "//D DD *", "ä@", setting=german)
    data = job.steps[0].dds[0].parts[0].allocation
    assert isinstance(data, Instream)
    assert data.data[:2] == b"\xc0\xb5"
