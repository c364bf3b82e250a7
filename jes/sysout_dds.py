"""The SYSOUT DDs of a running step: the data sets on the spool that stand behind each of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from jes import messages
from jes.job import Step, Sysout
from jes.names import DdName
from jes.outputs import Sink, SpoolSink
from jes.records import Recfm
from jes.running import Place
from jes.segments import Pages, SegmentSink
from jes.sysout import PAGE_MODE, NewDataset, SysoutRequest

Shape = tuple[Recfm, int]  # RECFM and LRECL


@dataclass(frozen=True, slots=True)
class _Allocated:
    """A SYSOUT data set that was allocated: its number, its name and what was asked for."""

    dsid: int
    dsname: str
    request: SysoutRequest


class SysoutDds:
    """Numbers the data sets of SYSOUT DDs and makes those that are opened."""

    def __init__(self, place: Place, step: Step) -> None:
        """Allocate: data sets get their numbers now, in the order of their DDs."""
        self._place, self._step = place, step
        self._found: dict[str, list[_Allocated]] = {}
        for dd in step.dds:
            if isinstance(sysout := dd.parts[0].allocation, Sysout):
                self._found[dd.ddname] = list(self._allocate(sysout, sysout.requests))

    def _allocate(self, sysout: Sysout, requests: Sequence[SysoutRequest]) -> Iterator[_Allocated]:
        for request in requests:
            dsid = self._place.next_dsid
            self._place.next_dsid += 1
            yield _Allocated(dsid, self._place.dsname(dsid, sysout.dsname), request)

    def dsnames(self, ddname: str) -> list[str]:
        """The names of the DD's data sets, pieces that were spun too."""
        return [one.dsname for one in self._found.get(ddname, ())]

    def sink(self, ddname: str, sysout: Sysout, shape: Shape) -> Sink:
        """Make the data sets of a DD; with SEGMENT= those of its first piece."""
        allocated = self._found[ddname]
        if sysout.segment is None:
            return self._made(ddname, allocated, shape)
        recfm, _ = shape
        page_mode = any(request.prmode == PAGE_MODE for request in sysout.requests)
        if recfm.control is None or page_mode:
            reason = "IT IS IN PAGE MODE" if page_mode else f"{recfm} HAS NO CONTROL CHARACTER"
            self._place.say(messages.NO_SEGMENTS.line(ddname=ddname, reason=reason))
            return self._made(ddname, allocated, shape)
        make = self._pieces(ddname, sysout, shape)
        free = any(request.free for request in sysout.requests)
        return SegmentSink(Pages(recfm, sysout.segment), shape, make, free=free)

    def _pieces(self, ddname: str, sysout: Sysout, shape: Shape) -> Callable[[], SpoolSink]:
        """What makes the pieces: the first has the numbers that the DD got, others the next.

        SEGMENT overrides SPIN, and spin output is not grouped (jes2.md 1.1, 1.2).
        """
        requests = [replace(request, spin=True, groupid=None) for request in sysout.requests]
        found = self._found[ddname]
        pairs = zip(found, requests, strict=True)
        waiting = [replace(one, request=request) for one, request in pairs]

        def make() -> SpoolSink:
            piece = list(waiting)
            waiting.clear()
            if not piece:
                piece = list(self._allocate(sysout, requests))
                found.extend(piece)
            return self._made(ddname, piece, shape)

        return make

    def _made(self, ddname: str, allocated: Sequence[_Allocated], shape: Shape) -> SpoolSink:
        place, step = self._place, self._step
        recfm, lrecl = shape
        keys = [
            (place.spool.create(NewDataset(
                dsid=one.dsid, stepname=step.stepname, procstep=step.procstep,
                ddname=DdName(ddname), dsname=one.dsname, recfm=recfm, lrecl=lrecl,
                request=one.request,
            )), one.request)
            for one in allocated
        ]  # fmt: skip
        return SpoolSink(place, keys, shape)
