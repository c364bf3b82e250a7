"""What panels show (spool-ui.md 1.3)."""

from dataclasses import replace
from typing import Any

import pytest

from emulator.panels.criteria import plan
from emulator.panels.panels import PANELS, of_job, of_space, title
from emulator.panels.tables_system import MENU_ROWS, job_classes, out_classes, volumes
from emulator.panels.values import Kind, Refused, View
from emulator.panels.wording import described, group_status, is_held, job_status
from jes.job import Phase
from jes.names import SysoutClass
from jes.sapi import SapiSession
from jes.views import GroupFilter, GroupView, JobFilter, JobView, Queue, Space
from tests.emulator.panels.spool import MAIL, Bench

HOSTILE = "\x1b[31m\u202e[/]\x00\n"


def rows_of(bench: Bench, panel: str, view: View = View()) -> list[Any]:  # noqa: B008
    """What a panel shows: what its plan asks the spool for, and tests."""
    made = plan(PANELS[panel], view)
    found: list[Any] = []
    if isinstance(made.wanted, JobFilter):
        found += bench.store.jobs(made.wanted)
    elif isinstance(made.wanted, GroupFilter):
        found += bench.store.groups(made.wanted)
    return [row for row in found if made.fits is None or made.fits(row)]


def shown(panel: str, row: object) -> dict[str, str]:
    return {column.title: column.show(row) for column in PANELS[panel].columns}


def test_each_panel_has_its_jobs_and_its_output(bench: Bench) -> None:
    names = {panel: {row.jobname for row in rows_of(bench, panel)} for panel in ("ST", "I", "DA")}
    assert {"MAILJOB", "WAITA", "RUNS", "CSSMTP"} <= names["ST"]
    assert {"WAITA", "WAITB"} <= names["I"]
    assert "MAILJOB" not in names["I"]
    assert "WAITA" not in names["DA"]
    assert {"RUNS", "CSSMTP"} <= names["DA"]
    groups = {panel: {(g.jobname, g.outgrp) for g in rows_of(bench, panel)} for panel in "OH"}
    assert ("MAILJOB", "1.1.1") in groups["O"]
    assert {("MAILJOB", "2.1.1"), ("BADMAIL", "2.1.1")} <= groups["H"]
    assert not groups["O"] & groups["H"]
    assert len(groups["O"] | groups["H"]) == len(bench.store.groups())
    assert all(is_held(group) for group in rows_of(bench, "H"))
    assert not any(is_held(group) for group in rows_of(bench, "O"))


def test_output_in_hand_stays_on_its_panel_and_says_so(bench: Bench) -> None:
    with SapiSession(bench.store, MAIL) as session:
        assert session.select()
        (busy,) = [group for group in rows_of(bench, "O") if group.busy]
        assert shown("O", busy)["Status"] == "SELECTED"
        assert shown("O", busy)["SysID"] == busy.busy


def test_a_job_in_its_row(bench: Bench) -> None:
    row = shown("ST", bench.job("MAILB"))
    assert list(row)[:10] == [
        "JOBNAME", "JobID", "Owner", "Prty", "Queue", "C", "Status", "Max-RC", "ASys",
        "Rd-DateTime",
    ]  # fmt: skip
    assert row | {"End-DateTime": "", "Queued": ""} == {
        "JOBNAME": "MAILB", "JobID": "JOB00002", "Owner": "IBMUSER", "Prty": "9",
        "Queue": "PRINT", "C": "A", "Status": "AWAITING HARDCOPY", "Max-RC": "ABEND S0C7",
        "ASys": "", "Rd-DateTime": "2024-01-31 06:10:00", "End-DateTime": "", "Type": "JOB",
        "JNum": "2", "Hold": "NO", "Notify": "", "SAff": "ANY", "Queued": "",
    }  # fmt: skip


def test_an_output_group_in_its_row(bench: Bench) -> None:
    row = shown("H", bench.group("BADMAIL"))
    assert list(row)[:8] == [
        "JOBNAME", "JobID", "Owner", "Prty", "C", "ODisp", "Dest", "Tot-Rec",
    ]  # fmt: skip
    assert list(shown("O", bench.group("MAILJOB")))[:8] == [
        "JOBNAME", "JobID", "Owner", "Prty", "C", "Forms", "Dest", "Tot-Rec",
    ]  # fmt: skip
    assert (row["Status"], row["Output-Hold-Text"]) == ("HELD BY SYSTEM", "NO SUCH MAILBOX")
    assert (row["Forms"], row["FCB"], row["PrMode"], row["Burst"]) == ("STD", "****", "LINE", "NO")
    assert (row["O-Grp-N"], row["OGID1"], row["OGID2"]) == ("2", "1", "1")


def test_status_in_words(bench: Bench) -> None:
    job = bench.job("WAITA")
    assert job_status(job) == "AWAITING EXECUTION"
    assert job_status(replace(job, held=True)) == "HELD"
    running = replace(job, active="SYS1")
    assert job_status(running) == "EXECUTING"
    assert job_status(replace(running, cancelled=True)) == "EXECUTING, CANCELLED"
    assert job_status(replace(job, phase=Phase.OUTPUT, purging=True)) == "AWAITING PURGE"
    group = bench.group("MAILJOB", "1.1.1")
    assert group_status(group) == "READY"
    assert group_status(replace(group, operator_hold=True)) == "HELD BY OPERATOR"
    assert group_status(replace(group, job_hold=True)) == "HELD WITH ITS JOB"
    assert group_status(replace(group, local=False)) == "AWAITING XMIT"
    assert group_status(bench.group("MAILJOB", "2.1.1")) == "HELD"


def test_the_widths_hold_what_is_usual(bench: Bench) -> None:
    for panel in ("ST", "I", "DA", "O", "H"):
        for row in rows_of(bench, panel):
            for column in PANELS[panel].columns:
                assert len(column.show(row)) <= column.width, column.title


def test_what_is_stored_is_what_rows_are_sorted_by(bench: Bench) -> None:
    views: list[JobView | GroupView] = [*bench.store.jobs(), *bench.store.groups()]
    for panel in PANELS.values():
        for column in panel.columns:
            if column.stored is None or column.value is None:
                continue
            kind = JobView if panel.kind is Kind.JOBS else GroupView
            for view in views:
                if isinstance(view, kind):
                    stored = getattr(view, column.stored)
                    assert column.value(view) == ("" if stored is None else stored)


def test_nothing_hostile_reaches_the_terminal(bench: Bench) -> None:
    rows: list[tuple[str, object]] = [
        ("ST", replace(bench.job("WAITA"), job_class=HOSTILE, retcode=HOSTILE, active=HOSTILE,
                       submitted=HOSTILE, ended=HOSTILE, entered=HOSTILE)),
        ("H", replace(bench.group("BADMAIL"), dest=HOSTILE, forms=HOSTILE, fcb=HOSTILE,
                      ucs=HOSTILE, flash=HOSTILE, prmode=HOSTILE, system_hold=HOSTILE,
                      outgrp=HOSTILE, busy=HOSTILE, created=HOSTILE)),
        ("JDS", replace(bench.store.datasets(bench.job("MAILB").jobid)[0], dsname=HOSTILE,
                        stepname=HOSTILE, procstep=HOSTILE, outgrp=HOSTILE)),
    ]  # fmt: skip
    for panel, row in rows:
        for column in PANELS[panel].columns:
            assert column.show(row).isprintable()
        assert described(PANELS[panel].columns, row).isprintable()
    assert title(PANELS["JDS"], View(), HOSTILE).isprintable()


@pytest.mark.parametrize(
    ("panel", "parameter", "text"),
    [
        ("O", "", "SDSF OUTPUT ALL CLASSES ALL FORMS"),
        ("O", "BK STD", "SDSF OUTPUT CLASSES BK FORMS STD"),
        ("H", "PAY*", "SDSF HELD OUTPUT DISPLAY ALL CLASSES JOBS PAY*"),
        ("ST", "", "SDSF STATUS DISPLAY ALL CLASSES"),
        ("ST", "AB *", "SDSF STATUS DISPLAY CLASSES AB"),
        ("I", "AC * H", "SDSF INPUT QUEUE DISPLAY CLASSES AC H"),
        ("DA", "OJOB", "SDSF DA OJOB"),
        ("SP", "", "SDSF SPOOL DISPLAY"),
    ],
)
def test_titles(panel: str, parameter: str, text: str) -> None:
    assert title(PANELS[panel], View(parameter=parameter)) == text


def test_titles_of_one_job_and_of_the_spool(bench: Bench) -> None:
    job = bench.job("MAILJOB")
    text = title(PANELS["JDS"], View(), of_job(job))
    assert text == "SDSF JOB DATA SET DISPLAY - JOB MAILJOB (JOB00001)"
    space = Space(119_760 * 6 + 1, 119_760 * 100, 3)
    assert title(PANELS["SP"], View(), of_space("SYS1", space)) == (
        "SDSF SPOOL DISPLAY (SYS1)  6% ACT 100 FRE 93"
    )


def test_rows_of_the_system(bench: Bench) -> None:
    (volume,) = volumes(Space(119_760 * 6 + 1, 119_760 * 100, 3))
    assert list(shown("SP", volume).values()) == ["SPOOL1", "ACTIVE", "6", "100", "7", "ANY", "3"]
    first = shown("INIT", bench.machine.initiators()[0])
    assert list(first.values()) == ["1", "INACTIVE", "AB", "", ""]
    classes = {row.sysout_class: shown("OC", row) for row in out_classes(bench.machine.classes)}
    assert list(classes[SysoutClass("H")].values()) == [
        "H", "HOLD", "HOLD", "PRINT", "YES", "YES"
    ]  # fmt: skip
    assert {row.name for row in MENU_ROWS} > {"ST", "O", "H", "CSSMTP", "LOG"}
    assert shown("MENU", MENU_ROWS[0])["NAME"] == "ST"


def test_job_classes_count_what_waits_runs_and_is_held(bench: Bench) -> None:
    queues = [
        Queue(Phase.EXECUTION, "A", False, 3), Queue(Phase.EXECUTION, "A", True, 2),
        Queue(Phase.HARDCOPY, "A", False, 9), Queue(Phase.EXECUTION, "LONGRUN", False, 1),
    ]  # fmt: skip
    running = [replace(bench.job("RUNS"), active="SYS1")]
    rows = job_classes(queues, running, bench.machine.initiators())
    assert [list(shown("JC", row).values()) for row in rows] == [
        ["A", "2", "1", "2", "1,2,3"], ["B", "0", "0", "0", "1,2,3"],
        ["LONGRUN", "1", "0", "0", ""],
    ]  # fmt: skip


def test_columns_are_found_by_title_name_or_beginning() -> None:
    panel = PANELS["ST"]
    assert panel.column("MAX").title == "Max-RC"
    assert panel.column("jname").title == "JOBNAME"
    assert panel.column("c").title == "C"
    with pytest.raises(Refused, match="IS NOT A COLUMN"):
        panel.column("XYZ")
    for one in PANELS.values():
        titles = [column.title.upper() for column in one.columns]
        assert len(set(titles)) == len(titles)
        assert one.help


def test_a_held_job_holds_its_output(bench: Bench) -> None:
    bench.answer("$HJ1")
    assert {g.outgrp for g in rows_of(bench, "H") if g.jobname == "MAILJOB"} == {"1.1.1", "2.1.1"}
