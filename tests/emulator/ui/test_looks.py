"""How each screen looks: text and the style of every cell, against tests/golden/ui.

`pytest --update-golden` renews them. In dark, in high contrast and without colour the text is the
same; only the styles differ.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.emulator.ui.desk import SMALL, Desk, Hands, a_desk, at_desk
from tests.emulator.ui.walk import SCREENS, cells, styles, text

Golden = Callable[[str, str], None]
Seen = dict[str, list[list[tuple[str, str]]]]
HUGE = (200, 60)


def walked(
    folder: Path, theme: str, names: Iterable[str] = SCREENS, size: tuple[int, int] = SMALL
) -> Seen:
    """Go through screens; what is on each."""
    found: Seen = {}

    async def work(hands: Hands) -> None:
        for name in names:
            await SCREENS[name](hands)
            await hands.drawn()
            found[name] = cells(hands.app)

    with a_desk(folder) as desk:
        at_desk(desk, work, size, desk.app(theme=theme))
    return found


def test_every_screen_looks_as_it_did(
    tmp_path: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = {theme: walked(_new(tmp_path / theme), theme) for theme in ("dark", "contrast")}
    monkeypatch.setenv("NO_COLOR", "1")
    looks["NO_COLOR"] = walked(_new(tmp_path / "plain"), "dark")
    for name in SCREENS:
        said = text(looks["dark"][name])
        for theme, seen in looks.items():
            assert text(seen[name]) == said, f"{name} in {theme}"
        parts = [f"== {theme}\n{styles(seen[name])}" for theme, seen in looks.items()]
        golden(f"ui/{name}.txt", "\n".join((said, *parts, "")))


def test_a_large_screen_shows_the_row_of_the_cursor_in_full(tmp_path: Path, golden: Golden) -> None:
    for name, lines in walked(tmp_path, "dark", ("st", "h"), HUGE).items():
        golden(f"ui/{name}-200x60.txt", f"{text(lines)}\n== dark\n{styles(lines)}\n")


def test_without_colour_nothing_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR: what a colour says is said by a word or a sign too (spool-ui.md 4.6)."""
    monkeypatch.setenv("NO_COLOR", "1")
    for lines in walked(tmp_path, "dark", ("h", "mail", "cssmtp")).values():
        for line in lines:
            for _, style in line:
                assert "#" not in style, style


@pytest.mark.parametrize(("screen", "words"), [
    ("mail", ("✔ delivered", "✖ undeliverable", "▲ retry")),
    ("cssmtp", ("✔ mx1", "▲ mx2")),
    ("h", ("HELD",)),
])  # fmt: skip
def test_a_state_is_a_word_and_a_sign(tmp_path: Path, screen: str, words: tuple[str, ...]) -> None:
    said = text(walked(tmp_path, "dark", (screen,), (132, 43))[screen])
    assert all(word in said for word in words), said


def test_ascii_only_has_only_ascii_of_its_own(desk: Desk) -> None:
    async def work(hands: Hands) -> None:
        await SCREENS["cssmtp"](hands)
        body = "\n".join(hands.text.splitlines()[2:])
        assert body.isascii(), body

    at_desk(desk, work, app=desk.app(ascii_only=True))


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
