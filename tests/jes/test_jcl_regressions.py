"""The regression list of jes2.md 6: every row of its table of parsers, as a case of ours."""

import time
from dataclasses import replace

import pytest

from jes.jcl.converter import JclSetting, NoJob, jobs_from
from jes.job import CondTest, IfNot, IfTest, Job, Sysout, When
from tests.jes.jcl_text import (
    SETTING,
    data_of,
    dataset_of,
    ids_of,
    job_of,
    part_of,
    request_of,
    requests_of,
    step_of,
)

HEAD = ("//J JOB MSGCLASS=M", "//S EXEC PGM=P")


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        pytest.param(
            "SYSOUT=(B,CSSMTP)", {"sysout_class": "B", "writer": "CSSMTP"}, id="class-and-writer"
        ),
        pytest.param("SYSOUT=(B,CSSMTP,FM1)", {"forms": "FM1"}, id="forms"),
        pytest.param("SYSOUT=*", {"sysout_class": "M", "writer": None}, id="star-is-msgclass"),
        pytest.param("SYSOUT=$", {"sysout_class": "M"}, id="dollar-is-msgclass"),
        pytest.param("SYSOUT=(,)", {"sysout_class": "M", "writer": None}, id="null-class"),
        pytest.param("SYSOUT=(,W1)", {"sysout_class": "M", "writer": "W1"}, id="writer-only"),
        pytest.param("SYSOUT=A,DEST=(N1,U1)", {"dest": "N1.U1"}, id="dest-node-and-user"),
        pytest.param("SYSOUT=A,DEST='N1.U1'", {"dest": "N1.U1"}, id="dest-quoted"),
        pytest.param("SYSOUT=A,HOLD=YES", {"hold": True}, id="hold"),
        pytest.param("SYSOUT=A,HOLD=NO", {"hold": False}, id="hold-no"),
        pytest.param("SYSOUT=A,SPIN=UNALLOC", {"spin": True}, id="spin"),
        pytest.param("SYSOUT=A,SPIN=NO,FREE=CLOSE", {"spin": False}, id="spin-beats-free"),
        pytest.param("SYSOUT=A,FREE=CLOSE", {"spin": True}, id="free-close"),
        pytest.param("SYSOUT=A,COPIES=3", {"copies": 3}, id="copies"),
        pytest.param("SYSOUT=A,COPIES=(2,(1,1))", {"copies": 2}, id="copies-groups"),
        pytest.param("SYSOUT=(B,CSSMTP) MAIL OUT", {"writer": "CSSMTP"}, id="comment-behind"),
    ],
)
def test_sysout_forms_are_kept(coded: str, expected: dict[str, object]) -> None:
    request = request_of("//S EXEC PGM=P", f"//D DD {coded}")
    assert {key: getattr(request, key) for key in expected} == expected


def test_output_statements_are_kept_with_their_scope() -> None:
    cards = (
        "//O OUTPUT CLASS=J,WRITER=JOBW",
        "//S1 EXEC PGM=P",
        "//O OUTPUT CLASS=K,WRITER=STEPW",
        "//X DD SYSOUT=(,),OUTPUT=*.O",
        "//S2 EXEC PGM=P",
        "//D DD SYSOUT=(,),OUTPUT=(*.O,*.S1.O)",
    )
    job = job_of("//J JOB", *cards)
    first = job.steps[0].dds[0].parts[0].allocation
    assert isinstance(first, Sysout)
    assert [r.writer for r in first.requests] == ["STEPW"]
    assert [r.writer for r in requests_of(*cards)] == ["JOBW", "STEPW"]


def test_jecl_counts_for_sysout_or_is_named() -> None:
    job = job_of(
        "//J JOB",
        "/*ROUTE PRINT N7.U7",
        "/*JOBPARM ROOM=9,FORMS=BLUE",
        "/*OUTPUT CODE DEST=R5,COPIES=2",
        "//S EXEC PGM=P",
        "//A DD SYSOUT=A",
        "//B DD SYSOUT=(A,,CODE)",
    )
    a, b = (dd.parts[0].allocation for dd in job.steps[0].dds)
    assert isinstance(a, Sysout)
    assert isinstance(b, Sysout)
    assert (a.requests[0].dest, a.requests[0].forms) == ("N7.U7", "BLUE")
    assert (b.requests[0].dest, b.requests[0].copies) == ("R5", 2)
    assert [(w.id, w.card) for w in job.warnings] == [("JML189W", 3)]


@pytest.mark.parametrize(
    ("cards", "dsname"),
    [
        pytest.param(("// SET HLQ=PROD", "//D DD DSN=&HLQ..DATA"), "PROD.DATA", id="set"),
        pytest.param(("// SET X=B", "//D DD DSN=A.&X.C"), "A.BC", id="period-ends-name"),
        pytest.param(("// SET X=B", "//D DD DSN=A&X(M)"), "AB(M)", id="parenthesis-ends-name"),
        pytest.param(
            ("// SET X=B", "// SET Y=&X.2", "//D DD DSN=&Y..Z"), "B2.Z", id="set-from-set"
        ),
        pytest.param(("// SET X=A", "// SET X=B", "//D DD DSN=&X"), "B", id="last-set-before"),
        pytest.param(("//D DD DSN=&SYSUID..X",), "IBMUSER.X", id="sysuid"),
        pytest.param(("//D DD DSN=&SYSNAME..X",), "SYS1.X", id="system-symbol"),
        pytest.param(
            ("// SET SYSNAME=B", "//D DD DSN=&SYSNAME..X"), "B.X", id="set-beats-system-symbol"
        ),
        pytest.param(("// SET X='A.B'", "//D DD DSN=&X..C"), "A.B.C", id="quoted-value"),
        pytest.param(
            ("//D DD DSN=&&TMP",), "SYS00000.T000000.RA000.J.TMP.H01", id="two-ampersands"
        ),
    ],
)
def test_symbols_are_substituted(cards: tuple[str, ...], dsname: str) -> None:
    setting = replace(SETTING, symbols={"SYSNAME": "SYS1"})
    assert dataset_of(part_of(*cards, setting=setting)).dsname == dsname


def test_an_undefined_symbol_is_a_fault_and_not_an_empty_string() -> None:
    job = job_of(*HEAD, "// SET HLQ=X", "//D DD DSN=A.&HLR..C,DISP=SHR")
    assert [(f.id, f.card) for f in job.faults] == [("JML126E", 4)]
    assert "did you mean HLQ?" in job.faults[0].text


def test_procedures_are_refused_and_the_rest_is_checked() -> None:
    faults = ids_of(
        "//J JOB",
        "//MYP PROC A=1",
        "//P EXEC PGM=&A",
        "// PEND",
        "// JCLLIB ORDER=X.Y",
        "// INCLUDE MEMBER=M",
        "//S EXEC MYP,A=2",
        "//P.D DD DUMMY",
        "//T EXEC PROC=MYP",
        "//D DD DISP=WRONG",
    )
    assert [card for fault, card in faults if fault == "JML160E"] == [2, 4, 5, 6, 7, 8, 9]
    assert ("JML123E", 10) in faults


def test_cond_and_nested_if_are_kept_as_trees() -> None:
    job = job_of(
        "//J JOB",
        "//S1 EXEC PGM=A",
        "// IF (S1.RC > 4 | ABEND) THEN",
        "// IF S1.RUN THEN",
        "//S2 EXEC PGM=B,COND=((4,LT,S1),EVEN)",
        "// ELSE",
        "//S3 EXEC PGM=C,COND=(8,GE)",
        "// ENDIF",
        "// ENDIF",
        "//S4 EXEC PGM=D,COND=ONLY",
    )
    assert job.faults == ()
    _, s2, s3, s4 = job.steps
    assert (s2.cond.tests, s2.cond.when) == ((CondTest(4, "LT", "S1"),), When.EVEN)
    assert (s3.cond.tests, s3.cond.when) == ((CondTest(8, "GE"),), None)
    assert s4.cond.when is When.ONLY
    assert s3.conditions == (s2.conditions[0], IfNot(IfTest("RUN", "EQ", True, "S1")))
    assert s4.conditions == ()


def test_several_jobs_stay_apart() -> None:
    text = "//A JOB\n//S EXEC PGM=P\n//\nlost\n//B JOB\n//S EXEC PGM=Q\n//C JOB\n//S EXEC PGM=R\n"
    jobs = [job for job in jobs_from(text, SETTING) if isinstance(job, Job)]
    assert [(j.jobname, j.card, j.cards) for j in jobs] == [("A", 1, 3), ("B", 5, 2), ("C", 7, 2)]
    assert [j.steps[0].program for j in jobs] == ["P", "Q", "R"]
    assert [w.id for w in jobs[0].warnings] == ["JML184W"]
    assert jobs[1].steps[0].job_card == 2


@pytest.mark.parametrize(
    ("dlm", "delimiter"),
    [
        pytest.param("$$", "$$", id="dollars"),
        pytest.param("'..'", "..", id="quoted-periods"),
        pytest.param("'--ENDOFMAIL12345--'", "--ENDOFMAIL12345--", id="18-characters"),
        pytest.param("'it''s'", "it's", id="apostrophe"),
        pytest.param("'X '", "X ", id="trailing-blank"),
    ],
)
@pytest.mark.parametrize("kind", ["*", "DATA"])
def test_dlm_alone_ends_data(kind: str, dlm: str, delimiter: str) -> None:
    body = ["/*", "//X JOB", "//* no", "text"]
    step = step_of(f"//D DD {kind},DLM={dlm}", *body, f"{delimiter}rest", "//E DD DUMMY")
    assert data_of(step.dds[0].parts[0]) == [line.ljust(80) for line in body]
    assert step.dds[1].ddname == "E"


@pytest.mark.parametrize(
    ("kind", "stop", "records"),
    [
        pytest.param("*", "/*", 1, id="star-ends-at-delimiter"),
        pytest.param("*", "//E DD DUMMY", 1, id="star-ends-at-statement"),
        pytest.param("*", "//* comment", 1, id="star-ends-at-comment"),
        pytest.param("DATA", "/*", 1, id="data-ends-at-delimiter"),
        pytest.param("DATA", "//E DD DUMMY", 2, id="data-keeps-statements"),
    ],
)
def test_in_stream_data_end(kind: str, stop: str, records: int) -> None:
    assert len(data_of(part_of(f"//D DD {kind}", "text", stop))) == records


def test_in_stream_records_are_all_80_columns() -> None:
    numbered = "x" * 72 + "00000010"
    assert data_of(part_of("//D DD *", numbered, "-- ", "")) == [
        numbered,
        "-- ".ljust(80),
        " " * 80,
    ]


def test_characters_are_encoded_one_byte_each() -> None:
    assert data_of(part_of("//D DD *", "Grüße")) == ["Grüße".ljust(80)]


def test_not_jcl_inside_data_is_data() -> None:
    assert data_of(part_of("//D DD DATA", "//NOT JCL?")) == ["//NOT JCL?".ljust(80)]


def test_a_string_goes_on_from_column_71_to_16() -> None:
    start = "//S EXEC PGM=P,PARM='"
    first = "A" * (71 - len(start))
    cards = (start + first + "X", "//" + " " * 13 + "B C'")
    assert job_of("//J JOB", *cards).steps[0].parm == first + "B C"


@pytest.mark.parametrize(
    ("column", "faults"),
    [
        pytest.param(4, [], id="column-4"),
        pytest.param(16, [], id="column-16"),
        pytest.param(17, [("JML104E", 4)], id="column-17"),
    ],
)
def test_continuation_begins_by_column_16(column: int, faults: list[tuple[str, int]]) -> None:
    card = "//".ljust(column - 1) + "HOLD=YES"
    assert ids_of(*HEAD, "//D DD SYSOUT=A,", card) == faults


def test_comments_stand_between_continued_cards() -> None:
    job = job_of(*HEAD, "//D DD SYSOUT=A, why", "//* because", "//  HOLD=YES")
    assert job.faults == ()
    assert [listed.number for listed in job.listing] == [1, 2, 3, None, None]


def test_lower_case_is_a_fault_unless_the_setting_folds_it() -> None:
    cards = ("//J JOB", "//s exec pgm=p,parm='Abc'")
    assert ids_of(*cards) == [("JML107E", 2)]
    job = job_of(*cards, setting=replace(SETTING, fold_case=True))
    assert (job.faults, job.steps[0].stepname, job.steps[0].parm) == ((), "S", "Abc")


def test_a_null_class_lets_output_class_win_and_a_class_does_not() -> None:
    cards = ("//O OUTPUT CLASS=K,DEFAULT=YES", "//S EXEC PGM=P")
    assert request_of(*cards, "//D DD SYSOUT=(,)").sysout_class == "K"
    assert request_of(*cards, "//D DD SYSOUT=B").sysout_class == "B"


def test_sysout_without_a_value_is_no_sysout() -> None:
    assert dataset_of(part_of("//D DD SYSOUT=,DSN=A.B,DISP=SHR")).dsname == "A.B"


def test_card_images_survive_in_the_listing() -> None:
    cards = ("//J JOB (A),'B  C'", "//* X  Y", "//S EXEC PGM=P,  COMMENT", "// TIME=1", "//")
    listed = job_of(*cards).listing
    assert [(line.number, line.text) for line in listed] == list(
        zip([1, None, 2, None, 3], cards, strict=True)
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("\n\n", id="blank"),
        pytest.param("HELO X\n", id="text"),
        pytest.param("//S EXEC PGM=P\n", id="no-job-statement"),
        pytest.param("//1X JOB\n", id="bad-name"),
    ],
)
def test_text_without_a_job_is_an_entry_that_says_so(text: str) -> None:
    (entry,) = jobs_from(text, SETTING)
    assert isinstance(entry, NoJob)
    assert entry.faults[0].id in ("JML100E", "IEFC662I")


def test_errors_name_card_found_and_expected() -> None:
    """One fault does not hide the next (jes2.md 6, row "errors")."""
    job = job_of(*HEAD, "//D DD SYSOT=A", "//E DDD *", "//F DD DISP=OLDE,DSN=A")
    assert [(f.id, f.card, f.job_card) for f in job.faults] == [
        ("JML121E", 3, 3),
        ("JML101E", 4, 4),
        ("JML123E", 5, 5),
    ]
    assert all("found" in f.text and "expected" in f.text for f in job.faults)


@pytest.mark.parametrize("lines", [100_000])
def test_in_stream_data_take_linear_time(lines: int) -> None:
    """100,000 lines took 101 s in a quadratic parser; ours needs a fifth of a second."""
    text = "//J JOB\n//S EXEC PGM=P\n//D DD *\n" + "a line of mail text\n" * lines
    begin = time.perf_counter()
    (job,) = jobs_from(text, JclSetting())
    assert time.perf_counter() - begin < 5
    assert isinstance(job, Job)
    assert job.cards == lines + 3
