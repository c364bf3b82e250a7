"""Pages that are made from tables are the tables' (style R36, section 6)."""

from pathlib import Path

from cssmtp.config import reference

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def test_configuration_page_is_up_to_date() -> None:
    """To renew the page, write what `reference.markdown()` returns into it."""
    assert (REFERENCE / "configuration.md").read_text("utf-8") == reference.markdown()
