"""The port through which CSSMTP reads a spool (blueprint §2). A SAPI session in a thread fits."""

from collections.abc import Sequence
from typing import Protocol

from jes.names import SysoutClass
from jes.records import Block
from jes.sysout import Disposal, Disposition, SpoolFile


class MailSpool(Protocol):
    """A session on a spool that selects by CSSMTP's writer name.

    What it holds goes back unchanged when the session ends. Every call may raise
    `jes.errors.SpoolError`.
    """

    async def select(self) -> Sequence[SpoolFile]:
        """Claim the next output group; its data sets in order, or none when nothing matches."""

    async def read(self, file: SpoolFile, record: int) -> Sequence[Block]:
        """About a megabyte of blocks from the one that holds `record`; none behind the end."""

    async def dispose(self, file: SpoolFile, disposal: Disposal) -> Disposition | None:
        """Give one data set back. None when that purged it."""

    async def report(self, sysout_class: SysoutClass | None, lines: Sequence[str]) -> None:
        """Print an error report (VBA, LRECL 137) as output of CSSMTP's own job."""
