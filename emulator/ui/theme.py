"""Colours: the Okabe-Ito palette, which people with any colour vision can tell apart.

Contrast to the background is 4.5 or more (spool-ui.md 4.6); the light theme has darker variants. No
colour stands for anything alone: a word or a sign is always beside it.
"""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

DARK = Theme(
    name="jesmail-dark",
    primary="#56B4E9",
    secondary="#CC79A7",
    accent="#E69F00",
    success="#009E73",
    warning="#E69F00",
    error="#D55E00",
    foreground="#E4E4E4",
    background="#101010",
    surface="#101010",
    panel="#1C1C1C",
    dark=True,
)
LIGHT = Theme(
    name="jesmail-light",
    primary="#0072B2",
    secondary="#8A3F6A",
    accent="#7A5200",
    success="#00664A",
    warning="#7A5200",
    error="#A34700",
    foreground="#1A1A1A",
    background="#FAFAFA",
    surface="#FAFAFA",
    panel="#ECECEC",
    dark=False,
)
CONTRAST = Theme(
    name="jesmail-contrast",
    primary="#FFFF00",
    secondary="#FFFFFF",
    accent="#FFFF00",
    success="#FFFFFF",
    warning="#FFFF00",
    error="#FFFF00",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
)
GREEN = Theme(
    name="green-screen",
    primary="#33FF66",
    secondary="#33FF66",
    accent="#FFFFFF",
    success="#33FF66",
    warning="#FFFF66",
    error="#FF6666",
    foreground="#33DD55",
    background="#000000",
    surface="#000000",
    panel="#0A140A",
    dark=True,
)
THEMES = (DARK, LIGHT, CONTRAST, GREEN)


class NoColours(LineFilter):
    """Leaves bold, underlined and reversed text, and takes every colour away (no-color.org)."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of a line."""
        return [
            Segment(text, None if style is None else style.without_color, control)
            for text, style, control in segments
        ]
