"""Carries out a rehearsal on many sources: in this process, or in several when there are many."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack

from cssmtp.smtpd.report import FileReport, NotRead, Summary
from cssmtp.smtpd.tally import Tally
from emulator.exits import Problem
from emulator.rehearsed.plan import Plan, Rehearser
from emulator.rehearsed.state import Entry, State, key_of, stamp_of, stamp_of_plan

MANY = 200  # sources from which on more processes are worth their start
_BATCH = 25
_AHEAD = 3  # batches a process that may wait for being taken


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
    stamps = {key_of(source): stamp_of(source, stamp) for source in sources}
    todo = [source for source in sources if not state.has(source, stamps[key_of(source)])]
    done = len(sources) - len(todo)
    progress(done)
    for made in _made(plan, todo, processes):
        # from before it was read: a source that changed meanwhile is read again the next time
        made.stamp = stamps[made.source]
        state.add(made)
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


def _made(plan: Plan, sources: Sequence[str], processes: int) -> Iterator[Entry]:
    if processes < 2 or len(sources) < MANY:
        with Rehearser(plan) as rehearser:
            for source in sources:
                yield _entry(rehearser, source)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(plan,))
    try:
        waiting: deque[Future[list[Entry]]] = deque()
        for at in range(0, len(sources), _BATCH):
            waiting.append(pool.submit(_batch, sources[at : at + _BATCH]))
            if len(waiting) >= processes * _AHEAD:
                yield from waiting.popleft().result()
        for future in waiting:
            yield from future.result()
    except BrokenProcessPool as error:
        raise Problem("a process of the rehearsal ended; try --processes 1") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _entry(rehearser: Rehearser, source: str) -> Entry:
    found = list(rehearser.reports(source))
    return Entry(
        source=key_of(source),
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
