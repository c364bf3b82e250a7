"""Where commands and actions lead: places, help, the tour, and what is there without a system."""

from pathlib import Path

import pytest
from textual.widgets import Input

from emulator.panels.tour import TOUR
from emulator.ui.screens.helping import Help
from emulator.ui.screens.jcl import Jcl
from tests.emulator.ui.desk import Desk, Hands, at_desk


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
