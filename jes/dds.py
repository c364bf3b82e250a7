"""The DDs of a running step: opened by its program, disposed of at its end.

jes2.md 1.1 (data set ids and names), 5.3 (DD statements). A data set that is written becomes
visible at the end of the step, all of it or nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from jes import messages
from jes.allocation import step_datasets, step_label
from jes.codepages import CodePage
from jes.datasets import Attributes, DatasetError, Draft
from jes.errors import BadName
from jes.job import DD, Dataset, Dcb, DdPart, Dummy, Instream, Status, Step, Sysout
from jes.names import DsName
from jes.outputs import DatasetSink, DummySink, Limit, OpenOutput, Sink
from jes.programs.step import Abend, DcbConflict, DdMissing, Input
from jes.records import FB, LRECL_MAX, Block, Recfm, check_lrecl, fixed_blocks
from jes.running import Place
from jes.sysout_dds import SysoutDds

TEMPORARY = "SYS00000.T000000.RA000."  # how the converter begins the name of a && data set
CARD = 80  # in-stream records are card images (jes2.md 5.4)
DISPOSED = {
    "KEEP": "KEPT", "CATLG": "CATALOGED", "DELETE": "DELETED", "PASS": "PASSED",
    "UNCATLG": "UNCATALOGED",
}  # fmt: skip


class StepDds:
    """`StepContext` of one step, and its allocation and disposition messages."""

    def __init__(self, place: Place, step: Step) -> None:
        """Allocate: SYSOUT data sets get their numbers now, in the order of their DDs."""
        self._place, self._step = place, step
        self._dds: dict[str, DD] = {dd.ddname: dd for dd in step.dds}
        self._outputs: dict[str, OpenOutput] = {}
        self._sysout = SysoutDds(place, step)
        self._committed = False
        self.reasons: list[str] = []  # why the step fails, by its program

    # --- what a program sees ---------------------------------------------------------------------

    @property
    def parm(self) -> str:
        """PARM= of the EXEC statement."""
        return self._step.parm

    @property
    def page(self) -> CodePage:
        """The system's code page."""
        return self._place.system.page

    def say(self, line: str) -> None:
        """A line for the job log."""
        self._place.say(line)

    def explain(self, line: str) -> None:
        """Why the step fails."""
        self.reasons.append(line)

    def has(self, ddname: str) -> bool:
        """Whether the step has this DD."""
        return ddname in self._dds

    def dcb(self, ddname: str) -> Dcb:
        """The DD's DCB, completed from the label of an existing data set."""
        part = self._dd(ddname).parts[0]
        dcb, label = part.dcb, self._label(part)
        recfm = dcb.recfm or (label.recfm if label else None)
        lrecl = _lrecl(dcb, recfm) or (label.lrecl if label else None)
        return replace(dcb, recfm=recfm, lrecl=lrecl)

    def read(self, ddname: str) -> Input:
        """Open a DD and all that is concatenated to it."""
        inputs = [self._open_part(ddname, part) for part in self._dd(ddname).parts]
        known = [i for i in inputs if i.lrecl] or [Input(FB, CARD, iter(()))]
        first = known[0]
        lrecl = max(i.lrecl for i in known)
        for other in known[1:]:
            kinds = {first.recfm.text[0], other.recfm.text[0]}
            if len(kinds) > 1 or (first.recfm.fixed and other.lrecl != first.lrecl):
                reason = f"{first.recfm} {first.lrecl} and {other.recfm} {other.lrecl}"
                raise DcbConflict(ddname, reason)
        return Input(first.recfm, lrecl, _joined([i.blocks for i in inputs]))

    def open_output(self, ddname: str, recfm: Recfm, lrecl: int) -> OpenOutput:
        """Open a DD for output; a second time goes on after what was written."""
        part = self._dd(ddname).parts[0]
        try:
            check_lrecl(recfm, lrecl)
        except BadName as error:
            raise _refused(ddname, "OUTPUT", str(error)) from error
        if (output := self._outputs.get(ddname)) is not None:
            if output.sealed:
                raise _refused(ddname, "OUTPUT", "it was freed when it was closed")
            if (output.recfm, output.lrecl) != (recfm, lrecl):
                raise DcbConflict(ddname, f"{output.recfm} {output.lrecl} and {recfm} {lrecl}")
            return output
        outlim = part.allocation.outlim if isinstance(part.allocation, Sysout) else None
        output = OpenOutput(
            recfm,
            lrecl,
            self._sink(ddname, part, recfm, lrecl),
            None if outlim is None else Limit(ddname, outlim),
            watched=bool(self._place.job.estimates),
        )
        self._outputs[ddname] = output
        return output

    def _dd(self, ddname: str) -> DD:
        if (dd := self._dds.get(ddname)) is None:
            raise DdMissing(ddname)
        return dd

    def _label(self, part: DdPart) -> Attributes | None:
        """The label of an existing data set; a new member has its library's."""
        if not isinstance(part.allocation, Dataset):
            return None
        dsname = part.allocation.dsname
        datasets = self._place.system.datasets
        return datasets.find(dsname) or datasets.find(DsName(dsname.dataset))

    def _open_part(self, ddname: str, part: DdPart) -> Input:
        match part.allocation:
            case Instream(data=data):
                return Input(FB, CARD, fixed_blocks(data, CARD))
            case Dummy():
                return Input(part.dcb.recfm or FB, part.dcb.lrecl or 0, iter(()))
            case Sysout():
                raise _refused(ddname, "INPUT", "it is SYSOUT")
            case Dataset(dsname=dsname):
                return self._open_dataset(ddname, part, dsname)

    def _open_dataset(self, ddname: str, part: DdPart, dsname: DsName) -> Input:
        datasets = self._place.system.datasets
        label = datasets.find(dsname)
        if label is None:
            what = f"member {dsname.member} of {dsname.dataset}" if dsname.member else dsname
            raise _refused(ddname, "INPUT", f"{what} does not exist")
        if label.library:
            raise _refused(ddname, "INPUT", f"{dsname} is a library, a member is needed")
        if label.recfm.fixed and part.dcb.lrecl not in (None, label.lrecl):
            reason = f"LRECL={part.dcb.lrecl} is coded, {dsname} has {label.lrecl}"
            raise DcbConflict(ddname, reason)
        return Input(label.recfm, label.lrecl, datasets.read(dsname))

    def _sink(self, ddname: str, part: DdPart, recfm: Recfm, lrecl: int) -> Sink:
        match part.allocation:
            case Sysout() as sysout:
                return self._sysout.sink(ddname, sysout, (recfm, lrecl))
            case Dataset() as dataset:
                if (label := self._label(part)) and label.library and not dataset.dsname.member:
                    reason = f"{dataset.dsname} is a library, a member is needed"
                    raise _refused(ddname, "OUTPUT", reason)
                return DatasetSink(self._draft(dataset, Attributes(recfm, lrecl)))
            case Dummy():
                return DummySink()
            case Instream():
                raise _refused(ddname, "OUTPUT", "it is in-stream data")

    # --- allocation and end of step --------------------------------------------------------------

    def allocated(self) -> Iterator[str]:
        """IEF236I and IEF237I: a concatenation names its DD once."""
        step = step_label(self._step)
        yield messages.IEF236I.line(jobname=self._place.job.jobname, step=step)
        for dd in self._step.dds:
            for index, part in enumerate(dd.parts):
                ddname = dd.ddname if index == 0 else ""
                for _ in self._sysout.dsnames(dd.ddname) or ("",):
                    line = messages.IEF237I.line(device=_device(part), ddname=ddname)
                    yield line.rstrip()

    def commit(self) -> None:
        """End the program's outputs well: close them, and make its data sets visible.

        Raises `Abend` or `DatasetError` when one cannot be written.
        """
        self._close()
        self._committed = True
        for dd, part, dataset in step_datasets(self._step):
            if not (dataset.status is Status.NEW and dataset.normal == "DELETE"):
                self._write(dd, part, dataset)

    def release(self, *, abended: bool) -> Iterator[str]:
        """Dispose of every DD: IEF285I lines, and what went wrong."""
        if not self._committed:
            self._close_abended()
            yield from self._salvage()
        for dd in self._step.dds:
            for dsname in self._sysout.dsnames(dd.ddname):
                yield _ief285i(dsname, "SYSOUT")
            for part in dd.parts:
                match part.allocation:
                    case Instream(dsid=dsid):
                        yield _ief285i(self._place.dsname(dsid, None), "SYSIN")
                    case Dataset() as dataset:
                        yield from self._dispose(dd, dataset, abended=abended)
                    case _:
                        pass

    def _close(self) -> None:
        for output in self._outputs.values():
            output.close(by_program=False)

    def _close_abended(self) -> None:
        """All of them; a data set that could not be written says so again when it is kept."""
        for output in self._outputs.values():
            with suppress(DatasetError, Abend):
                output.abandon()

    def discard(self) -> None:
        """Forget what was written to data sets and is not to be kept. Never raises."""
        for output in self._outputs.values():
            if isinstance(output.sink, DatasetSink):
                output.sink.draft.discard()

    def _salvage(self) -> Iterator[str]:
        """After an abend, what was written is kept unless the disposition deletes it."""
        for dd, part, dataset in step_datasets(self._step):
            if dataset.abnormal != "DELETE":
                try:
                    self._write(dd, part, dataset)
                except (DatasetError, Abend) as error:
                    yield _not_disposed(dd, dataset, str(error))

    def _write(self, dd: DD, part: DdPart, dataset: Dataset) -> None:
        """What was written to the DD's first data set; one that is new is made in any case."""
        output = self._outputs.get(dd.ddname) if part is dd.parts[0] else None
        if output is not None and isinstance(output.sink, DatasetSink):
            output.sink.draft.commit()
            return
        new = dataset.status in (Status.NEW, Status.MOD)
        datasets = self._place.system.datasets
        if new and datasets.find(DsName(dataset.dsname.dataset)) is None:
            self._draft(dataset, _default_attributes(dd, part.dcb)).commit()

    def _draft(self, dataset: Dataset, attributes: Attributes) -> Draft:
        mod = dataset.status is Status.MOD
        return self._place.system.datasets.create(dataset.dsname, attributes, mod=mod)

    def _dispose(self, dd: DD, dataset: Dataset, *, abended: bool) -> Iterator[str]:
        disposition = dataset.abnormal if abended else dataset.normal
        if disposition == "DELETE":
            if dataset.dsname.member and dataset.status is not Status.NEW:
                yield messages.LIBRARY_KEPT.line(ddname=dd.ddname, dsname=dataset.dsname.dataset)
                disposition = "KEEP"
            else:
                try:
                    self._place.system.datasets.delete(dataset.dsname)
                except DatasetError as error:
                    yield _not_disposed(dd, dataset, error.reason)
                    return
        self._remember(dataset, disposition)
        yield _ief285i(dataset.dsname, DISPOSED.get(disposition, disposition))

    def _remember(self, dataset: Dataset, disposition: str) -> None:
        """A new data set that is only passed, and a temporary one, is deleted when the job ends."""
        name = dataset.dsname.dataset
        temporary = name.startswith(TEMPORARY) and disposition != "DELETE"
        if temporary or (disposition == "PASS" and dataset.status is Status.NEW):
            self._place.passed.add(name)
        elif disposition != "PASS":
            self._place.passed.discard(name)


def _joined(parts: Sequence[Iterator[Block]]) -> Iterator[Block]:
    """The blocks of a concatenation, numbered through."""
    if len(parts) == 1:
        return parts[0]
    return _numbered(parts)


def _numbered(parts: Sequence[Iterator[Block]]) -> Iterator[Block]:
    first = 1
    for part in parts:
        for block in part:
            yield Block(first, block.count, block.data)
            first += block.count


def _refused(ddname: str, purpose: str, reason: str) -> Abend:
    line = messages.WRONG_DD.line(ddname=ddname, purpose=purpose, reason=reason)
    return Abend("S013", 0, line)


def _device(part: DdPart) -> str:
    match part.allocation:
        case Dummy():
            return "DMY"
        case Dataset():
            return "DISK"
        case _:
            return "JES2"


def _ief285i(dsname: str, disposition: str) -> str:
    return messages.IEF285I.line(dsname=dsname, disposition=disposition)


def _not_disposed(dd: DD, dataset: Dataset, reason: str) -> str:
    return messages.NOT_DISPOSED.line(ddname=dd.ddname, dsname=dataset.dsname, reason=reason)


def _lrecl(dcb: Dcb, recfm: Recfm | None) -> int | None:
    """How long records may be by a DCB: a U record is a block (jes2.md 4.1)."""
    if recfm and recfm.undefined and dcb.blksize:
        return min(dcb.blksize, LRECL_MAX)
    return dcb.lrecl


def _default_attributes(dd: DD, dcb: Dcb) -> Attributes:
    """For a data set that nobody opened: its DCB, else FB 80."""
    recfm = dcb.recfm or FB
    usual = LRECL_MAX if recfm.undefined else CARD if recfm.fixed else CARD + 4
    lrecl = _lrecl(dcb, recfm) or usual
    try:
        return Attributes(recfm, check_lrecl(recfm, lrecl))
    except BadName as error:
        raise _refused(dd.ddname, "OUTPUT", str(error)) from error
