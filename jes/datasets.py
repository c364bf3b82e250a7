"""The port through which a job reaches data sets that are not on the spool (blueprint §6).

Whoever wires a system says where data sets are; running a job only asks for them by name. A data
set is a stream of blocks of whole records (jes.records), in EBCDIC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from jes import messages
from jes.errors import JesError
from jes.names import DsName
from jes.records import Block, Recfm


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a data set's label says. A library (PDS) has members and no records of its own."""

    recfm: Recfm
    lrecl: int
    library: bool = False


class DatasetError(JesError):
    """A data set cannot be used as asked; `reason` says why, naming file and line where it can."""

    def __init__(self, dsname: str, reason: str) -> None:
        super().__init__(messages.DATASET_ERROR, dsname=dsname, reason=reason)
        self.reason = reason


class Datasets(Protocol):
    """A catalogue and what it leads to. Every method may raise `DatasetError` and nothing else."""

    def find(self, dsname: DsName) -> Attributes | None:
        """The data set's label once its records are known to be readable; None: not there.

        A name with a member is there when its member is; without one it is the library itself.
        """

    def read(self, dsname: DsName) -> Iterator[Block]:
        """The records of a data set that `find` found, read a block at a time as asked for."""

    def write(
        self, dsname: DsName, attributes: Attributes, blocks: Iterable[Block], *, mod: bool
    ) -> None:
        """Make or replace the data set, or with `mod` add to it; all of the blocks or none."""

    def delete(self, dsname: DsName) -> None:
        """Delete the data set and its catalogue entry; none there is no error."""
