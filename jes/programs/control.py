"""What the utility programs share: control statements, a printed report, and a bulk copy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jes import messages
from jes.job import Dcb
from jes.programs.step import DcbConflict, Input, Output, StepContext
from jes.records import Block, Recfm

STATEMENT = slice(0, 71)  # column 72 says that a statement continues, 73-80 number the card


def control_cards(step: StepContext, ddname: str) -> list[str]:
    """The cards of a control data set that are not blank, columns 1-71."""
    decode = step.page.decode
    texts = (decode(record)[STATEMENT].rstrip() for record in step.read(ddname).records())
    return [text for text in texts if text]


class Report:
    """A printed report: lines that begin with an ASA control character."""

    def __init__(self, step: StepContext, ddname: str, recfm: Recfm, lrecl: int) -> None:
        """Opens the DD; raises what opening raises."""
        self._output = step.open_output(ddname, recfm, lrecl)
        self._page = step.page
        self._width = lrecl if recfm.fixed else lrecl - 4

    def print(self, *lines: str) -> None:
        """Add lines; what is too wide is cut."""
        self._output.write(self._page.encode_lossy(line)[: self._width] for line in lines)


@dataclass(frozen=True, slots=True)
class Target:
    """The format that copied records get; `borrowed` when the input's completed it (IEB352I)."""

    recfm: Recfm
    lrecl: int
    borrowed: bool


def target_of(source: Input, dcb: Dcb) -> Target:
    """The output's format: what its DD says, else what the input has (jes2.md 5.7)."""
    borrowed = dcb.recfm is None or dcb.lrecl is None
    return Target(dcb.recfm or source.recfm, dcb.lrecl or source.lrecl, borrowed)


def check_copy(source: Input, target: Target, names: tuple[str, str]) -> None:
    """Whether records can be copied unchanged. Raises `DcbConflict` naming both DDs of `names`."""
    same_kind = source.recfm.text[0] == target.recfm.text[0]
    fits = target.lrecl == source.lrecl if source.recfm.fixed else target.lrecl >= source.lrecl
    if not (same_kind and fits):
        reason = messages.CANNOT_COPY.text(
            source=names[0], recfm=source.recfm, lrecl=source.lrecl,
            target=names[1], target_recfm=target.recfm, target_lrecl=target.lrecl,
        )  # fmt: skip
        raise DcbConflict(names[1], reason)


def copy(source: Input, output: Output) -> int:
    """Copy whole blocks and say how many records they had."""
    count = 0

    def counted(blocks: Iterable[Block]) -> Iterator[Block]:
        nonlocal count
        for block in blocks:
            count += block.count
            yield block

    output.write_blocks(counted(source.blocks))
    return count
