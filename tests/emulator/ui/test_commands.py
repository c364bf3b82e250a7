"""The command line: what limits, orders and moves the rows, and where it leads."""

from pathlib import Path

import pytest
from textual.widgets import Input

from emulator.panels.tour import TOUR
from emulator.ui.screens.helping import Help
from emulator.ui.screens.jcl import Jcl
from tests.emulator.ui.desk import LARGE, SMALL, Desk, Hands, at_desk

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "132x43"])


@SIZES
def test_prefix_owner_and_dest_keep_rows_away_and_stand_there(
    desk: Desk, size: tuple[int, int]
) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("PRE PAY*")
        await hands.rows("PAYKEEP", "PAYMAIL", "PAYWAIT")
        assert "PREFIX=PAY*" in hands.chips
        await hands.command("PREFIX *")
        await hands.command("OWNER OPS")
        await hands.rows("OTHER")
        assert "OWNER=OPS" in hands.chips
        await hands.command("OWNER *")
        await hands.open("O")
        await hands.command("DEST N2.*")
        await hands.rows("SALES")
        assert "DEST=(N2.*)" in hands.chips
        await hands.command("DEST")
        await hands.rows("PAYMAIL", "SALES")

    at_desk(desk, work, size)


def test_filter_by_one_and_more_criteria_off_on_and_dropped(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        everything = sorted(desk.jobs())
        await hands.command("FILTER MAX EQ CC*")
        await hands.rows("BADMAIL", "PAYMAIL")
        assert "FILTER=Max-RC EQ CC*" in hands.chips
        await hands.command("FIL + JOBNAME NE BAD*")
        await hands.rows("PAYMAIL")
        await hands.command("FIL OR")
        await hands.rows(*everything)
        await hands.command("FIL AND")
        await hands.command("FIL OFF")
        await hands.rows(*everything)
        assert "(OFF)" in hands.chips
        await hands.command("FIL ON")
        await hands.rows("PAYMAIL")
        await hands.command("FIL -JOBNAME")
        await hands.rows("BADMAIL", "PAYMAIL")
        await hands.command("FIL ?")
        await hands.says("FILTER=Max-RC EQ CC*")
        await hands.command("FILTER NOSUCH 5")
        await hands.says("NOSUCH IS NOT A COLUMN")
        assert hands.names() == ["PAYMAIL", "BADMAIL"]

    at_desk(desk, work)


def test_an_empty_table_says_why_and_how_to_see_all(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("PREFIX NOBODY")
        await hands.sees("WHAT STANDS ABOVE HIDES ALL ROWS")
        await hands.command("RESET FILTERS")
        await hands.rows(*desk.jobs())
        assert "PREFIX=*" in hands.chips

    at_desk(desk, work)


def test_sort_by_columns_up_and_down(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("SORT JOBNAME D")
        names = sorted(desk.jobs(), reverse=True)
        await hands.until(lambda: hands.names() == names)
        assert "SORT=JOBNAME/D" in hands.chips
        await hands.command("SORT OWNER D JOBN A")
        await hands.until(lambda: hands.names()[:2] == ["OTHER", "BADMAIL"])
        await hands.command("SORT ?")
        await hands.says("SORT=Owner/D JOBNAME/A")
        await hands.command("SORT OFF")
        await hands.until(lambda: hands.names()[0] == "PAYMAIL")
        await hands.command("SORT X")
        await hands.says("X IS NOT A COLUMN")

    at_desk(desk, work)


def test_a_click_on_a_heading_sorts_and_another_turns_it_around(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.pilot.click(hands.table, offset=(8, 0))
        await hands.until(lambda: hands.names() == sorted(desk.jobs()))
        await hands.pilot.click(hands.table, offset=(8, 0))
        await hands.until(lambda: hands.names() == sorted(desk.jobs(), reverse=True))

    at_desk(desk, work)


def test_columns_are_arranged_and_kept_for_the_next_time(desk: Desk) -> None:
    def titles(hands: Hands) -> list[str]:
        return [column.title for column in hands.table.columns][:4]

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("ARR MAX A JOBN")
        await hands.until(lambda: titles(hands) == ["JOBNAME", "Max-RC", "JobID", "Owner"])
        await hands.command("ARR OWNER 12")
        await hands.until(lambda: hands.table.columns[3].width == 12)
        await hands.command("ARR JOBNAME LAST")
        await hands.says("JOBNAME IS THE FIXED FIELD")

    async def again(hands: Hands) -> None:
        await hands.open("ST")
        assert titles(hands) == ["JOBNAME", "Max-RC", "JobID", "Owner"]
        await hands.command("ARR DEFAULT")
        await hands.until(lambda: titles(hands) == ["JOBNAME", "JobID", "Owner", "Prty"])

    at_desk(desk, work)
    at_desk(desk, again)


def test_the_question_mark_shows_the_other_columns_and_back(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("?")
        await hands.until(lambda: hands.table.columns[1].title == "Type")
        await hands.command("?")
        await hands.until(lambda: hands.table.columns[1].title == "JobID")
        await hands.command("COLS")
        await hands.sees("Columns of ST")

    at_desk(desk, work)


def test_locate_a_row_by_number_or_value_and_a_column(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("L 3")
        await hands.until(lambda: hands.table.cursor_index == 2)
        await hands.command("L other")
        await hands.until(lambda: hands.table.cursor_index == 6)
        await hands.command("L NOSUCH")
        await hands.says("NOSUCH NOT FOUND IN JOBNAME")
        assert "Notify" not in hands.text
        await hands.command("L NOTIFY")
        await hands.sees("Notify")

    at_desk(desk, work)


def test_scrolling_by_keys_amounts_and_m(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("OC")
        table = hands.table
        page = table.page
        await hands.press("f8")
        await hands.until(lambda: table.top == min(page, table.count - page))
        await hands.press("f7")
        await hands.until(lambda: table.top == 0)
        await hands.command("DOWN 3")
        await hands.until(lambda: table.top == 3)
        await hands.command("TOP")
        await hands.until(lambda: table.top == 0)
        await hands.press("f6", "m", "f8")
        await hands.until(lambda: table.cursor_index == table.count - 1)
        await hands.command("UP MAX")
        await hands.until(lambda: table.top == 0)
        await hands.open("ST")
        await hands.press("f11")
        await hands.until(lambda: hands.table.scroll_offset.x > 0)
        await hands.press("f10")
        await hands.until(lambda: hands.table.scroll_offset.x == 0)

    at_desk(desk, work)


def test_an_operator_command_is_answered_in_the_title_and_on_ulog(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.command("/$D JQ")
        await hands.says("SEE ULOG")
        await hands.command("/$HJ6")
        await hands.gives("$D JQ", "$HJ6")
        assert desk.job("PAYWAIT").held
        await hands.command("ULOG")
        await hands.sees("-$HJ6")
        await hands.sees("STATUS=(AWAITING EXECUTION)")
        await hands.press("f12", "f12")
        field = hands.place.query_one(Input)
        await hands.until(lambda: field.value == "/$HJ6")

    at_desk(desk, work)


def test_a_slash_alone_asks_for_the_command(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.command("/")
        await hands.sees("Operator command:")
        await hands.press("dollar_sign", "d", "j", "6", "enter")
        await hands.gives("$dj6")
        await hands.command("/")
        await hands.sees("Operator command:")
        await hands.press("escape")
        await hands.until(lambda: hands.app.screen is hands.place)
        assert len(desk.commands) == 1

    at_desk(desk, work)


# --- where commands lead -------------------------------------------------------------------------


def test_s_on_the_menu_opens_and_end_and_return_lead_back(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.act("s", "O")
        await hands.until(lambda: hands.place.place == "O")
        await hands.rows()
        await hands.act("?", "PAYMAIL")
        await hands.until(lambda: hands.place.place == "JDS")
        await hands.rows("SYSUT2")
        await hands.press("f3")
        await hands.until(lambda: hands.place.place == "O")
        await hands.act("?", "PAYMAIL")
        await hands.until(lambda: hands.place.place == "JDS")
        await hands.press("f4")
        await hands.until(lambda: hands.place.place == "MENU")
        assert hands.app.is_running

    at_desk(desk, work)


@pytest.mark.parametrize("how", ["=X", "END", "ctrl+q"])
def test_the_ways_out(desk: Desk, how: str) -> None:
    """The place where app and test end together has nothing more to wait for."""

    async def work(hands: Hands) -> None:
        if how == "ctrl+q":
            await hands.press(how)
        else:
            await hands.command(how)
        await hands.until(lambda: hands.app.return_code == 0)

    at_desk(desk, work)


def test_a_panel_comes_with_its_parameter_and_a_wrong_one_leaves_nothing(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("STB", "OTHER")
        await hands.open("=OA", "SALES")
        await hands.command("O NO!SUCH*")
        await hands.until(lambda: hands.message)
        assert hands.place.place == "O"
        await hands.command("FROBNICATE")
        await hands.says("FROBNICATE IS NOT A COMMAND")
        await hands.command("PREFXI PAY*")
        await hands.says("NEAREST: PREFIX")

    at_desk(desk, work)


def test_enter_on_a_row_does_the_first_action(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        hands.go_to("H")
        await hands.press("enter")
        await hands.until(lambda: hands.place.place == "H")
        await hands.rows()
        hands.go_to("BADMAIL", "B")
        await hands.press("enter")
        await hands.until(lambda: hands.place.place == "BROWSE")
        await hands.sees("RCPT TO:<nobody@acme.example>")

    at_desk(desk, work)


def test_actions_of_the_panel_itself(desk: Desk, tmp_path: Path) -> None:
    """Q, I, X: nothing of them is an operator command."""

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("i", "STOPPED")
        await hands.says("THE JOB IS HELD")
        await hands.act("i", "PAYMAIL")
        await hands.says("NOTHING KEEPS THE JOB FROM RUNNING")
        await hands.act("q", "PAYMAIL")
        await hands.sees("JOBNAME PAYMAIL")
        await hands.press("f3")
        await hands.until(lambda: hands.app.screen is hands.place)
        await hands.act("x", "PAYMAIL")
        await hands.sees("Save to the file:")
        field = hands.app.screen.query_one(Input)
        assert field.value == "PAYMAIL.JOB00001.txt"
        field.value = str(tmp_path / "saved.txt")
        await hands.press("enter")
        await hands.says("LINES ARE IN")
        saved = (tmp_path / "saved.txt").read_text("utf-8")
        assert "RCPT TO:<anna@acme.example>\n" in saved
        await hands.act("x", "PAYMAIL")
        await hands.sees("Save to the file:")
        hands.app.screen.query_one(Input).value = str(tmp_path / "saved.txt")
        await hands.press("enter")
        await hands.says("FILE EXISTS")
        assert desk.commands == []
        assert (tmp_path / "saved.txt").read_text("utf-8") == saved

    at_desk(desk, work)


def test_nothing_is_saved_or_submitted_by_a_session_for_looking(desk: Desk) -> None:
    desk.read_only = True

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("x", "PAYMAIL")
        await hands.says("READ-ONLY")
        await hands.act("sj", "PAYWAIT")
        await hands.until(lambda: isinstance(hands.app.screen, Jcl))
        await hands.press("f4", "ctrl+s")
        assert isinstance(hands.app.screen, Jcl)
        await hands.press("f3")
        await hands.until(lambda: hands.app.screen is hands.place)
        await hands.command("QUERY")
        await hands.says("CHANGE NOTHING")

    at_desk(desk, work)
    assert len(desk.jobs()) == 9


def test_sj_shows_the_jcl_and_submits_it_changed(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("sj", "PAYMAIL")
        await hands.says("THE JCL OF THIS JOB IS NOT KEPT")
        await hands.act("sj", "PAYWAIT")
        await hands.sees("//SYSUT2   DD SYSOUT=(B,CSSMTP)")
        await hands.press("right", "right", "delete", "Z", "f4")
        await hands.says("SUBMITTED")
        await hands.until(lambda: "ZAYWAIT" in hands.names())

    at_desk(desk, work)
    assert "ZAYWAIT" in desk.jobs()


def test_browse_finds_and_shows_the_mail_in_it(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("O")
        await hands.act("s", "PAYMAIL")
        await hands.sees("MAIL FROM:<pay@acme.example>")
        assert "SDSF OUTPUT DISPLAY PAYMAIL JOB00001" in hands.text
        await hands.command("F payslips")
        await hands.says("FOUND")
        await hands.command("F nowhere")
        await hands.says("NOT FOUND")
        await hands.command("VIEW MAIL")
        await hands.sees("Subject: Payslips of January")
        await hands.command("VIEW HEX")
        await hands.sees("C8C5")
        await hands.command("VIEW TEXT")
        await hands.command("SORT JOBNAME")
        await hands.says("NOT ON THIS PANEL")
        await hands.press("f3")
        await hands.until(lambda: hands.place.place == "O")

    at_desk(desk, work)


# --- help ---------------------------------------------------------------------------------------


def test_help_on_a_held_group_begins_with_why_it_is_held(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("H")
        await hands.press("f1")
        await hands.sees("This output group waits")
        await hands.press("f3")
        await hands.until(lambda: hands.app.screen is hands.place)
        await hands.command("HELP O")
        await hands.sees("Output groups that are not held")
        await hands.press("escape")
        await hands.command("TUTOR")
        await hands.until(lambda: isinstance(hands.app.screen, Help))

    at_desk(desk, work)


def test_every_place_has_help_and_every_page_of_it_can_be_read(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        for name in ("ST", "LOG", "ULOG", "CSSMTP", "MAIL"):
            await hands.command(name)
            await hands.until(lambda n=name: hands.place.place == n)  # type: ignore[misc]
            await hands.press("f1")
            await hands.until(lambda: isinstance(hands.app.screen, Help))
            await hands.press("f3")
            await hands.until(lambda: hands.app.screen is hands.place)
        await hands.press("f1")
        await hands.until(lambda: isinstance(hands.app.screen, Help))
        pages = hands.app.screen
        assert isinstance(pages, Help)
        for _ in pages._pages:
            await hands.press("down")
        await hands.press("f8", "f7")

    at_desk(desk, work)


def test_the_tour_goes_through_all_its_stops_and_back(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.command("TOUR")
        for number, stop in enumerate(TOUR, 1):
            await hands.sees(f"{number}/{len(TOUR)} {stop.title}")
            await hands.until(lambda s=stop: hands.place.place == s.command)  # type: ignore[misc]
            await hands.press("ctrl+n")
        await hands.until(lambda: f"/{len(TOUR)}" not in hands.text)
        await hands.command("TOUR")
        await hands.sees(f"1/{len(TOUR)}")
        await hands.press("ctrl+n")
        await hands.sees(f"2/{len(TOUR)}")
        await hands.press("ctrl+b")
        await hands.sees(f"1/{len(TOUR)}")

    at_desk(desk, work)


def test_the_palette_finds_a_panel_and_an_action(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        hands.go_to("PAYWAIT")
        await hands.press("ctrl+p", *"hold", "space", *"job")
        await hands.sees("H: hold a job")
        await hands.press("down", "enter")
        await hands.gives("$HJ6")
        await hands.press("ctrl+p", *"cssmtp")
        await hands.sees("the mail forwarder")
        await hands.press("down", "enter")
        await hands.until(lambda: hands.place.place == "CSSMTP")

    at_desk(desk, work)


def test_who_and_settings(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.command("WHO")
        await hands.says("USERID=IBMUSER SYSTEM=SYS1 NODE=N1")
        await hands.command("SET THEME CONTRAST")
        await hands.says("THEME IS CONTRAST")
        assert hands.app.theme == "jesmail-contrast"
        await hands.open("ST")
        await hands.command("SET ACTION ON")
        await hands.sees("NP: S SB ?")
        await hands.command("SET DISPLAY OFF")
        await hands.until(lambda: "PREFIX=" not in hands.text)
        await hands.command("SET SCROLL HALF")
        await hands.sees("SCROLL ===> HALF")
        await hands.command("SET NONSENSE 1")
        await hands.until(lambda: hands.message.startswith("SET ACTION, CONFIRM"))

    at_desk(desk, work)


# --- without a system ---------------------------------------------------------------------------


def test_without_a_system_the_spool_is_shown_and_the_rest_says_so(desk: Desk) -> None:
    desk.running = False

    async def work(hands: Hands) -> None:
        await hands.open("ST", *desk.jobs())
        for panel in ("INIT", "OC", "MAIL", "CSSMTP"):
            await hands.command(panel)
            await hands.sees("NO SYSTEM RUNS ON THIS SPOOL")
        await hands.command("LOG")
        await hands.says("NO SYSTEM RUNS ON THIS SPOOL")
        await hands.command("WHO")
        await hands.says("NO SYSTEM RUNS")

    at_desk(desk, work)


def test_new_console_lines_are_followed_until_somebody_scrolls_up(desk: Desk) -> None:
    desk.log = [f"06.00.00 LINE {number}" for number in range(100)]

    async def work(hands: Hands) -> None:
        await hands.command("LOG")
        await hands.sees("LINE 99")
        desk.more.put("06.00.01 ONE MORE")
        await hands.sees("ONE MORE")
        await hands.command("TOP")
        await hands.sees("LINE 0")
        desk.more.put("06.00.01 THE LAST")
        await hands.sees("(102)")
        await hands.sees("END FOLLOWS AGAIN")
        assert "THE LAST" not in hands.text
        await hands.command("BOTTOM")
        await hands.sees("THE LAST")
        await hands.command("F 'line 42' FIRST")
        await hands.says("FOUND")
        await hands.sees("LINE 42")
        await hands.command("L 06.00.01")
        await hands.sees("THE LAST")

    at_desk(desk, work)
