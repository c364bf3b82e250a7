"""Actions in NP: each is an operator command, and does to the spool what that command does."""

from collections.abc import Callable

import pytest

from emulator.ui.screens.asking import Confirm
from jes.sysout import Disposition
from tests.emulator.ui.desk import LARGE, SMALL, Desk, Hands, Work, at_desk

State = Callable[[Desk], object]


def _disposition(desk: Desk) -> str:
    return desk.group("PAYKEEP", "C").disposition.value


JOB_ACTIONS: list[tuple[str, str, str, State]] = [
    ("H", "PAYWAIT", "$HJ6", lambda desk: desk.job("PAYWAIT").held),
    ("A", "STOPPED", "$AJ8", lambda desk: not desk.job("STOPPED").held),
    ("D", "PAYMAIL", "$DJ1", lambda desk: "PAYMAIL" in desk.jobs()),
    ("DL", "PAYMAIL", "$DJ1,LONG", lambda desk: "PAYMAIL" in desk.jobs()),
    ("L", "PAYMAIL", "$LJ1", lambda desk: len(desk.groups("PAYMAIL")) == 2),
    ("LL", "PAYMAIL", "$DOJ1,LONG", lambda desk: len(desk.groups("PAYMAIL")) == 2),
    ("O", "PAYKEEP", "$OJ3,ALL", lambda desk: _disposition(desk) == "KEEP"),
    ("OK", "PAYMAIL", "$TOJ1,/OUTDISP=(HOLD,LEAVE),OUTDISP=KEEP",
     lambda desk: desk.group("PAYMAIL", "H").disposition is Disposition.KEEP),
]  # fmt: skip
DESTRUCTIVE: list[tuple[str, str, str, State]] = [
    ("P", "PAYWAIT", "$PJ6", lambda desk: "PAYWAIT" not in desk.jobs()),
    ("C", "PAYWAIT", "$CJ6", lambda desk: "PAYWAIT" not in desk.jobs()
     or desk.job("PAYWAIT").cancelled),
    ("CP", "PAYWAIT", "$CJ6,P", lambda desk: "PAYWAIT" not in desk.jobs()),
    ("P", "PAYMAIL", "$PJ1", lambda desk: desk.job("PAYMAIL").purging),
]  # fmt: skip
GROUP_ACTIONS: list[tuple[str, str, tuple[str, ...], str, State]] = [
    ("O", "H", ("PAYMAIL",), "$TOJ1,OUTGRP=2.1.1,OUTDISP=WRITE",
     lambda desk: desk.group("PAYMAIL", "H").disposition is Disposition.WRITE),
    ("OK", "H", ("BADMAIL", "H"), "$TOJ2,OUTGRP=2.1.1,OUTDISP=KEEP",
     lambda desk: desk.group("BADMAIL", "H").disposition is Disposition.KEEP),
    ("A", "H", ("PAYKEEP",), "$OJ3,OUTGRP=1.1.1", lambda desk: _disposition(desk) == "KEEP"),
    ("O", "H", ("BADMAIL", "B"), "$TOJ2,OUTGRP=3.1.1,OUTDISP=WRITE,HOLD=NONE",
     lambda desk: desk.group("BADMAIL").system_hold is None),
    ("L", "O", ("PAYMAIL", "B"), "$LJ1,OUTGRP=1.1.1", lambda desk: desk.group("PAYMAIL")),
    ("H", "O", ("PAYMAIL", "B"), "$TOJ1,OUTGRP=1.1.1,HOLD=OPER",
     lambda desk: desk.group("PAYMAIL").operator_hold),
]  # fmt: skip


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "132x43"])
def test_an_action_on_a_job_is_its_command(desk: Desk, size: tuple[int, int]) -> None:
    """spool-ui.md 1.4: the command and the first line of its answer stand in the title."""

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        for action, job, command, state in JOB_ACTIONS:
            desk.commands.clear()
            await hands.act(action.lower(), job)
            await hands.gives(command)
            await hands.says(command[:20])
            assert state(desk), command

    at_desk(desk, work, size)


@pytest.mark.parametrize(("action", "job", "command", "state"), DESTRUCTIVE)
def test_what_destroys_is_asked_for_and_done(
    desk: Desk, action: str, job: str, command: str, state: State
) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act(action, job)
        await hands.sees(command)
        assert desk.commands == []
        await hands.press("y")
        await hands.gives(command)
        await hands.until(lambda: state(desk))
        if job not in desk.jobs():
            await hands.until(lambda: job not in hands.names(), "the row is still there")

    at_desk(desk, work)


@pytest.mark.parametrize("no", ["n", "enter", "escape", "f3", "ctrl+c"])
def test_no_leaves_everything_as_it_was_and_takes_the_action_away(desk: Desk, no: str) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("p", "PAYMAIL")
        await hands.sees("$PJ1")
        await hands.press(no)
        await hands.says("NOTHING WAS DONE")
        assert desk.commands == []
        assert "PAYMAIL" in desk.jobs()
        assert not hands.table.typed

    at_desk(desk, work)


def test_set_confirm_off_asks_no_more(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("SET CONFIRM OFF")
        await hands.says("CONFIRM IS OFF")
        await hands.act("p", "PAYMAIL")
        await hands.gives("$PJ1")
        assert not isinstance(hands.app.screen, Confirm)
        await hands.until(lambda: desk.job("PAYMAIL").purging)

    at_desk(desk, work)


def test_an_action_on_an_output_group_is_its_command(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        for action, panel, cells, command, state in GROUP_ACTIONS:
            desk.commands.clear()
            await hands.open(panel)
            await hands.act(action, *cells)
            await hands.gives(command)
            assert state(desk), command

    at_desk(desk, work)


def test_released_output_moves_from_h_to_o(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("H")
        held = hands.table.count
        await hands.act("o", "BADMAIL", "B")
        await hands.until(lambda: hands.table.count == held - 1)
        await hands.open("O", "BADMAIL", "PAYMAIL", "SALES")

    at_desk(desk, work)


def test_output_of_a_job_is_purged_and_the_other_of_it_stays(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("O")
        await hands.act("p", "PAYMAIL")
        await hands.sees("$POJ1,OUTGRP=1.1.1")
        await hands.press("y")
        await hands.until(lambda: "PAYMAIL" not in hands.names())
        assert [one.sysout_class for one in desk.groups("PAYMAIL")] == ["H"]

    at_desk(desk, work)


def test_a_block_does_the_same_to_all_rows_between(desk: Desk) -> None:
    """`//h` on the first row, `//` on the last; commands from the top down."""

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.np("//h", "PAYWAIT")
        await hands.np("//", "STOPPED")
        await hands.press("enter")
        await hands.gives("$HJ6", "$HJ7", "$HJ8")
        assert all(desk.job(name).held for name in ("PAYWAIT", "OTHER", "STOPPED"))
        await hands.says("(3 OF 3)")

    at_desk(desk, work)


def test_an_open_block_does_nothing_and_the_cursor_goes_there(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.np("//h", "PAYWAIT")
        hands.go_to("PAYMAIL")
        await hands.press("enter")
        await hands.until(lambda: hands.message)
        assert desk.commands == []
        row = hands.table.row_at(hands.table.cursor_index)
        assert row is not None
        assert row.jobname == "PAYWAIT"

    at_desk(desk, work)


def test_the_equals_sign_repeats_the_action_before(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("h", "PAYWAIT")
        await hands.gives("$HJ6")
        await hands.act("=", "OTHER")
        await hands.gives("$HJ6", "$HJ7")
        assert desk.job("OTHER").held

    at_desk(desk, work)


def test_one_wrong_action_of_several_lets_none_happen(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.np("h", "PAYWAIT")
        await hands.np("zz", "OTHER")
        await hands.press("enter")
        await hands.says("ZZ IS NOT AN ACTION OF ST")
        assert desk.commands == []
        assert sorted(hands.table.typed.np.values()) == ["h", "zz"]

    at_desk(desk, work)


def test_np_is_wider_until_reset(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("+9", "PAYMAIL")
        await hands.until(lambda: hands.table.np_width == 9)
        await hands.command("RESET")
        await hands.until(lambda: hands.table.np_width == 4)
        assert desk.commands == []

    at_desk(desk, work)


# --- typing over cells --------------------------------------------------------------------------


OVERTYPES: list[tuple[str, tuple[str, ...], str, str, str, State]] = [
    ("ST", ("PAYMAIL",), "Prty", "12", "$TJ1,P=12", lambda desk: desk.job("PAYMAIL").priority),
    ("ST", ("PAYWAIT",), "C", "b", "$TJ6,C=B", lambda desk: desk.job("PAYWAIT").job_class),
    ("O", ("PAYMAIL",), "Dest", "ops", "$TOJ1,OUTGRP=1.1.1,D=OPS",
     lambda desk: desk.group("PAYMAIL").dest),
    ("H", ("BADMAIL", "B"), "C", "c", "$TOJ2,OUTGRP=3.1.1,Q=C",
     lambda desk: desk.group("BADMAIL", "C").sysout_class),
    ("O", ("PAYMAIL",), "Wtr", "MAIL2", "$TOJ1,OUTGRP=1.1.1,W=MAIL2",
     lambda desk: desk.group("PAYMAIL").writer),
    ("O", ("PAYMAIL",), "Prty", "200", "$TOJ1,OUTGRP=1.1.1,P=200",
     lambda desk: desk.group("PAYMAIL").priority),
    ("O", ("PAYMAIL",), "ODisp", "hold", "$TOJ1,OUTGRP=1.1.1,OUTDISP=HOLD",
     lambda desk: desk.group("PAYMAIL").disposition.value),
    ("H", ("PAYKEEP",), "ODisp", "write", "$TOJ3,OUTGRP=1.1.1,OUTDISP=WRITE",
     lambda desk: desk.group("PAYKEEP", "C").disposition.value),
]  # fmt: skip


def test_a_cell_typed_over_is_its_command(desk: Desk) -> None:
    """spool-ui.md 1.3: what can be typed over, and into which command it turns."""

    async def work(hands: Hands) -> None:
        for panel, cells, column, text, command, state in OVERTYPES:
            desk.commands.clear()
            await hands.open(panel)
            await hands.overtype(column, text, *cells)
            assert desk.commands == []
            await hands.press("enter")
            await hands.gives(command)
            assert str(state(desk)) == text.upper(), command

    at_desk(desk, work)


@pytest.mark.parametrize(("column", "text"), [("Prty", "300"), ("Dest", "a;$pj1"), ("C", "+")])
def test_a_value_that_is_none_is_refused_and_stays_typed(
    desk: Desk, column: str, text: str
) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("O")
        hands.go_to("PAYMAIL")
        await hands.overtype(column, "", "PAYMAIL")
        hands.table.type_text(text)
        await hands.press("enter")
        await hands.says("IS NO VALUE HERE")
        assert desk.commands == []
        assert list(hands.table.typed.cells.values()) == [text]

    at_desk(desk, work)


def test_two_cells_and_an_action_are_three_commands(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("O")
        await hands.overtype("Dest", "ops", "PAYMAIL")
        await hands.overtype("Prty", "9", "PAYMAIL")
        await hands.np("h", "PAYMAIL")
        await hands.press("enter")
        await hands.until(lambda: len(desk.commands) == 3)
        assert sorted(desk.commands) == [
            "$TOJ1,OUTGRP=1.1.1,D=OPS",
            "$TOJ1,OUTGRP=1.1.1,HOLD=OPER",
            "$TOJ1,OUTGRP=1.1.1,P=9",
        ]

    at_desk(desk, work)


# --- who may only look --------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["action", "overtype", "command"])
def test_a_session_for_looking_changes_nothing(desk: Desk, what: str) -> None:
    desk.read_only = True

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        if what == "action":
            await hands.act("h", "PAYWAIT")
        elif what == "overtype":
            await hands.overtype("Prty", "1", "PAYWAIT")
            await hands.press("enter")
        else:
            await hands.command("/$HJ6")
        await hands.says("READ-ONLY")
        assert desk.commands == []
        assert not desk.job("PAYWAIT").held
        assert desk.job("PAYWAIT").priority == 9

    at_desk(desk, work)


# --- the system ---------------------------------------------------------------------------------


def test_initiators_are_drained_started_and_get_other_classes(desk: Desk) -> None:
    def first() -> tuple[str, str]:
        one = desk.machine.inits[1]
        return one.status.value, one.classes

    async def work(hands: Hands) -> None:
        await hands.open("INIT")
        await hands.act("p", "1")
        await hands.gives("$PI(1)")
        await hands.until(lambda: hands.names("Status")[0] == "DRAINED")
        await hands.act("s", "1")
        await hands.gives("$PI(1)", "$SI(1)")
        await hands.overtype("Classes", "c", "1")
        await hands.press("enter")
        await hands.gives("$PI(1)", "$SI(1)", "$TI(1),CLASS=C")
        assert first() == ("INACTIVE", "C")
        await hands.until(lambda: hands.names("Classes")[0] == "C")

    at_desk(desk, work)


def test_an_output_class_is_typed_over(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("OC")
        await hands.overtype("ODisp", "hold", "A")
        await hands.press("enter")
        await hands.gives("$T OUTCLASS(A),OUTDISP=(HOLD,)")
        await hands.until(lambda: hands.names("ODisp")[10] == "HOLD")

    at_desk(desk, work)


def test_a_volume_and_a_job_class_are_displayed(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("SP")
        await hands.act("d", "SPOOL1")
        await hands.until(lambda: len(desk.commands) == 1)
        await hands.open("JC")
        await hands.act("d", "B")
        await hands.gives("$D SPOOL(SPOOL1)", "$D JQ,CLASS=B,QUEUE=XEQ")
        await hands.says("$HASP890")

    at_desk(desk, work)


# --- the modern keys ----------------------------------------------------------------------------


def _modern(desk: Desk, work: Work) -> None:
    at_desk(desk, work, app=desk.app(keys="modern"))


def test_marked_rows_get_the_action_of_a_key(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        hands.go_to("PAYWAIT")
        await hands.press("space", "space", "h")
        await hands.until(lambda: len(desk.commands) == 2)
        assert sorted(desk.commands) == ["$HJ6", "$HJ7"]
        assert hands.table.marked == set()

    _modern(desk, work)


def test_a_cell_is_edited_and_cancelled(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("O")
        hands.go_to("PAYMAIL")
        await hands.press("e", "backspace", "1", "escape")
        assert not hands.table.typed
        await hands.press("e", "backspace", "1", "enter")
        await hands.gives("$TOJ1,OUTGRP=1.1.1,P=141")

    _modern(desk, work)
