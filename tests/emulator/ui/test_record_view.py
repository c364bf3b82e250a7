"""The view of records: what is drawn, where it stays, how it goes to what was found."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from emulator.exits import Unreachable
from emulator.panels.browsing import Browse, Form, Look, Spot
from emulator.panels.finding import Needle
from emulator.panels.searching import Way
from emulator.ui.widgets.record_view import RecordView
from jes.errors import BadCharacter
from tests.emulator.ui.browsed import Spool, dataset, ebcdic
from tests.emulator.ui.hostile import assert_harmless
from tests.emulator.ui.records import Desk, on_screen, shown
from tests.emulator.ui.test_browsing import Endless
from tests.strategies import files

P = Pilot[Any]
MAIL = ("HELO MVS1", "MAIL FROM:<pay@example.com>", "RCPT TO:<a@b.example>", "DATA", "Subject: x",
        "", "hi", ".", "NOOP", "QUIT")  # fmt: skip


def sample() -> tuple[Spool, Browse]:
    spool = Spool()
    return spool, Browse([spool.add(ebcdic(*MAIL)), spool.add(ebcdic("second", "quit"))])


def last(desk: Desk, kind: type) -> Any:
    return [message for message in desk.heard if isinstance(message, kind)][-1]


def form_of(view: RecordView) -> Form:
    return view.look.form


async def settle(pilot: P, times: int = 6) -> None:
    for _ in range(times):
        await pilot.pause()


def test_lines_stand_between_top_and_bottom_of_data() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        assert shown(view)[:3] == [
            "************* TOP OF DATA *************",
            "HELO MVS1",
            "MAIL FROM:<pay@example.com>",
        ]
        await pilot.press("end")
        assert shown(view)[-2:] == ["quit", "************ BOTTOM OF DATA ***********"]
        await pilot.pause()
        viewed = last(desk, RecordView.Viewed)
        assert (viewed.first, viewed.last, viewed.count) == (6, 13, 14)
        assert viewed.spot == Spot(0, 6)
        assert viewed.columns == (1, 39)
        await pilot.press("home", "down", "right")
        assert shown(view)[0] == "1"
        assert view.describe() == "View TEXT of SYSUT1, record 1 of 10: 1"

    on_screen(*sample(), use)


def test_numbers_and_the_ruler_are_shown_when_asked_for() -> None:
    async def use(_: P, view: RecordView, desk: Desk) -> None:
        view.show(numbers=True, ruler=True)
        assert shown(view)[:3] == [
            "         ----+----1----+----2----+----3",
            "         ******** TOP OF DATA *********",
            "       1 HELO MVS1",
        ]
        view.use(form=Form.SDSF)
        assert [line[:12].rstrip() for line in shown(view)[2:6]] == [
            "       1 HEL", "         CCD", "         853", "         ---",
        ]  # fmt: skip
        view.show(numbers=False, ruler=False)
        assert shown(view)[1] == "HELO MVS1"

    on_screen(*sample(), use)


def test_the_view_changes_and_stays_at_its_record() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        view.to_line(3)
        seen = []
        for _ in range(4):
            seen.append((view.look.form, view.spot))
            await pilot.press("f2")
            await pilot.pause()
        assert seen[:3] == [(form, Spot(0, 3)) for form in (Form.TEXT, Form.HEX, Form.SDSF)]
        assert form_of(view) is Form.MAIL
        await settle(pilot)
        await pilot.press("f2")
        assert form_of(view) is Form.TEXT

    on_screen(*sample(), use)


def test_what_is_found_comes_into_view_and_is_marked() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        places = []
        for _ in range(4):
            view.find(Needle("quit"))
            await settle(pilot)
            places.append(last(desk, RecordView.Searched).spot)
        assert places == [Spot(0, 10), Spot(1, 2), None, Spot(0, 10)] or places == [
            Spot(0, 10), Spot(1, 2), None, None,
        ]  # fmt: skip
        view.find(Needle("quit"), Way.FIRST)
        await settle(pilot)
        texts = [
            s.text for y in range(8) for s in view.render_line(y) if s.style and s.style.reverse
        ]
        assert "QUIT" in texts
        view.find(Needle("quit"), Way.ALL)
        await settle(pilot)
        assert (last(desk, RecordView.Searched).hits, last(desk, RecordView.Searched).records) == (
            2,
            2,
        )
        view.find(Needle("quit"), Way.LAST)
        await settle(pilot)
        view.find(Needle("quit"), Way.PREV)
        await settle(pilot)
        assert last(desk, RecordView.Searched).spot == Spot(0, 10)
        view.reset()
        assert view.look.find is None

    on_screen(*sample(), use)


def test_what_is_found_far_to_the_right_comes_into_view() -> None:
    spool = Spool()
    browse = Browse([spool.add(ebcdic("a" * 200 + "needle"))])

    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        view.find(Needle("needle"))
        await settle(pilot)
        assert any("needle" in line for line in shown(view))

    on_screen(spool, browse, use)


def test_a_search_can_be_ended() -> None:
    records = 819 * 64
    browse = Browse([dataset(1, "FB", 80, records, records * 80)])

    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        desk.gate = asyncio.Event()
        view.find(Needle("no such thing"))
        await settle(pilot)
        await pilot.press("pagedown", "escape")
        desk.gate.set()
        await settle(pilot)
        assert [m.cancelled for m in desk.heard if isinstance(m, RecordView.Searched)] == [True]

    on_screen(Endless(), browse, use)


def test_a_line_of_mail_leads_to_its_record() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        view.use(form=Form.MAIL)
        await settle(pilot)
        assert shown(view)[0].startswith("▌MAIL 1  FROM:<pay@example.com>")
        at = next(n for n, line in enumerate(shown(view)) if "ERROR" in line)
        await pilot.press(*["down"] * at, "enter")
        await settle(pilot)
        assert form_of(view) is Form.REC
        assert shown(view)[view.cursor - view.top + 1].startswith("▌        9      4 --")
        assert "record 9 of 10" in view.describe()
        await pilot.press("enter")
        assert form_of(view) is Form.TEXT
        assert last(desk, RecordView.Chosen).line.spot == Spot(0, 9)
        view.use(form=Form.MAIL)
        await settle(pilot)
        assert view.next_dataset(1)
        await settle(pilot)
        assert "ERROR record 1" in shown(view)[0]
        assert not view.next_dataset(1)
        await pilot.press("pagedown", "end", "home", "enter")

    on_screen(*sample(), use)


def test_next_data_set() -> None:
    async def use(_: P, view: RecordView, desk: Desk) -> None:
        assert view.next_dataset(1)
        assert view.spot.dataset in (0, 1)
        assert not view.next_dataset(5)
        assert view.next_dataset(-1)

    on_screen(*sample(), use, size=(40, 3))


def test_records_that_have_not_been_read_are_dim_and_keys_still_answer() -> None:
    records = 819 * 640
    browse = Browse([dataset(1, "FB", 80, records, records * 80)])

    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        desk.gate = asyncio.Event()
        await pilot.press("end", "pageup", "pageup", "home", "end")
        assert shown(view)[0] == "…"
        assert desk.steps <= 3
        desk.gate.set()
        await settle(pilot)
        assert shown(view)[-2] == "818"
        assert shown(view)[-1].strip("*") == " BOTTOM OF DATA "

    on_screen(Endless(), browse, use)


def test_a_spool_that_fails_is_said_and_asked_again() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        desk.error = Unreachable("the database has gone")
        view.browse = Browse(view.browse.datasets)
        view.again()
        await settle(pilot)
        assert "has gone" in str(last(desk, RecordView.LoadFailed).error)
        view.find(Needle("x"))
        view.use(form=Form.MAIL)
        await settle(pilot)
        desk.error = None
        view.use(form=Form.TEXT)
        view.again()
        await settle(pilot)
        assert "HELO MVS1" in shown(view)

    on_screen(*sample(), use)


def test_an_unknown_code_page_changes_nothing() -> None:
    async def use(_: P, view: RecordView, desk: Desk) -> None:
        with pytest.raises(BadCharacter):
            view.use(codepage="IBM-4711")
        assert view.look.codepage == "IBM-1047"
        view.use(codepage="IBM-273", control=True)
        assert view.look.codepage == "IBM-273"

    on_screen(*sample(), use)


def test_a_click_picks_a_line_and_a_double_click_follows_it() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        view.use(form=Form.REC)
        await pilot.click(RecordView, offset=(3, 4))
        assert view.cursor == view.top + 3
        await pilot.double_click(RecordView, offset=(3, 5))
        await settle(pilot)
        assert form_of(view) is Form.TEXT

    on_screen(*sample(), use)


def test_nothing_but_what_can_be_seen_is_in_a_strip() -> None:
    async def use(_: P, view: RecordView, desk: Desk) -> None:
        @given(
            files(), st.sampled_from([f for f in Form if f is not Form.MAIL]),
            st.sampled_from(["IBM-1047", "IBM-424", "IBM-838", "IBM-939"]),
            st.integers(0, 90), st.sampled_from([None, Needle("e"), Needle(data=b"\x40")]),
        )  # fmt: skip
        @settings(deadline=None, max_examples=100)
        def drawn(file: Any, form: Form, page: str, left: int, needle: Needle | None) -> None:
            spool = Spool()
            view.browse = Browse([spool.add(file.records, file.recfm, file.lrecl)])
            view.numbers = left % 2 == 0
            view.use(form=form, codepage=page, find=needle)
            view.scroll_to(x=left, animate=False)
            view.browse.load(spool.read, view.look, 0, 99)
            for y in range(view.size.height):
                assert_harmless(view.render_line(y), view.scrollable_content_region.width)
            assert view.describe().isprintable()

        drawn()

    on_screen(*sample(), use)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (11, 3), (200, 60)])
@pytest.mark.parametrize("form", Form)
def test_any_size_will_do(size: tuple[int, int], form: Form) -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        await pilot.press("pagedown", "right", "end", "up", "left", "home", "down", "enter")
        for y in range(view.size.height):
            assert_harmless(view.render_line(y), view.scrollable_content_region.width)

    on_screen(*sample(), use, Look(form=form), size)


def test_no_data_sets_are_two_lines() -> None:
    async def use(pilot: P, view: RecordView, desk: Desk) -> None:
        await pilot.press("pagedown", "end", "f2", "f2", "f2", "enter")
        view.find(Needle("x"), Way.LAST)
        await settle(pilot)
        assert view.describe() == "There are no data sets."

    on_screen(Spool(), Browse([]), use)
