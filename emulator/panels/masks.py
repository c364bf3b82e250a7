"""Masks of SDSF: `*` is any string, `%` one character; case does not count (spool-ui.md 1.5)."""

from jes.commands import filters

# the masks of the spool have ? for one character, so a ? that is meant is made another character
_AS_STORED = str.maketrans({"%": "?", "?": "\0"})
_PLAIN = str.maketrans({"?": "\0"})


def is_mask(value: str) -> bool:
    """Whether a value is a mask."""
    return "*" in value or "%" in value


def fits(mask: str, text: str) -> bool:
    """Whether a text fits a mask."""
    return filters.fits(mask.upper().translate(_AS_STORED), text.upper().translate(_PLAIN))


def stored(mask: str) -> str | None:
    """The mask as filters of the spool have it (jes2.md 3.1), or None when they cannot."""
    return None if "?" in mask else mask.upper().replace("%", "?")
