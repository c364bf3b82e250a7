"""What operator commands do to jobs and output, on every store (jes2.md 1.3-1.6, 2.5, 3)."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jes.commands import answers, messages
from jes.commands.filters import fits
from jes.commands.operator import Operator
from jes.job import Phase
from jes.messages import Message
from jes.names import SysoutClass, WriterName
from jes.sapi import SapiSession
from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, Requeue, Selection
from tests.databases import new_database
from tests.jes.command_builders import a_spool
from tests.jes.fake_machine import FakeMachine
from tests.jes.store_builders import a_dataset, a_job, ended, spooled

MAIL = Selection(WriterName("CSSMTP"))
Answer = Callable[[str], list[str]]


@pytest.fixture
def answer(store: SpoolStore) -> Answer:
    """An operator of the small spool in each kind of store."""
    a_spool(store)
    return Operator(store, FakeMachine()).answer


# --- layout (jes2.md 3.2, real answers) ----------------------------------------------------------


def keywords(text: str) -> list[tuple[str, str]]:
    """The keywords of a real answer; no value has a comma outside parentheses."""
    return [(k, v) for k, v in re.findall(r"(\w+)=(\([^)]*\)|[^,]*)", text)]


@pytest.mark.parametrize(
    ("message", "name", "column", "lines"),
    [
        pytest.param(
            messages.HASP893, "VOLUME(V31011)", answers.VOLUME_COLUMN,
            ["STATUS=ACTIVE,DSNAME=SYS1.HASPACE,", "SYSAFF=(ANY),TGNUM=15000,TGINUSE=473,",
             "TRKPERTGB=3,PERCENT=3,RESERVED=NO,", "MAPTARGET=NO"],
            id="volume",
        ),
        pytest.param(
            messages.HASP890, "JOB(MYJOB)", answers.JOB_COLUMN,
            ["STATUS=(AWAITING EXECUTION),CLASS=H,", "PRIORITY=9,SYSAFF=(ANY),HOLD=(JOB)"],
            id="job",
        ),
        pytest.param(
            messages.HASP842, "OUTCLASS(A)", 0,
            ["OUTPUT=PRINT,BLNKTRNC=YES,OUTDISP=(WRITE,WRITE),", "TRKCELL=YES"], id="outclass",
        ),
        pytest.param(
            messages.HASP892, "INIT(11)", answers.INIT_COLUMN,
            ["STATUS=INACTIVE,CLASS=S,NAME=K,ASID=0024"], id="initiator",
        ),
    ],
)  # fmt: skip
def test_real_answers_come_out_as_they_were(
    message: Message, name: str, column: int, lines: list[str]
) -> None:
    label, *shown = answers.shown(message, name, keywords("".join(lines)), column)
    begin = f"{message.id} {name:<{column or len(name) + 2}}"
    assert label == f"{message.id} {name}"
    assert shown == [
        (f"{message.id:<{len(begin)}}" if number else begin) + line
        for number, line in enumerate(lines)
    ]


@given(st.lists(st.tuples(st.text("AB", min_size=1), st.text("AB,() ")), max_size=9))
def test_lines_are_short_and_lose_nothing(pairs: list[tuple[str, str]]) -> None:
    _, *lines = answers.shown(messages.HASP890, "JOB(A)", pairs, answers.JOB_COLUMN)
    assert all(len(line) <= answers.WIDTH for line in lines)
    begin = len("$HASP890 ") + answers.JOB_COLUMN
    assert "".join(line[begin:] for line in lines) == ",".join(f"{k}={v}" for k, v in pairs)


# --- filters (jes2.md 3.1) -----------------------------------------------------------------------


@given(st.text("AB*?", max_size=8), st.text("AB", max_size=8))
def test_a_mask_is_any_string_or_one_character(mask: str, text: str) -> None:
    pattern = "".join({"*": ".*", "?": "."}.get(c, c) for c in mask)
    assert fits(mask, text) == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(
    ("operands", "found"),
    [
        pytest.param("OWNER=TEST", ["AWAY"], id="equal"),
        pytest.param("OWNER^=IBMUSER", ["AWAY"], id="not equal"),
        pytest.param("OWNER<>IBMUSER", ["AWAY"], id="not equal, spelled otherwise"),
        pytest.param("JM<CSSMTP", ["AWAY"], id="less"),
        pytest.param("JM>WAITA", ["WAITB"], id="greater"),
        pytest.param("JM=(WAIT?,AWAY)", ["AWAY", "WAITA", "WAITB"], id="any of a list"),
        pytest.param("JM=W*,CLASS=B", ["WAITB"], id="all filters"),
        pytest.param("Q=XEQ,CLASS=STC", ["CSSMTP"], id="asked of the store"),
        pytest.param("Q=(X*,C*),CLASS=S?C", ["CSSMTP"], id="masks the store does not know"),
        pytest.param("Q=PPU,Q=XEQ", [], id="the same filter twice"),
        pytest.param("JM=*B,JM=W*", ["WAITB"], id="two masks"),
        pytest.param("CC=(JCLERROR,ABENDED)", ["MAILB", "AWAY"], id="completion"),
        pytest.param("P<9", [], id="number"),
        pytest.param("P=(1,9),C=B", ["WAITB"], id="numbers"),
        pytest.param("/HOLD=NONE,C=B", ["WAITB"], id="a slash changes nothing in a display"),
    ],
)
def test_filters(answer: Answer, operands: str, found: list[str]) -> None:
    lines = answer(f"$D JQ,{operands},CC")
    assert [m[1] for line in lines if (m := re.search(r"JOB\((.*)\) +CC=", line))] == found


def test_a_slash_makes_a_filter_of_a_keyword_that_changes(
    store: SpoolStore, answer: Answer
) -> None:
    answer("$T O JQ,/Q=B,Q=A")
    assert [(g.jobname, g.sysout_class) for g in store.groups() if g.outgrp == "1.1.1"] == [
        ("MAILJOB", "A"), ("MAILB", "A"), ("AWAY", "A"), ("CSSMTP", "A"),
    ]  # fmt: skip


def test_all_beside_a_filter_is_ignored_by_a_display_and_refused_by_a_change(
    answer: Answer,
) -> None:
    assert answer("$D O JQ,ALL,Q=B,QUEUE") == answer("$D O JQ,Q=B,QUEUE")
    assert answer("$T O JQ,ALL,/Q=B,Q=A") == [messages.ALL_AND_FILTER.line(text="TO JQ")]


@pytest.mark.parametrize(
    "command", ["$T JQ,P=1", "$H J", "$A S", "$C JQ", "$P JQ", "$T O JQ,Q=A", "$O JQ", "$P O JQ",
                "$C O JQ"],
)  # fmt: skip
def test_nothing_is_changed_before_an_operator_said_what(
    store: SpoolStore, answer: Answer, command: str
) -> None:
    before = (store.jobs(), store.groups())
    assert answer(command)[0].startswith("JML042E")
    assert (store.jobs(), store.groups()) == before


def test_a_display_ends_at_dispmax(store: SpoolStore) -> None:
    a_spool(store)
    lines = Operator(store, FakeMachine(), dispmax=2).answer("$D JQ,CC")
    assert [line for line in lines if "CC=" in line][1:] == [
        "$HASP890 JOB(MAILB)     CC=(ABENDED,ABEND=(S0C7,U0000))"
    ]
    assert lines[-3:] == [
        "$HASP003 RC=(57),D JQ  - DISPLAY TERMINATED DUE",
        "$HASP003           TO EXCESSIVE OUTPUT (AS DEFINED BY",
        "$HASP003           CONDEF DISPMAX)",
    ]


def test_a_change_does_not_end_at_dispmax(store: SpoolStore) -> None:
    a_spool(store)
    lines = Operator(store, FakeMachine(), dispmax=2).answer("$H JQ,ALL")
    assert lines[-3].startswith("$HASP003 RC=(57)")
    assert all(job.held for job in store.jobs())


def test_subscripts_and_filters_must_all_fit(answer: Answer) -> None:
    lines = answer("$D O J(1-2,WAIT*),JM=*LB,OUTDISP;$D JQ(MAIL*),JM=*LB,CC")
    assert [line for line in lines if "=" in line] == [
        "$HASP686 OUTPUT(MAILB)     OUTGRP=1.1.1,OUTDISP=WRITE",
        "$HASP686 OUTPUT(MAILB)     OUTGRP=2.1.1,OUTDISP=LEAVE",
        "$HASP890 JOB(MAILB)     CC=(ABENDED,ABEND=(S0C7,U0000))",
    ]


def test_jobs_are_counted_by_queue(answer: Answer) -> None:
    """A held job is counted on HOLD, and output for another node on XMT as well."""
    answer("$H J5")
    assert [line.split()[1:3] for line in answer("$D Q")[:-1]] == [
        ["1", "XEQ"], ["1", "XEQ"], ["1", "XEQ"], ["3", "PPU"], ["1", "HOLD"], ["1", "XMT"],
    ]  # fmt: skip
    assert [line.split()[1:3] for line in answer("$D Q,R=LOCAL")[:-1]] == [["2", "PPU"]]


# --- output (jes2.md 1.3, 1.5, 2.5) --------------------------------------------------------------


def test_a_release_makes_write_of_hold_and_keep_of_leave(store: SpoolStore, answer: Answer) -> None:
    answer("$O JQ,ALL")
    assert {g.disposition for g in store.groups() if g.local} == {
        Disposition.WRITE, Disposition.KEEP,
    }  # fmt: skip


def test_output_for_another_node_is_not_held_here(store: SpoolStore, answer: Answer) -> None:
    assert "RC=(52)" in answer("$O J3")[0]
    assert "CANCELLED" in answer("$P O J3")[0]


def test_a_release_does_not_end_a_system_hold(store: SpoolStore, answer: Answer) -> None:
    with SapiSession(store, MAIL) as session:
        (file,) = session.select()
        session.dispose(file, Disposal.HOLD, Requeue(system_hold="failed"))
    assert "RELEASED" in answer("$O J1")[0]
    assert "HOLD=(SYS)" in "".join(answer("$D O J1,HOLD=SYS,HOLD"))
    answer("$T O J1,/HOLD=SYS,HOLD=-SYS")
    assert "RC=(52)" in answer("$D O J1,HOLD=SYS")[0]


def test_output_in_use_is_not_changed(store: SpoolStore, answer: Answer) -> None:
    with SapiSession(store, MAIL) as session:
        assert session.select()[0].jobname == "MAILJOB"
        (line,) = answer("$T O J1,OUTGRP=1.1.1,Q=A")
        assert re.fullmatch(
            r"JOB00001  JML044W OUTPUT\(MAILJOB\) OUTGRP=1.1.1 NOT CHANGED: IN USE BY \w+, OR GONE",
            line,
        )
    assert "QUEUE=A" in "".join(answer("$T O J1,OUTGRP=1.1.1,Q=A"))


def test_output_in_use_is_cancelled_when_it_is_let_go(store: SpoolStore, answer: Answer) -> None:
    with SapiSession(store, MAIL) as session:
        (file,) = session.select()
        assert answer("$P O J1") == ["JOB00001  $HASP686 OUTPUT(MAILJOB)   OUTGRP=1.1.1 CANCELLED"]
        assert session.read(file)
    assert [g.outgrp for g in store.groups() if g.jobname == "MAILJOB"] == ["2.1.1"]


def test_another_destination_is_another_route(store: SpoolStore, answer: Answer) -> None:
    answer("$T O J1,/Q=B,D=N2.CSSMTP")
    with SapiSession(store, MAIL) as session:
        assert session.select()[0].jobname == "MAILB"
        assert session.select() == ()


def test_a_class_can_change_for_data_sets_to_come(store: SpoolStore) -> None:
    machine = FakeMachine()
    Operator(store, machine).answer("$T OUTCLASS(A-B,C),OUTDISP=H;$T OUTCLASS(C),OUTDISP=H")
    assert machine.classes[SysoutClass("C")].outdisp.abnormal is Disposition.HOLD
    assert machine.classes[SysoutClass("A")].outdisp.normal is Disposition.WRITE


# --- jobs (jes2.md 1.5, 1.6) ---------------------------------------------------------------------


def test_the_output_of_a_held_job_is_not_offered(store: SpoolStore, answer: Answer) -> None:
    answer("$H J1-3")
    with SapiSession(store, MAIL) as session:
        assert session.select() == ()
        answer("$A J(MAILB)")
        assert session.select()[0].jobname == "MAILB"


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked_to_end(
    store: SpoolStore, answer: Answer
) -> None:
    answer("$C J4-5")
    assert store.asked_to_end() == ["JOB00004"]
    assert [job.jobname for job in store.jobs() if job.phase is Phase.EXECUTION] == [
        "RUNS", "WAITB", "CSSMTP",
    ]  # fmt: skip


def test_the_output_of_a_cancelled_job_stays_unless_it_is_purged_too(
    store: SpoolStore, answer: Answer
) -> None:
    spooled(store, store.jobs()[3].jobid, a_dataset())
    answer("$C J4")
    assert "RUNS" in [group.jobname for group in store.groups()]
    answer("$C J4,P")
    assert "RUNS" not in [group.jobname for group in store.groups()]


def test_a_purged_job_goes_when_nobody_has_it_in_hand(store: SpoolStore, answer: Answer) -> None:
    with SapiSession(store, MAIL) as session:
        session.select()
        assert "PURGE=YES" in answer("$P J1")[2]
    while store.free():
        pass
    assert "RC=(52)" in answer("$D J1")[0]


def test_only_a_job_that_waits_gets_another_class(store: SpoolStore, answer: Answer) -> None:
    answer("$T J4,C=X,P=1;$T J5,C=X")
    found = {str(job.jobname): (job.job_class, job.priority) for job in store.jobs()}
    assert found["RUNS"] == ("A", 1)
    assert found["WAITA"] == ("X", 9)


# --- the system ----------------------------------------------------------------------------------


def test_jes2_says_when_it_is_idle(store: SpoolStore) -> None:
    machine = FakeMachine()
    operator = Operator(store, machine)
    assert operator.answer("$P") == ["$HASP000 OK", "$HASP099 ALL AVAILABLE FUNCTIONS COMPLETE"]
    assert not machine.on
    machine.dormant = False
    assert operator.answer("$S;$P JES2") == [
        "$HASP000 OK", "$HASP607 JES2 NOT DORMANT -- MEMBER DRAINING",
    ]  # fmt: skip
    assert machine.on


def test_a_member_that_an_operator_gives_up_is_taken_over(postgres_server: str) -> None:
    conninfo = new_database(postgres_server)
    ours, theirs = open_postgres(conninfo, "SYSA"), open_postgres(conninfo, "SYSB")
    jobid = ours.add_job(a_job())
    spooled(ours, jobid, a_dataset())
    ended(ours, jobid)
    assert SapiSession(theirs, MAIL).select()
    operator = Operator(ours, FakeMachine())
    assert SapiSession(ours, MAIL).select() == ()
    assert operator.answer("$E MEMBER(SYSB)") == ["JML048I MEMBER(SYSB) IS TAKEN OVER BY SYS1"]
    assert SapiSession(ours, MAIL).select()
    theirs.close()
    ours.close()


def test_a_spool_that_failed_is_an_answer(store: SpoolStore) -> None:
    operator = Operator(store, FakeMachine())
    store.close()
    assert operator.answer("$D JQ;$D A,L")[0].startswith("JML006E the spool ")
