"""Two key maps over one set of action ids: SDSF's and a modern one (spool-ui.md 4.4)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

KEYMAPS: dict[str, dict[str, str]] = {
    "sdsf": {},
    "modern": {
        "help": "f1,question_mark",
        "end": "f3,escape,q",
        "command-line": "f6,colon",
        "rfind": "f5,n",
        "up": "f7,ctrl+u",
        "down": "f8,ctrl+d",
        "left": "f10,left_square_bracket",
        "right": "f11,right_square_bracket",
        "refresh": "ctrl+r,r",
        "table.up": "up,k",
        "table.down": "down,j",
        "table.top": "home,g",
        "table.bottom": "end,G",
    },
}
# in the modern map a letter acts on the marked rows, or on the row of the cursor
LETTERS = {
    "s": "S",
    "d": "?",
    "h": "H",
    "a": "A",
    "x": "X",
    "c": "C",
    "p": "P",
    "o": "O",
    "l": "L",
    "i": "I",
}


def keys_text(app: "App[int]") -> str:
    """The keys of the screen as it is, in Markdown."""
    lines = ["# Keys", "", "| Key | What it does |", "| --- | --- |"]
    for key, active in sorted(app.screen.active_bindings.items()):
        if active.binding.description:
            lines.append(f"| {key} | {active.binding.description} |")
    letters = " ".join(f"`{key}`: {action}" for key, action in LETTERS.items())
    lines += ["", f"SET KEYS MODERN lets letters act on the row of the cursor: {letters}."]
    return "\n".join(lines)
