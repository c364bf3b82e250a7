"""Text from outside on a terminal: nothing in it moves the cursor or turns the line around."""

from jes.codepages import UNDEFINED


def printable(text: str) -> str:
    """`text` with a period for each control, format and bidi character, and for U+FFFD."""
    if text.isprintable() and UNDEFINED not in text:
        return text
    return "".join(c if c.isprintable() and c != UNDEFINED else "." for c in text)
