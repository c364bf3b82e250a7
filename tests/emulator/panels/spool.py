"""A small spool of every kind of job and output, and what an operator answers there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jes.commands.operator import Operator
from jes.names import WriterName
from jes.sapi import SapiSession
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import Disposal, Requeue, Selection
from jes.views import GroupFilter, GroupView, JobFilter, JobView
from tests.jes.command_builders import CLOCK, a_spool
from tests.jes.fake_machine import FakeMachine
from tests.jes.store_builders import a_dataset, a_job, ended, spooled

MAIL = Selection(WriterName("CSSMTP"))
SYSTEM_HELD = "BADMAIL"  # a job whose output the system holds


class Bench:
    """A spool, a machine and its operator."""

    def __init__(self, store: SpoolStore) -> None:
        self.store = store
        self.machine = FakeMachine()
        a_spool(store)
        held = store.add_job(a_job(SYSTEM_HELD))
        spooled(store, held, a_dataset(dsid=101))
        ended(store, held)
        wanted = Selection(WriterName("CSSMTP"), jobname=SYSTEM_HELD)
        with SapiSession(store, wanted) as session:
            (file, *_) = session.select()
            session.dispose(file, Disposal.HOLD, Requeue(system_hold="NO SUCH MAILBOX"))
        self._operator = Operator(store, self.machine)

    def answer(self, command: str) -> str:
        """What the operator answers."""
        return "\n".join(self._operator.answer(command))

    def job(self, name: str) -> JobView:
        """The job of a name."""
        (found,) = self.store.jobs(JobFilter(names=(name,)))
        return found

    def groups(self, name: str) -> list[GroupView]:
        """The output groups of a job."""
        return self.store.groups(GroupFilter(jobs=JobFilter(names=(name,))))

    def group(self, name: str, outgrp: str = "*") -> GroupView:
        """The first of them, or that with an id."""
        of_job = JobFilter(names=(name,))
        return self.store.groups(GroupFilter(jobs=of_job, outgrps=(outgrp,)))[0]


@contextmanager
def a_bench(folder: Path) -> Iterator[Bench]:
    """A spool of its own."""
    store = open_spool(folder / "spool", durable=False, clock=lambda: CLOCK)
    try:
        yield Bench(store)
    finally:
        store.close()
