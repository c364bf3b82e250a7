"""Carries out a rehearsal on many sources: in this process, or in several when there are many."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack

from cssmtp.smtpd.report import FileReport, NotRead, Summary
from cssmtp.smtpd.tally import Tally
from emulator.rehearsed.plan import Plan, Rehearser
from emulator.rehearsed.state import Entry, State, encoded, stamp_of, stamp_of_plan

MANY = 200  # sources from which on more processes are worth their start
_BATCH = 25
_AHEAD = 3  # batches a process that may wait for being taken

Made = tuple[str, str, bytes]  # source, stamp, encoded entry


def rehearse(
    plan: Plan,
    sources: Sequence[str],
    state: State,
    processes: int,
    progress: Callable[[int], None],
) -> Summary:
    """Have every source in `state`, and say what there is to say of all; `progress` hears how many
    are done. Raises `UsageFault`."""
    migration = plan.migration()
    stamp = stamp_of_plan(plan)
    stamps = {source: stamp_of(source, stamp) for source in sources}
    todo = [source for source in sources if not state.has(source, stamps[source])]
    done = len(sources) - len(todo)
    progress(done)
    for source, made in _made(plan, todo, processes):
        state.add(encoded(_stamped(made, stamps[source])), source, stamps[source])
        done += 1
        progress(done)
    tally = Tally()
    for entry in state.entries(sources):
        for one in entry.each():
            tally.add(one)
    return tally.summary(migration, *plan.configurations)


def reports(state: State, sources: Sequence[str]) -> Iterator[FileReport]:
    """The reports of all sources, in their order."""
    for entry in state.entries(sources):
        yield from entry.files


def _stamped(entry: Entry, stamp: str) -> Entry:
    """`stamp` is from before the source was read: one that changed meanwhile is read again."""
    return Entry(source=entry.source, stamp=stamp, files=entry.files, not_read=entry.not_read)


def _made(plan: Plan, sources: Sequence[str], processes: int) -> Iterator[tuple[str, Entry]]:
    if processes < 2 or len(sources) < MANY:
        with Rehearser(plan) as rehearser:
            for source in sources:
                yield source, _entry(rehearser, source)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(plan,))
    try:
        waiting: deque[Future[list[Entry]]] = deque()
        for at in range(0, len(sources), _BATCH):
            waiting.append(pool.submit(_batch, sources[at : at + _BATCH]))
            if len(waiting) >= processes * _AHEAD:
                yield from ((entry.source, entry) for entry in waiting.popleft().result())
        for future in waiting:
            yield from ((entry.source, entry) for entry in future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def _entry(rehearser: Rehearser, source: str) -> Entry:
    found = list(rehearser.reports(source))
    return Entry(
        source=source,
        stamp="",
        files=tuple(one for one in found if isinstance(one, FileReport)),
        not_read=tuple(one for one in found if isinstance(one, NotRead)),
    )


# --- in a process of the pool -----------------------------------------------------------------

_here: list[Rehearser] = []
_open = ExitStack()


def _begin(plan: Plan) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us hears it
    _here.append(_open.enter_context(Rehearser(plan)))


def _batch(sources: Sequence[str]) -> list[Entry]:
    return [_entry(_here[0], source) for source in sources]
