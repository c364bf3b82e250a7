"""The port through which a job reaches data sets that are not on the spool (blueprint §6).

Whoever wires a system says where data sets are; running a job only asks for them by name. A data
set is a stream of blocks of whole records (jes.records), in EBCDIC.
"""

from collections.abc import Iterator, Sequence
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


class Draft(Protocol):
    """Records on their way to a data set, which is as it was until they are committed.

    `add` and `commit` may raise `DatasetError`; once one has, every further call of them does.
    """

    def add(self, blocks: Sequence[Block]) -> None:
        """The next blocks; their numbers may begin with 1 although the data set has records."""

    def commit(self) -> None:
        """Make the data set of them in one step. Called once, last but for `discard`."""

    def discard(self) -> None:
        """Forget what was not committed. May be called at any time and again; never raises."""


class Datasets(Protocol):
    """A catalogue and what it leads to. Every method may raise `DatasetError` and nothing else."""

    def find(self, dsname: DsName) -> Attributes | None:
        """The data set's label once its records are known to be readable; None: not there.

        A name with a member is there when its member is; without one it is the library itself.
        """

    def read(self, dsname: DsName) -> Iterator[Block]:
        """The records of a data set that `find` found, read a block at a time as asked for."""

    def create(self, dsname: DsName, attributes: Attributes, *, mod: bool) -> Draft:
        """Begin to make or replace the data set, or with `mod` to add to it."""

    def delete(self, dsname: DsName) -> None:
        """Delete the data set and its catalogue entry; none there is no error."""
