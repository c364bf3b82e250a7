"""The command line: what limits, orders and moves the rows, and where it leads."""

import pytest
from textual.widgets import Input

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


def test_a_colon_goes_to_the_command_line_and_is_not_typed(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.press("colon", *"st", "enter")
        await hands.until(lambda: hands.place.place == "ST")
        await hands.rows(*desk.jobs())
        await hands.command("FILTER MAX-RC EQ 'CC 0000'")
        await hands.rows("BADMAIL", "PAYMAIL")
        await hands.command("SORT END-DATETIME D")
        await hands.until(lambda: "SORT=End-DateTime/D" in hands.chips)

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


def test_an_interval_is_refused_with_the_reason(desk: Desk) -> None:
    """Displays renew themselves (spool-ui.md 4)."""

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.command("&5")
        await hands.says("RENEWS ITSELF")
        await hands.command("&0")
        await hands.says("AS IT CHANGES")

    at_desk(desk, work)
