"""Laws of the JCL reader: what holds for any card, any delimiter, any string, any text."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from jes.jcl.converter import NoJob, jobs_from
from jes.job import Instream, Job
from tests.jes.jcl_text import IBM1047, SETTING, data_of, job_of, part_of

PAGE = "".join(sorted(set(IBM1047.decoding) - set("\t\n\r")))
CARDS = st.text(PAGE, max_size=80)
JCL_PIECES = st.sampled_from([
    "//", "//*", "/*", " ", ",", "'", "(", ")", "=", "&", "&&", ".", "*", "\n", "\n//", "\n// ",
    "\n/*", "JOB", "//A JOB ", "//S EXEC PGM=P", "//D DD ", "DD", "SYSOUT=(A,W)", "DSN=A.B(C)",
    "DLM='", "DATA", "OUTPUT=*.O", "//O OUTPUT ", "CLASS=A", "IF ", "NOT ", "RC=4", " THEN",
    "ELSE", "ENDIF", "SET A=", "&A", "COND=(4,LT)", "EVEN", "PARM='", "DISP=(,CATLG)", "DCB=(",
    "RECFM=FB", "LRECL=80", "/*OUTPUT C ", "/*ROUTE PRINT ", "SPIN=(UNALLOC,'1')", "\t", "\r\n",
    "x" * 90, "\x85", "☃", "a", "PROC", "EXEC P", "//A.B DD DUMMY", "COPIES=(,(1))", "OUTDISP=(,P)",
])  # fmt: skip


@given(st.lists(CARDS, max_size=8))
def test_card_images_come_back_as_they_were(cards: list[str]) -> None:
    data = data_of(part_of("//D DD DATA,DLM='@@END OF DATA@@'", *cards))
    assert data == [card.ljust(80) for card in cards]


@given(st.text(PAGE, min_size=2, max_size=18), st.lists(CARDS, max_size=5))
@example("//", ["/*"])
@example("/*", ["//X JOB"])
@example("''", ["'"])
@example("  ", ["x"])
@example("&&", ["&A"])
def test_any_two_to_eighteen_characters_delimit(dlm: str, cards: list[str]) -> None:
    quoted = dlm.replace("'", "''")
    body = [card for card in cards if not card.ljust(80).startswith(dlm)]
    job = job_of(
        "//J JOB", "//S EXEC PGM=P", f"//D DD *,DLM='{quoted}'", *body, dlm, "//E DD DUMMY"
    )
    assert job.faults == ()
    assert [dd.ddname for dd in job.steps[0].dds] == ["D", "E"]
    assert data_of(job.steps[0].dds[0].parts[0]) == [card.ljust(80) for card in body]


def on_cards(head: str, value: str) -> list[str]:
    """`head` and the string `value` on cards, broken at column 71 and resumed in column 16."""
    text = "'" + value.replace("'", "''") + "'"
    cards, line = [], head
    while len(line) + len(text) > 71:
        room = 71 - len(line)
        cards.append(line + text[:room])
        text = text[room:]
        line = "//".ljust(15)
    return [*cards, line + text]


@given(
    st.text(string.ascii_letters + string.digits + " ,()=/*.", max_size=100),
    st.integers(min_value=0, max_value=44),
)
def test_a_string_may_cross_column_71_anywhere(value: str, shift: int) -> None:
    """Apostrophes are left out: one in column 71 would end the string (jes2.md 5.1)."""
    cards = on_cards("//S EXEC " + f"ACCT={'9' * shift},PGM=P,PARM=", value)
    job = job_of("//J JOB", *cards)
    assert job.faults == ()
    assert job.steps[0].parm == value


def check(text: str) -> None:
    """Whatever it is: entries that make sense, and the same ones every time."""
    entries = jobs_from(text, SETTING)
    assert entries
    assert entries == jobs_from(text, SETTING)
    for entry in entries:
        assert isinstance(entry, Job | NoJob)
        assert all(f.text and not f.id.endswith("W") for f in entry.faults)
        for fault in entry.faults + entry.warnings:
            assert (fault.card is None) == (fault.job_card is None)
            assert 1 <= (fault.card or 1) <= len(text) + 1
        if isinstance(entry, NoJob):
            assert entry.faults
            continue
        for listed in entry.listing:
            IBM1047.encode(listed.text)
        parts = [p for s in entry.steps for d in s.dds for p in d.parts]
        instream = [p.allocation for p in parts if isinstance(p.allocation, Instream)]
        assert all(len(data.data) % 80 == 0 for data in instream)
        assert [data.dsid for data in instream] == sorted({data.dsid for data in instream})


@given(st.text(max_size=300))
def test_any_text_gives_jobs_and_faults(text: str) -> None:
    check(text)


@given(st.lists(JCL_PIECES, max_size=60).map("".join))
@example("//A JOB " + "(" * 500)
@example("//A JOB\n// IF " + "NOT " * 500)
def test_any_scraps_of_jcl_give_jobs_and_faults(text: str) -> None:
    check("//A JOB X\n" + text)
    check(text)
