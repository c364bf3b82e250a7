"""Text on its way to a strip: its width is what it says, and nothing in it does anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from emulator.ui.widgets.cells import cell_len, crop, fit, safe, strip_of
from tests.emulator.ui.hostile import CASES, assert_harmless, texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a.[31mb"),
        ("\x9b2J", ".2J"),
        ("a\u202eb", "a.b"),
        ("[/foo]", "[/foo]"),
        ("e\u0301", "é"),
        ("x\u0301\u0302\u0303\u0304\u0305\u0306", "x\u0301\u0302.\u0304\u0305\u0306"),
        ("\u0301a", ".a"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_what_can_do_harm_is_a_period(text: str, shown: str) -> None:
    assert safe(text)[:4] == shown[:4]


@given(texts())
def test_safe_text_can_only_be_seen(text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert safe(shown) == shown
    assert cell_len(shown) == sum(map(cell_len, shown))


@given(texts(), st.integers(0, 12), st.booleans())
def test_a_cell_is_as_wide_as_it_should_be(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(texts(), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_cells_of_a_text_put_together_are_the_text(
    text: str, first: int, width: int, more: int
) -> None:
    """But for characters that were cut in two, which are blanks."""
    text = safe(text)
    both = crop(text, first, width) + crop(text, first + width, more)
    whole = crop(text, first, width + more)
    assert cell_len(both) == cell_len(whole) == width + more
    assert all(a in (b, " ") for a, b in zip(both, whole, strict=False)) or not text.isascii()


def test_half_a_wide_character_is_a_blank() -> None:
    assert crop("日本", 1, 2) == "  "
    assert crop("日本", 2, 2) == "本"
    assert crop("a日b", 0, 2) == "a "
    assert fit("日本語", 5) == "日本 "


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("width", [0, 1, 7, 30])
def test_a_strip_is_harmless(text: str, width: int) -> None:
    shown = safe(text)
    assert_harmless(strip_of(width, (shown, Style()), (shown, Style(bold=True))), width)
