"""What JCL says of SYSOUT, followed to the output groups on the spool (jes2.md 1.1-1.4, 5.5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jes.sysout import Disposition, OutClass, Outdisp
from tests.jes.jcl_text import job_of
from tests.jes.sysout_jobs import Site, a_site, named

WRITE, HOLD, KEEP, LEAVE = Disposition.WRITE, Disposition.HOLD, Disposition.KEEP, Disposition.LEAVE
PURGE = Disposition.PURGE
KEPT = {"K": OutClass(Outdisp(KEEP, LEAVE)), "L": OutClass(Outdisp(LEAVE, PURGE))}
JOB = "//J JOB MSGCLASS=A"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path, changed=KEPT) as found:
        yield found


def group_of(site: Site, *cards: str, job: str = JOB, program: str = "PRINTS") -> dict[str, object]:
    """The one output group of DD OUT; `cards` are OUTPUT statements and the DD."""
    *before, dd = cards
    site.run(job, *before, f"//S EXEC PGM={program}", dd)
    (group,) = site.groups()
    return {name: getattr(group, name) for name in type(group).__slots__}


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        pytest.param(("SYSOUT=C",), {"sysout_class": "C"}, id="class-of-the-DD"),
        pytest.param(("CLASS=D", "SYSOUT=C"), {"sysout_class": "C"}, id="DD-class-beats-OUTPUT"),
        pytest.param(("CLASS=D", "SYSOUT=(,)"), {"sysout_class": "D"}, id="null-class"),
        pytest.param(("SYSOUT=(,)",), {"sysout_class": "A"}, id="null-class-alone-is-MSGCLASS"),
        pytest.param(("SYSOUT=*",), {"sysout_class": "A"}, id="star-is-MSGCLASS"),
        pytest.param(("WRITER=W", "SYSOUT=C"), {"writer": "W"}, id="writer-of-OUTPUT"),
        pytest.param(("WRITER=W", "SYSOUT=(C,V)"), {"writer": "V"}, id="DD-writer-beats-OUTPUT"),
        pytest.param(("SYSOUT=C",), {"forms": "STD"}, id="no-forms-is-STDFORM"),
        pytest.param(("FORMS=F", "SYSOUT=(C,,G)"), {"forms": "G"}, id="DD-forms-beat-OUTPUT"),
        pytest.param(("SYSOUT=C,DEST=N1R5",), {"dest": "R5", "local": True}, id="remote"),
        pytest.param(("SYSOUT=C,DEST=RMT5",), {"dest": "R5", "local": True}, id="RMT-name"),
        pytest.param(("SYSOUT=C,DEST=N1.U5",), {"dest": "U5", "local": True}, id="special-local"),
        pytest.param(("SYSOUT=C,DEST=(N1,BOB)",), {"dest": "BOB", "local": True}, id="node,user"),
        pytest.param(("SYSOUT=C,DEST=ANYLOCAL",), {"dest": "ANYLOCAL"}, id="ANYLOCAL"),
        pytest.param(("SYSOUT=C,DEST=N12345R12345",), {"local": False}, id="long-NnRm"),
        pytest.param(("DEST=N2", "SYSOUT=C,DEST=LOCAL"), {"dest": "LOCAL"}, id="DD-DEST-beats"),
        pytest.param(("PRTY=7", "SYSOUT=C"), {"priority": 7}, id="PRTY"),
        pytest.param(("SYSOUT=C",), {"priority": 144}, id="no-PRTY"),
        pytest.param(("COPIES=9", "SYSOUT=C,COPIES=3"), {"copies": 3}, id="DD-COPIES-beat"),
        pytest.param(("SYSOUT=C,COPIES=(,(1,2))",), {"copies": 1}, id="copy-groups-only"),
        pytest.param(("BURST=YES", "SYSOUT=C"), {"burst": True}, id="BURST"),
        pytest.param(("FLASH=AB", "SYSOUT=C,FLASH=NONE"), {"flash": None}, id="FLASH=NONE-beats"),
        pytest.param(("FCB=F1,UCS=U1", "SYSOUT=C"), {"fcb": "F1", "ucs": "U1"}, id="FCB-UCS"),
        pytest.param(("PRMODE=PAGE", "SYSOUT=C"), {"prmode": "PAGE"}, id="PRMODE"),
        pytest.param(("GROUPID=G", "SYSOUT=C"), {"outgrp": "G.1.1"}, id="GROUPID"),
        pytest.param(("GROUPID=G", "SYSOUT=C,FREE=CLOSE"), {"outgrp": "1.1.1"},
                     id="FREE=CLOSE-is-not-grouped"),
    ],
)  # fmt: skip
def test_an_attribute_comes_from_the_dd_then_output_then_the_default(
    site: Site, cards: tuple[str, ...], expected: dict[str, object]
) -> None:
    *output, dd = cards
    before = [f"//O OUTPUT DEFAULT=YES,{text}" for text in output]
    found = group_of(site, *before, f"//OUT DD {dd}")
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("outdisp", "dd", "normal", "abnormal"),
    [
        pytest.param("", "SYSOUT=C", WRITE, WRITE, id="default-of-the-class"),
        pytest.param("", "SYSOUT=H", HOLD, HOLD, id="held-class"),
        pytest.param("", "SYSOUT=K", KEEP, LEAVE, id="class-with-two-values"),
        pytest.param("", "SYSOUT=L", LEAVE, None, id="class-that-purges-what-failed"),
        pytest.param("(K,P)", "SYSOUT=H", KEEP, None, id="OUTDISP-beats-the-class"),
        pytest.param("(,PURGE)", "SYSOUT=H", WRITE, None, id="no-normal-is-WRITE"),
        pytest.param("KEEP", "SYSOUT=C", KEEP, KEEP, id="only-the-first-coded"),
        pytest.param("(W,H)", "SYSOUT=C,HOLD=YES", HOLD, HOLD, id="HOLD=YES-beats-OUTDISP"),
        pytest.param("", "SYSOUT=H,HOLD=NO", WRITE, WRITE, id="HOLD=NO-against-a-held-class"),
        pytest.param("", "SYSOUT=K,HOLD=NO", KEEP, KEEP, id="HOLD=NO-releases-LEAVE-to-KEEP"),
    ],
)
def test_dispositions(
    site: Site, outdisp: str, dd: str, normal: Disposition, abnormal: Disposition | None
) -> None:
    """jes2.md 1.3: DD HOLD= beats OUTDISP=, which beats the class; RC 12 is normal, an abend not.
    None: nothing is left."""
    output = f"//O OUTPUT DEFAULT=YES,OUTDISP={outdisp}" if outdisp else "//* NONE"
    found = {}
    for program in ("PRINTS", "FAILS", "ABENDS"):
        ended = site.run(JOB, output, f"//S EXEC PGM={program}", f"//OUT DD {dd}")
        files = named(ended, "OUT")
        found[program] = files[0].disposition if files else None
    assert found == {"PRINTS": normal, "FAILS": normal, "ABENDS": abnormal}


SPLIT = "//OUT DD SYSOUT=K"


@pytest.mark.parametrize(
    ("cards", "abnormal"),
    [
        pytest.param((JOB, "//S EXEC PGM=PRINTS", SPLIT), False, id="good"),
        pytest.param((JOB, "//S EXEC PGM=FAILS", SPLIT), False, id="RC-12"),
        pytest.param((JOB, "//S EXEC PGM=ABENDS", SPLIT), True, id="abend"),
        pytest.param((JOB, "//S EXEC PGM=PRINTS", SPLIT, "//T EXEC PGM=ABENDS"), True,
                     id="abend-of-a-later-step"),
        pytest.param((f"{JOB},COND=(8,LT)", "//S EXEC PGM=FAILS", SPLIT, "//T EXEC PGM=IEFBR14"),
                     True, id="JOB-COND"),
        pytest.param((JOB, "//S EXEC PGM=FAILS", SPLIT, "//T EXEC PGM=IEFBR14,COND=(8,LT)"), False,
                     id="COND-of-a-step"),
        pytest.param((JOB, "//S EXEC PGM=PRINTS", SPLIT, "//T EXEC PGM=IEFBR14",
                      "//D DD DSN=MADE,DISP=(,CATLG)", "//U EXEC PGM=IEFBR14",
                      "//D DD DSN=MADE,DISP=(,CATLG)"), True, id="JCL-error-of-a-later-step"),
    ],
)  # fmt: skip
def test_the_facts_that_make_a_job_abnormal(
    site: Site, cards: tuple[str, ...], abnormal: bool
) -> None:
    """jes2.md 1.3: an abend, a JCL error, COND= of the JOB statement; no return code is one."""
    (file,) = named(site.run(*cards), "OUT")
    assert file.disposition is (LEAVE if abnormal else KEEP)


def test_spin_output_keeps_the_disposition_of_its_time(site: Site) -> None:
    """jes2.md 1.3: a later failure of the job does not change it."""
    ended = site.run(
        JOB, "//S EXEC PGM=PRINTS", "//OUT DD SYSOUT=K,FREE=CLOSE", "//OUT2 DD SYSOUT=K",
        "//OUT3 DD SYSOUT=K,SPIN=UNALLOC", "//T EXEC PGM=ABENDS",
    )  # fmt: skip
    found = {file.ddname: file.disposition for file in ended.files if file.dsid > 100}
    assert found == {"OUT": KEEP, "OUT2": LEAVE, "OUT3": KEEP}


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        pytest.param("SYSOUT=C", "SYSOUT=C", True, id="same"),
        pytest.param("SYSOUT=C", "SYSOUT=D", False, id="class"),
        pytest.param("SYSOUT=C", "SYSOUT=(C,W)", False, id="writer"),
        pytest.param("SYSOUT=C", "SYSOUT=C,DEST=BOB", False, id="dest"),
        pytest.param("SYSOUT=C,DEST=RMT5", "SYSOUT=C,DEST=N1.R5", True, id="same-route"),
        pytest.param("SYSOUT=C", "SYSOUT=C,OUTPUT=*.PAGE", False, id="PRMODE"),
        pytest.param("SYSOUT=C", "SYSOUT=C,OUTPUT=*.LINE", True, id="LINE-is-the-default"),
        pytest.param("SYSOUT=C", "SYSOUT=(C,,F)", False, id="forms"),
        pytest.param("SYSOUT=C", "SYSOUT=(C,,STD)", True, id="STD-is-the-default"),
        pytest.param("SYSOUT=C", "SYSOUT=C,FCB=F1", False, id="FCB"),
        pytest.param("SYSOUT=C", "SYSOUT=C,UCS=U1", False, id="UCS"),
        pytest.param("SYSOUT=C", "SYSOUT=C,FLASH=F1", False, id="FLASH"),
        pytest.param("SYSOUT=C", "SYSOUT=C,BURST=Y", False, id="BURST"),
        pytest.param("SYSOUT=C", "SYSOUT=C,BURST=N", True, id="BURST=NO-is-the-default"),
        pytest.param("SYSOUT=C", "SYSOUT=C,HOLD=YES", False, id="disposition"),
        pytest.param("SYSOUT=C", "SYSOUT=C,OUTPUT=*.G1", False, id="GROUPID"),
        pytest.param("SYSOUT=C,OUTPUT=*.G1", "SYSOUT=C,OUTPUT=*.G1", True, id="same-GROUPID"),
        pytest.param("SYSOUT=C,OUTPUT=*.JOHN", "SYSOUT=C,OUTPUT=*.JOHN2", False, id="NAME-string"),
        pytest.param("SYSOUT=C,FREE=CLOSE", "SYSOUT=C,FREE=CLOSE", False, id="spin"),
    ],
)
def test_grouping_keys(site: Site, first: str, second: str, together: bool) -> None:
    """jes2.md 1.1: data sets share an output group only when all keys agree."""
    outputs = (
        "//PAGE OUTPUT PRMODE=PAGE", "//LINE OUTPUT PRMODE=LINE", "//G1 OUTPUT GROUPID=G1",
        "//JOHN OUTPUT NAME='JOHN'", "//JOHN2 OUTPUT NAME='JOHN '",
    )  # fmt: skip
    site.run(JOB, *outputs, "//S EXEC PGM=PRINTS", f"//OUT DD {first}", f"//OUT2 DD {second}")
    assert len(site.groups()) == (1 if together else 2)


def test_groups_of_one_groupid_are_told_apart_by_their_second_part(site: Site) -> None:
    site.run(
        JOB, "//G OUTPUT GROUPID=G,DEFAULT=YES", "//S EXEC PGM=PRINTS", "//OUT DD SYSOUT=C",
        "//OUT2 DD SYSOUT=D", "//OUT3 DD SYSOUT=C",
    )  # fmt: skip
    assert [group.outgrp for group in site.groups()] == ["G.1.1", "G.2.1"]


def test_every_output_statement_referenced_gives_a_data_set_and_a_group(site: Site) -> None:
    ended = site.run(
        JOB, "//A OUTPUT DEST=BOB", "//B OUTPUT CLASS=D", "//S EXEC PGM=PRINTS",
        "//OUT DD SYSOUT=(,),OUTPUT=(*.A,*.B)",
    )  # fmt: skip
    assert [(f.dsid, f.dest, f.sysout_class) for f in named(ended, "OUT")] == [
        (101, "BOB", "A"), (102, "LOCAL", "D"),
    ]  # fmt: skip


def test_copies_0_is_no_output_and_the_job_says_so(site: Site) -> None:
    """jes2.md 1.2."""
    ended = site.run(JOB, "//S EXEC PGM=PRINTS", "//OUT DD SYSOUT=C,COPIES=0")
    assert not named(ended, "OUT")
    assert [(gone.dataset.ddname, gone.records) for gone in ended.gone] == [("OUT", 1)]
    (log,) = named(ended, "JESYSMSG")
    assert any("JML191W COPIES=0" in line for line in site.lines(log))


@pytest.mark.parametrize(
    ("msgclass", "sysout", "copies"),
    [
        pytest.param("A", "C", 6, id="multiplied"),
        pytest.param("H", "C", 2, id="held-MSGCLASS"),
        pytest.param("A", "H", 2, id="held-class"),
    ],
)
def test_copies_of_the_job_multiply_unless_a_class_is_held(
    site: Site, msgclass: str, sysout: str, copies: int
) -> None:
    """/*JOBPARM COPIES= counts once when the class of the log or of any data set is held."""
    ended = site.run(
        f"//J JOB MSGCLASS={msgclass}", "/*JOBPARM COPIES=3", "//S EXEC PGM=PRINTS",
        f"//OUT DD SYSOUT={sysout},COPIES=2",
    )  # fmt: skip
    assert [file.copies for file in named(ended, "OUT")] == [copies]
    assert [file.copies for file in named(ended, "JESMSGLG")] == [copies // 2]


def test_route_print_and_punch_are_for_their_own_classes(site: Site) -> None:
    """jes2.md 5.6; class B punches. DEST= of a DD beats both."""
    ended = site.run(
        JOB, "/*ROUTE PRINT R5", "/*ROUTE PUNCH BOB", "//S EXEC PGM=PRINTS", "//OUT DD SYSOUT=C",
        "//OUT2 DD SYSOUT=B", "//OUT3 DD SYSOUT=B,DEST=R9",
    )  # fmt: skip
    found = {str(file.ddname): file.dest for file in ended.files}
    assert [found[name] for name in ("OUT", "OUT2", "OUT3", "JESJCL")] == ["R5", "BOB", "R9", "R5"]


def test_jecl_output_beats_the_dd_whose_third_value_is_its_code(site: Site) -> None:
    """JCL Reference, /*OUTPUT: it overrides the DD; without such a code the value is a form."""
    ended = site.run(
        JOB, "/*OUTPUT CODE DEST=R5,COPIES=4", "/*OUTPUT CODE COPIES=5", "//S EXEC PGM=PRINTS",
        "//OUT DD SYSOUT=(C,,CODE),DEST=R6,COPIES=2,FCB=F1", "//OUT2 DD SYSOUT=(C,,CODF)",
    )  # fmt: skip
    (one,), (two,) = named(ended, "OUT"), named(ended, "OUT2")
    assert (one.dest, one.copies, one.forms) == ("R5", 5, "STD")
    assert (two.dest, two.copies, two.forms) == ("LOCAL", 1, "CODF")


@pytest.mark.parametrize(
    ("cards", "names"),
    [
        pytest.param((JOB,), {"JESMSGLG", "JESJCL", "JESYSMSG"}, id="all"),
        pytest.param((JOB, "/*JOBPARM NOLOG"), {"JESJCL", "JESYSMSG"}, id="NOLOG"),
        pytest.param((f"{JOB},JESLOG=SUPPRESS",), {"JESJCL"}, id="JESLOG=SUPPRESS"),
    ],
)
def test_jes_data_sets_can_be_suppressed(
    site: Site, cards: tuple[str, ...], names: set[str]
) -> None:
    ended = site.run(*cards, "//S EXEC PGM=IEFBR14")
    assert {file.ddname for file in ended.files} == names


@pytest.mark.parametrize(
    ("cards", "says"),
    [
        pytest.param(("//S EXEC PGM=P", "//D DD SYSOUT=A,SPIN=(UNALLOC,'+00:10')"),
                     "the interval of SPIN=", id="SPIN-interval"),
        pytest.param(("//S EXEC PGM=P", "//D DD SYSOUT=A,COPIES=(2,(1,1))"), "a list of groups",
                     id="copy-groups"),
        pytest.param(("//S EXEC PGM=P", "//D DD SYSOUT=A,FLASH=(AB,2)"), "the first value of FLASH",
                     id="FLASH-count"),
        pytest.param(("//S EXEC PGM=P", "//D DD SYSOUT=A,CHARS=GT10"), "CHARS=", id="CHARS"),
        pytest.param(("//S EXEC PGM=P", "//D DD DUMMY,OUTLIM=5"), "OUTLIM=", id="not-SYSOUT"),
        pytest.param(("//O OUTPUT PAGEDEF=P1,FORMDEF=F1", "//S EXEC PGM=P"),
                     "FORMDEF=, PAGEDEF= of OUTPUT", id="OUTPUT"),
        pytest.param(("//A OUTPUT JESDS=ALL", "//B OUTPUT JESDS=LOG", "//S EXEC PGM=P"),
                     "JESDS= for what another", id="JESDS-twice"),
        pytest.param(("/*JOBPARM LINECT=60", "//S EXEC PGM=P"), "/*JOBPARM LINECT", id="JOBPARM"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_named_in_one_sentence(
    site: Site, cards: tuple[str, ...], says: str
) -> None:
    job = job_of(JOB, *cards)
    assert not job.faults
    assert [says in warning.text for warning in job.warnings] == [True]
