"""Any bytes behind INMR01 are a transmission, or are refused with the offset."""

import contextlib

from jes.errors import BadRecord
from jes.netdata import is_netdata, records, survey
from tests.spool_files import NetdataFile, netdata

SEEDS = [netdata(NetdataFile(records=[b"HELO A".ljust(80), b"DATA".ljust(80), b"." * 80]))]
WORDS = [
    bytes.fromhex("e0"), bytes.fromhex("20"), "INMR01".encode("cp037"), "INMR06".encode("cp037"),
    "INMCOPY".encode("cp037"), b"\0\x3c\0\1\0\2", b"\xff\xc0", b"\2\x80", b"\0" * 80,
]  # fmt: skip


def check(data: bytes) -> None:
    """What survey takes, records gives, and nothing else is raised."""
    is_netdata(data[:64])
    with contextlib.suppress(BadRecord):
        survey(iter([data]))
        for chunk in records(iter([data])):
            assert chunk is not None
