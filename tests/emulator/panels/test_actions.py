"""Every action makes commands that a real operator carries out (spool-ui.md 1.4)."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from emulator.panels.actions import find
from emulator.panels.panels import PANELS
from emulator.panels.tables_system import job_classes, out_classes, volumes
from emulator.panels.values import Kind, Refused
from jes.job import Phase
from jes.sapi import SapiSession
from jes.sysout import Disposition
from jes.views import GroupView, JobFilter, JobView
from tests.emulator.panels.spool import MAIL, SYSTEM_HELD, Bench

REFUSED = re.compile(r"\$HASP(003|649|650)|JML0\d\dE")
OWN = {"browse", "datasets", "jcl", "attributes", "delay", "save", "open"}


def done(bench: Bench, panel: str, characters: str, row: Any) -> str:
    """Do an action; the command that it made."""
    action = find(PANELS[panel], characters)
    assert action.command is not None
    command = action.command(row)
    answer = bench.answer(command)
    assert not REFUSED.search(answer), (command, answer)
    return command


def gone(bench: Bench, name: str) -> bool:
    return not bench.groups(name)


JOBS: list[tuple[str, str, str, str, Callable[[Bench, JobView], bool]]] = [
    ("ST", "A", "WAITA", "$AJ5", lambda b, j: not b.job(j.jobname).held),
    ("ST", "H", "WAITA", "$HJ5", lambda b, j: b.job(j.jobname).held),
    ("I", "H", "WAITB", "$HJ6", lambda b, j: b.job(j.jobname).held),
    ("ST", "C", "WAITA", "$CJ5", lambda b, j: not b.store.jobs(JobFilter(names=(j.jobname,)))),
    ("DA", "C", "RUNS", "$CJ4", lambda b, j: b.job(j.jobname).cancelled),
    ("ST", "CP", "MAILJOB", "$CJ1,P", lambda b, j: gone(b, j.jobname)),
    ("ST", "P", "MAILJOB", "$PJ1", lambda b, j: gone(b, j.jobname)),
    ("ST", "O", "MAILJOB", "$OJ1,ALL",
     lambda b, j: {g.disposition for g in b.groups(j.jobname)} == {Disposition.WRITE}),
    ("ST", "OK", "MAILJOB", "$TOJ1,/OUTDISP=(HOLD,LEAVE),OUTDISP=KEEP",
     lambda b, j: b.group("MAILJOB", "2.1.1").disposition is Disposition.KEEP
     and b.group("MAILJOB", "1.1.1").disposition is Disposition.WRITE),
    ("ST", "D", "MAILJOB", "$DJ1", lambda b, j: True),
    ("ST", "DL", "MAILJOB", "$DJ1,LONG", lambda b, j: True),
    ("ST", "L", "MAILJOB", "$LJ1", lambda b, j: True),
    ("ST", "LL", "MAILJOB", "$DOJ1,LONG", lambda b, j: True),
]  # fmt: skip


@pytest.mark.parametrize(("panel", "characters", "name", "command", "changed"), JOBS)
def test_actions_on_jobs(
    bench: Bench,
    panel: str,
    characters: str,
    name: str,
    command: str,
    changed: Callable[[Bench, JobView], bool],
) -> None:
    job = bench.job(name)
    if characters == "A":
        bench.answer("$HJ5")
    assert done(bench, panel, characters, job) == command
    assert changed(bench, job)


def test_stop_on_da_stops_a_started_task_and_purges_a_job(bench: Bench) -> None:
    task = bench.job("CSSMTP")
    running = replace(task, active="SYS1")
    assert done(bench, "DA", "P", running) == "P CSSMTP"
    assert done(bench, "DA", "P", bench.job("RUNS")) == "$PJ4"


OUTPUT: list[tuple[tuple[str, str], str, str, str, Callable[[GroupView], bool]]] = [
    (("H", "A"), "MAILJOB", "2.1.1", "$OJ1,OUTGRP=2.1.1",
     lambda g: g.disposition is Disposition.WRITE),
    (("H", "A"), "MAILB", "2.1.1", "$OJ2,OUTGRP=2.1.1",
     lambda g: g.disposition is Disposition.KEEP),
    (("H", "A"), SYSTEM_HELD, "*",
     "$OJ7,OUTGRP=2.1.1;$TOJ7,OUTGRP=2.1.1,HOLD=NONE",
     lambda g: g.system_hold is None and g.disposition is Disposition.WRITE),
    (("H", "O"), SYSTEM_HELD, "*", "$TOJ7,OUTGRP=2.1.1,OUTDISP=WRITE,HOLD=NONE",
     lambda g: g.system_hold is None and g.disposition is Disposition.WRITE),
    (("H", "OK"), "MAILJOB", "2.1.1", "$TOJ1,OUTGRP=2.1.1,OUTDISP=KEEP",
     lambda g: g.disposition is Disposition.KEEP),
    (("O", "H"), "MAILJOB", "1.1.1", "$TOJ1,OUTGRP=1.1.1,HOLD=OPER", lambda g: g.operator_hold),
    (("O", "L"), "MAILJOB", "1.1.1", "$LJ1,OUTGRP=1.1.1", lambda g: True),
    (("O", "LL"), "MAILJOB", "1.1.1", "$DOJ1,OUTGRP=1.1.1,LONG", lambda g: True),
]  # fmt: skip


@pytest.mark.parametrize(("action", "name", "outgrp", "command", "changed"), OUTPUT)
def test_actions_on_output(
    bench: Bench,
    action: tuple[str, str],
    name: str,
    outgrp: str,
    command: str,
    changed: Callable[[GroupView], bool],
) -> None:
    group = bench.group(name, outgrp)
    assert done(bench, *action, group) == command
    assert changed(bench.group(name, group.outgrp))


@pytest.mark.parametrize(
    ("panel", "characters", "outgrp"),
    [("O", "P", "1.1.1"), ("O", "C", "1.1.1"), ("H", "P", "2.1.1")],
)
def test_purging_output_takes_one_group(
    bench: Bench, panel: str, characters: str, outgrp: str
) -> None:
    done(bench, panel, characters, bench.group("MAILJOB", outgrp))
    assert len(bench.groups("MAILJOB")) == 1
    assert bench.group("MAILJOB").outgrp != outgrp


def test_actions_on_data_sets_are_about_their_groups(bench: Bench) -> None:
    first, second = bench.store.datasets(bench.job("MAILJOB").jobid)
    assert done(bench, "JDS", "OK", second) == "$TOJ1,OUTGRP=2.1.1,OUTDISP=KEEP"
    assert bench.group("MAILJOB", "2.1.1").disposition is Disposition.KEEP
    assert done(bench, "JDS", "P", first) == "$POJ1,OUTGRP=1.1.1"
    assert done(bench, "JDS", "C", second) == "$COJ1,OUTGRP=2.1.1"
    assert gone(bench, "MAILJOB")


def test_actions_on_the_system(bench: Bench) -> None:
    one = bench.machine.initiators()[1]
    for characters, status in (("P", "DRAINED"), ("S", "INACTIVE"), ("Z", "DRAINED")):
        done(bench, "INIT", characters, one)
        assert bench.machine.initiators()[1].status == status
    done(bench, "INIT", "D", one)
    (volume,) = volumes(bench.store.space())
    for action in PANELS["SP"].actions:
        done(bench, "SP", action.character, volume)
    for row in out_classes(bench.machine.outclasses()):
        done(bench, "OC", "D", row)
    rows = job_classes(bench.store.queues(), [], bench.machine.initiators())
    assert "$D JQ,CLASS=A,QUEUE=XEQ" in [done(bench, "JC", "D", row) for row in rows]


def test_what_cannot_be_done_to_a_row_is_refused(bench: Bench) -> None:
    ready = bench.group("MAILJOB", "1.1.1")
    release = find(PANELS["H"], "A").command
    assert release is not None
    with pytest.raises(Refused, match="IS NOT HELD"):
        release(ready)
    with pytest.raises(Refused, match="RELEASE THE JOB"):
        release(replace(ready, job_hold=True))
    with pytest.raises(Refused, match="NO COMMAND CAN NAME GROUP"):
        release(replace(ready, disposition=Disposition.HOLD, outgrp="1.1.1,ALL;$PJQ,ALL"))
    with SapiSession(bench.store, MAIL) as session:
        assert session.select()
        held = find(PANELS["O"], "H").command
        assert held is not None
        with pytest.raises(Refused, match="IS SELECTED"):
            held(bench.group("MAILJOB", "1.1.1"))
    loose = replace(bench.store.datasets(bench.job("MAILJOB").jobid)[0], outgrp=None)
    purge = find(PANELS["JDS"], "P").command
    assert purge is not None
    with pytest.raises(Refused, match="IN NO OUTPUT GROUP"):
        purge(loose)


@pytest.mark.parametrize(
    ("panel", "characters", "message"),
    [
        ("ST", "E", "E: A JOB RUNS ONCE HERE: SUBMIT IT AGAIN"),
        ("O", "xs", "XS: OUTPUT IS SAVED TO A FILE: USE X"),
        ("O", "O", "O: OUTPUT ON THIS PANEL IS NOT HELD"),
        ("SP", "PC", "PC: SPOOL1 IS THE ONLY VOLUME: IT STAYS ACTIVE"),
        ("ST", "%MYEXEC", "%MYEXEC: THERE IS NO REXX HERE"),
        ("INIT", "Q", "Q IS NOT AN ACTION OF INIT: S,P,Z,D"),
        ("INIT", "\x1b[2J", ".[2J IS NOT AN ACTION OF INIT: S,P,Z,D"),
    ],
)
def test_what_is_no_action_here_says_why(panel: str, characters: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        find(PANELS[panel], characters)
    assert str(refused.value) == message


def test_every_action_makes_a_command_or_is_the_panels_own() -> None:
    for panel in PANELS.values():
        characters = [action.character for action in panel.actions]
        assert len(set(characters)) == len(characters)
        for action in panel.actions:
            assert (action.name in OWN) is (action.command is None)
            assert action.help
            assert find(panel, f" {action.character.lower()} ") is action


def test_what_destroys_asks_first() -> None:
    for panel in PANELS.values():
        if panel.kind is not Kind.FACTS:
            asking = {action.character for action in panel.actions if action.destructive}
            assert asking == {"C", "CP", "P"} & {action.character for action in panel.actions}


def test_a_job_that_does_not_run_says_why(bench: Bench) -> None:
    from emulator.panels.wording import delays

    waits = bench.job("WAITB")
    free = bench.machine.initiators()
    busy = [replace(one, jobid=waits.jobid) for one in free]
    assert delays(waits, free) == ()
    assert delays(waits, busy) == ("THE INITIATORS OF CLASS B ARE BUSY",)
    assert delays(replace(waits, held=True), free) == ("THE JOB IS HELD",)
    assert delays(replace(waits, job_class="C"), free) == ("NO INITIATOR TAKES CLASS C",)
    assert delays(waits, free, processing=False) == ("JES2 IS STOPPED ($P)",)
    assert delays(replace(waits, phase=Phase.HARDCOPY), []) == ()
