"""What the converter says about bad JCL: each fault has card, found and expected."""

from collections.abc import Callable

import pytest

from jes.jcl import messages
from jes.jcl.converter import jobs_from
from jes.job import Job
from jes.messages import Message
from tests.conftest import GOLDEN
from tests.jes.jcl_text import SETTING, ids_of, job_of

HEAD = ("//J JOB", "//S EXEC PGM=P")


def test_a_deliberately_bad_deck(golden: Callable[[str, str], None]) -> None:
    deck = (GOLDEN / "jcl" / "bad-deck.jcl").read_text(encoding="utf-8")
    shown = []
    for entry in jobs_from(deck, SETTING):
        name = entry.jobname if isinstance(entry, Job) else "no job"
        shown.append(f"{name}: cards {entry.card}-{entry.card + entry.cards - 1}")
        for kind, found in (("fault", entry.faults), ("warning", entry.warnings)):
            shown += [f"{kind} {fault.job_card}: {fault}" for fault in found]
    golden("jcl/bad-deck.txt", "\n".join(shown) + "\n")


def test_message_ids_are_unique_and_ibms_only_where_seen() -> None:
    """jes2.md 5.7 marks IEFC662I as seen, and no other id that this package could use."""
    catalogue = [value for value in vars(messages).values() if isinstance(value, Message)]
    ids = [message.id for message in catalogue]
    assert len(ids) == len(set(ids))
    assert {i for i in ids if not i.startswith("JML1")} == {"IEFC662I"}


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        pytest.param("//D DD SYSOUT=(B,NJERDR)", "JML123E", id="reserved-writer"),
        pytest.param("//D DD SYSOUT=(A,B,C,D)", "JML123E", id="too-many-subparameters"),
        pytest.param("//D DD SYSOUT=AB", "JML123E", id="class-of-two"),
        pytest.param("//D DD *,SYSOUT=A", "JML125E", id="star-and-sysout"),
        pytest.param("//D DD", "JML128E", id="no-parameters"),
        pytest.param("//D", "JML102E", id="no-operation"),
        pytest.param("//D DD DSN=A(", "JML120E", id="parenthesis"),
        pytest.param("//D DD PATH='/tmp/x'", "JML162E", id="path"),
        pytest.param("//D DD DSN=A.B(+1),DISP=SHR", "JML162E", id="generation"),
        pytest.param("//D DD DSN=*.NONE", "JML143E", id="no-such-dd"),
        pytest.param("//D DD *,DLM=X", "JML111E", id="short-dlm"),
        pytest.param("//D DD DUMMY,DATA", "JML124E", id="two-words"),
        pytest.param("// DD DUMMY", "JML140E", id="concatenated-to-nothing"),
        pytest.param("// ENDIF", "JML140E", id="endif-alone"),
        pytest.param("// IF RC=0 THEN", "JML144E", id="no-endif"),
        pytest.param("// SET", "JML128E", id="set-nothing"),
        pytest.param("// OUTPUT CLASS=A", "IEFC662I", id="output-without-name"),
        pytest.param("//O OUTPUT JESDS=ALL", "JML140E", id="jesds-in-a-step"),
        pytest.param("/*XMIT N2", "JML162E", id="xmit"),
        pytest.param("//TOOLONGNAME DD DUMMY", "IEFC662I", id="long-name"),
        pytest.param("//X XMIT DEST=N1", "JML162E", id="xmit-statement"),
        pytest.param(f"//D DD DSN=A{'(' * 17}X{')' * 17}", "JML123E", id="parentheses-in-a-name"),
        pytest.param(f"//D DD VOL={'(' * 17}X{')' * 17}", "JML120E", id="nested-too-deep"),
    ],
)
def test_one_fault(card: str, fault: str) -> None:
    assert ids_of(*HEAD, card) == [(fault, 3)]


@pytest.mark.parametrize(
    ("operands", "fault"),
    [
        ("CLASS=", None),
        ("CLASS=(A)", "JML123E"),
        ("MSGCLASS=AA", "JML123E"),
        ("MSGLEVEL=(3,1)", "JML123E"),
        ("TYPRUN=TEST", "JML123E"),
        ("RESTART=S", "JML162E"),
        ("COND=EVEN", "JML123E"),
        ("USER=TOOLONGUSER", "JML123E"),
        ("A,B,C", "JML124E"),
        ("REGION=(", "JML120E"),
    ],
)
def test_faults_of_the_job_statement(operands: str, fault: str | None) -> None:
    expected = [(fault, 1)] if fault else []
    assert ids_of(f"//J JOB {operands}", "//S EXEC PGM=P") == expected


def test_a_job_without_steps_has_a_fault_of_the_whole_job() -> None:
    assert ids_of("//J JOB") == [("JML141E", None)]


def test_a_dd_before_the_first_step_is_misplaced_unless_it_is_joblib() -> None:
    assert ids_of("//J JOB", "//JOBLIB DD DSN=A,DISP=SHR", "// DD DSN=B,DISP=SHR", HEAD[1]) == []
    assert ids_of("//J JOB", "//D DD DUMMY", HEAD[1]) == [("JML140E", 2)]


def test_more_than_255_steps() -> None:
    assert ids_of("//J JOB", *["// EXEC PGM=P"] * 255) == []
    assert ids_of("//J JOB", *["// EXEC PGM=P"] * 256) == [("JML142E", 257)]


def test_ifs_nest_15_deep() -> None:
    def nested(depth: int) -> list[tuple[str, int | None]]:
        return ids_of("//J JOB", *["// IF RC=0 THEN"] * depth, HEAD[1], *["// ENDIF"] * depth)

    assert nested(15) == []
    assert nested(16) == [("JML142E", 17)]


def test_128_output_statements_for_a_data_set() -> None:
    """Ten thousand of each would ask for a hundred million data sets."""
    outputs = [f"//O{n} OUTPUT DEFAULT=YES" for n in range(129)]
    assert ids_of("//J JOB", *outputs, HEAD[1], "//D DD SYSOUT=A") == [("JML142E", 130)]
    assert ids_of(*HEAD, *outputs, "//D DD SYSOUT=A") == [("JML142E", 131)]
    references = ["//D DD SYSOUT=A,OUTPUT=(", *["//  *.O,"] * 128, "//  *.O)"]
    references[0:2] = ["//D DD SYSOUT=A,OUTPUT=(*.O,"]
    assert ids_of("//J JOB", "//O OUTPUT CLASS=A", HEAD[1], *references) == [("JML142E", 4)]


def test_symbols_that_double_each_other_stay_small() -> None:
    cards = ["// SET A=" + "X" * 50, *["// SET A=&A&A"] * 40]
    faults = ids_of("//J JOB", *cards, HEAD[1])
    assert {fault for fault, _ in faults} == {"JML127E"}


def test_wide_lines_and_strange_characters_name_line_and_column() -> None:
    job = job_of(*HEAD, "//D DD *", "x" * 81, "ab☃", "y" * 80 + "   ")
    assert [(f.id, f.card, f.text) for f in job.faults] == [
        ("JML108E", 4, "found 81 columns, expected at most 80 on line 4"),
        ("JML109E", 5, "line 5, column 3: found character '☃' (U+2603), expected one of code page "
         "IBM-1047"),
    ]  # fmt: skip


def test_a_thousand_bad_lines_are_told_in_few_faults() -> None:
    job = job_of(*HEAD, "//D DD *", *["☃"] * 1000)
    assert len(job.faults) == 21
    assert job.faults[-1].text == "980 more lines have such faults"


def test_faults_belong_to_the_job_they_stand_in() -> None:
    text = "//A JOB\n//S EXEC PGM=P\n//D DD *\n☃\n//B JOB\n//S EXEC PGM=P\n//D DD FOO=1\n"
    first, second = jobs_from(text, SETTING)
    assert [(f.id, f.card, f.job_card) for f in first.faults] == [("JML109E", 4, 4)]
    assert [(f.id, f.card, f.job_card) for f in second.faults] == [("JML121E", 7, 3)]
