"""Nothing from a job, a mail, a server or a console line moves the cursor, turns a line around, or
is taken for markup (spool-ui.md 2.5, 4.7)."""

from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input, TextArea

from emulator.outcomes import MailOutcome
from emulator.ui.screens.asking import Ask, Confirm
from jes.names import WriterName
from jes.sapi import SapiSession
from jes.sysout import Disposal, Requeue, Selection
from tests.emulator.looked_at import Out, ended_job
from tests.emulator.ui import scene
from tests.emulator.ui.desk import LARGE, SMALL, Desk, Hands, at_desk
from tests.emulator.ui.hostile import BIDI, C1, CASES, assert_harmless

WORDS = tuple(case for case in CASES if case.strip())
ONE = "\x1b]0;evil\x07[/red][@click=app.quit]x[/]\u202e\x9b2J\x00\t"


def harmless(hands: Hands) -> None:
    """Every strip of the screen as it goes to the terminal."""
    app = hands.app
    for strip in app.screen._compositor.render_strips():
        assert_harmless(strip, app.size.width)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "132x43"])
def test_recipients_and_replies_on_mail(desk: Desk, size: tuple[int, int]) -> None:
    desk.outcomes = [replace_outcome(number, case) for number, case in enumerate(WORDS, 1)]

    async def work(hands: Hands) -> None:
        await hands.open("MAIL")
        for _ in range(4):
            harmless(hands)
            await hands.press("shift+right")
        await hands.command("BOTTOM")
        await hands.pilot.pause()
        harmless(hands)

    at_desk(desk, work, size)


def replace_outcome(number: int, text: str) -> MailOutcome:
    base = scene.an_outcome(number, text, "delivered", text)
    return MailOutcome(**{name: getattr(base, name) for name in base.__struct_fields__}
                             | {"sender": text, "target": text})  # fmt: skip


def test_console_lines_and_answers(desk: Desk) -> None:
    desk.log = list(WORDS)
    answer = desk.answer

    def hostile(command: str) -> list[str]:
        answer(command)
        return [ONE, *WORDS]

    desk.answer = hostile  # type: ignore[method-assign]

    async def work(hands: Hands) -> None:
        await hands.command("LOG")
        await hands.sees("LINE")
        harmless(hands)
        for case in WORDS:
            desk.more.put(case)
        await hands.sees(f"({2 * len(WORDS)})")
        harmless(hands)
        await hands.command("/$D JQ")
        await hands.says("SEE ULOG")
        harmless(hands)
        await hands.command("ULOG")
        await hands.sees("日本語")
        harmless(hands)
        await hands.command("TOP")
        await hands.sees("-$D JQ")
        harmless(hands)
        await hands.command("F [/foo]")
        await hands.pilot.pause()
        harmless(hands)

    at_desk(desk, work)


def test_the_reason_of_a_hold_and_what_a_target_says(desk: Desk) -> None:
    ended_job(desk.store, Out(text=["HELO PLEX1"]), name="EVIL")
    with SapiSession(desk.store, Selection(WriterName("CSSMTP"), jobname="EVIL")) as session:
        (file, *_) = session.select()
        session.dispose(file, Disposal.HOLD, Requeue(system_hold=ONE[:40]))

    async def work(hands: Hands) -> None:
        await hands.open("H")
        await hands.command("SORT JOBNAME")
        for _ in range(6):
            harmless(hands)
            await hands.press("f11")
        hands.go_to("EVIL")
        await hands.pilot.pause()
        harmless(hands)
        await hands.act("q", "EVIL")
        await hands.sees("JOBNAME EVIL")
        harmless(hands)

    at_desk(desk, work, LARGE)


def test_jcl_is_text_and_so_is_what_is_pasted_into_it(desk: Desk) -> None:
    text = "//EVIL JOB\n//* " + ONE + BIDI + C1 + "\n//* [red]markup[/red]\n"
    scene.waiting(desk.store, replace(scene.a_job("EVIL"), jcl=text))

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("sj", "EVIL")
        await hands.sees("[red]markup[/red]")
        harmless(hands)
        area = hands.app.screen.query_one(TextArea)
        hands.app.post_message(events.Paste("\x1b]0;pasted\x07\u202eabc"))
        await hands.until(lambda: "abc" in area.text)
        harmless(hands)

    at_desk(desk, work)


def test_records_of_a_data_set(desk: Desk) -> None:
    data = [bytes(range(start, start + 64)) for start in (0, 64, 128, 192)]
    ended_job(desk.store, Out(records=data, recfm="VB", lrecl=255), name="EVIL")

    async def work(hands: Hands) -> None:
        await hands.open("ST")
        await hands.act("s", "EVIL")
        await hands.until(lambda: hands.place.place == "BROWSE")
        await hands.sees("TOP OF DATA")
        for view in ("TEXT", "HEX", "REC", "MAIL"):
            for page in ("1047", "ISO8859-1", "IBM-1252"):
                await hands.command(f"CP {page}")
                await hands.command(f"VIEW {view}")
                await hands.pilot.pause(0.05)
                harmless(hands)

    at_desk(desk, work)


def test_what_is_typed_and_pasted(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await hands.open("ST")
        hands.go_to("PAYMAIL")
        hands.app.post_message(events.Paste(ONE))
        await hands.pilot.pause()
        harmless(hands)
        await hands.press("enter")
        await hands.says("IS NOT AN ACTION")
        harmless(hands)
        await hands.command("RESET")
        field = hands.place.query_one(Input)
        for case in (ONE, *WORDS):
            await hands.press("f6")
            field.value = ""
            hands.app.post_message(events.Paste(case))
            await hands.pilot.pause()
            harmless(hands)
            await hands.press("enter")
            await hands.pilot.pause()
            harmless(hands)
            if isinstance(hands.app.screen, Ask | Confirm):
                await hands.press("escape")
        assert desk.commands == []

    at_desk(desk, work)


def test_a_kept_file_that_somebody_changed(desk: Desk) -> None:
    """Columns and commands of the last time come from a file."""
    (desk.folder / "ui.json").write_text(
        '{"history": ["\\u001b]0;x\\u0007[/foo]", 5], "panels": {"ST": {"order": ["[/x]"], '
        '"widths": {"Owner": 99999, "JobID": -1}}}, "scroll": "[/red]"}',
        "utf-8",
    )

    async def work(hands: Hands) -> None:
        await hands.open("ST", *desk.jobs())
        await hands.press("f12")
        await hands.pilot.pause()
        harmless(hands)

    at_desk(desk, work)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"panels": {"ST": 5}}', "[" * 100_000])
def test_a_kept_file_that_is_none(desk: Desk, text: str) -> None:
    (desk.folder / "ui.json").write_text(text, "utf-8")
    app = desk.app()
    app.recall()
    assert app.session.history == []
