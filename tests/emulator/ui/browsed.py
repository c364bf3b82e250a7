"""Data sets to browse, without a spool."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.panels.browsing import Browse, Line, Look
from emulator.panels.searching import Search
from jes.codepages import page
from jes.names import DdName, JobId, JobName, SysoutClass
from jes.records import BLOCK_MAX, Block, Recfm, blocks
from jes.views import DatasetView

PAGE = page("IBM-1047")


def ebcdic(*lines: str) -> list[bytes]:
    return [PAGE.encode(line) for line in lines]


@dataclass
class Spool:
    """Blocks of data sets by key, read as from a store. `reads` are the calls."""

    held: dict[int, list[Block]] = field(default_factory=dict)
    reads: list[tuple[int, int, int]] = field(default_factory=list)

    def read(self, key: int, record: int, limit: int) -> list[Block]:
        self.reads.append((key, record, limit))
        held = self.held.get(key, [])
        start = next((i for i, block in enumerate(held) if record < block.next), len(held))
        return held[start : start + max(1, limit // BLOCK_MAX)]

    def add(
        self,
        records: Sequence[bytes],
        recfm: str = "VB",
        lrecl: int = 255,
        *,
        at_once: int | None = None,
    ) -> DatasetView:
        """Spool records, so many in a block when it is said."""
        key, form = len(self.held) + 1, Recfm(recfm)
        made: list[Block] = []
        for at in range(0, len(records), at_once or max(1, len(records))):
            some = records[at : at + (at_once or len(records))]
            made += blocks(some, form, lrecl, at + 1)
        self.held[key] = made
        return dataset(key, recfm, lrecl, len(records), sum(len(b.data) for b in made))


def dataset(key: int, recfm: str, lrecl: int, records: int, size: int) -> DatasetView:
    return DatasetView(
        key=key, jobid=JobId("JOB00001"), jobname=JobName("MAILJOB"), dsid=100 + key,
        stepname="SEND", procstep=None, ddname=DdName(f"SYSUT{key}"), dsname="X",
        recfm=Recfm(recfm), lrecl=lrecl, records=records, size=size,
        sysout_class=SysoutClass("B"),
    )  # fmt: skip


def seen(spool: Spool, browse: Browse, look: Look, first: int, count: int) -> list[Line]:
    """Lines, read before."""
    browse.load(spool.read, look, first, count)
    lines = browse.lines(look, first, count)
    found = [line for line in lines if line is not None]
    assert len(found) == len(lines)
    return found


def all_texts(spool: Spool, browse: Browse, look: Look) -> list[str]:
    return [line.text for line in seen(spool, browse, look, 0, browse.count(look))]


def run(search: Search, spool: Spool) -> Search:
    """To its end."""
    while search.step(spool.read):
        pass
    return search
