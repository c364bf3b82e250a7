"""SMF records: any bytes are a record, one of another type, or bad."""

from contextlib import suppress

from cssmtp.smf.layouts import built, parsed
from jes.errors import BadRecord
from tests.cssmtp.test_smf import ONE

SEEDS = [built(ONE)]
WORDS = [b"\0\x77", b"\xff\xff\xff\xff", b"\0\0\0\x04", b"\0\x01"]


def check(data: bytes) -> None:
    """Nothing but `BadRecord` is raised."""
    with suppress(BadRecord):
        found = parsed(data)
        assert found is None or all(value.isprintable() for _, value in found.facts)
