"""Random jobs, sessions, operators and restarts never lose, repeat or share output (style R33)."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jes.job import Phase
from jes.names import JobId, WriterName
from jes.sapi import SapiSession
from jes.store.postgres import open_postgres
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import Disposal, Disposition, Requeue, Selection, SpoolFile, SysoutRequest
from jes.views import GroupChange, GroupFilter, GroupView, Hold, JobChange
from tests.databases import new_database
from tests.jes.store_builders import a_dataset, a_job, a_request, ended, here, records, spooled
from tests.jes.store_model import BECOMES, HOLD, JOB, KEEP, LEAVE, OPER, SYSTEM, WRITE, Group, Model

SELECTION = Selection(WriterName("CSSMTP"))  # a writer takes what is ready
LOOK = replace(SELECTION, dispositions=frozenset({HOLD, LEAVE}))  # the hold queue
SESSIONS = (SELECTION, SELECTION, LOOK)
dispositions = st.sampled_from([WRITE, HOLD, KEEP, LEAVE])
dests = st.sampled_from(["LOCAL", "BOB", "CSSMTP", "N2.CSSMTP"])
writers = st.sampled_from(["CSSMTP", "OTHER", None])


class Spool(RuleBasedStateMachine):
    """A spool beside its model. `open` opens the same spool every time."""

    def __init__(self, opened: Callable[[], SpoolStore], closed: Callable[[], None]) -> None:
        super().__init__()
        self.open, self.closed = opened, closed
        self.store = opened()
        self.model = Model()
        self.new_sessions()

    def new_sessions(self) -> None:
        self.sessions = [SapiSession(self.store, wanted) for wanted in SESSIONS]
        self.hands: list[dict[int, SpoolFile]] = [{} for _ in SESSIONS]

    def view(self, group: Group) -> GroupView:
        """The group as the store has it."""
        files = self.store.files(group.jobid)
        (outgrp,) = {file.outgrp for file in files if file.key in group.members}
        found = self.store.groups(GroupFilter(outgrps=(outgrp,)))
        return next(view for view in found if view.jobid == group.jobid)

    # --- jobs ----------------------------------------------------------------------------------

    @initialize()
    def there_is_work(self) -> None:
        for disposition in (WRITE, KEEP, HOLD):
            self.a_job_arrives()
            jobid = max(self.model.running)
            self.spun(jobid, a_request(), disposition, (2, 3))

    @precondition(lambda self: len(self.model.running) < 3)
    @rule()
    def a_job_arrives(self) -> None:
        jobid = self.store.add_job(a_job())
        assert jobid not in self.model.jobs
        self.model.jobs[jobid] = False
        self.model.running.add(jobid)

    @precondition(lambda self: self.model.running)
    @rule(data=st.data(), disposition=dispositions, writer=writers, dest=dests,
          priority=st.sampled_from([None, 7, 200]),
          sizes=st.sampled_from([(1, 900), (2, 1), (3, 3)]))  # fmt: skip
    def output_is_spun(
        self, data: st.DataObject, disposition: Disposition, writer: str | None, dest: str,
        priority: int | None, sizes: tuple[int, int],
    ) -> None:  # fmt: skip
        jobid = data.draw(st.sampled_from(sorted(self.model.running)))
        request = a_request(writer=writer, dest=dest, priority=priority)
        self.spun(jobid, request, disposition, sizes)

    def spun(
        self, jobid: JobId, request: SysoutRequest, disposition: Disposition, sizes: tuple[int, int]
    ) -> None:
        """Data sets of a job in one group: how many, and how many records each has."""
        number, size = sizes
        new = [a_dataset(request) for _ in range(number)]
        keys = spooled(self.store, jobid, *new, disposition=disposition, size=size)
        self.model.written |= dict.fromkeys(keys, size)
        holds = {JOB} if self.model.jobs[jobid] else set()
        self.model.groups.append(
            Group(
                jobid,
                set(keys),
                disposition,
                request.writer,
                request.dest,
                request.priority or 144,
                holds,
            )
        )

    @precondition(lambda self: self.model.running)
    @rule(data=st.data(), size=st.integers(1, 3))
    def a_job_writes(self, data: st.DataObject, size: int) -> None:
        jobid = data.draw(st.sampled_from(sorted(self.model.running)))
        key = self.store.create(jobid, a_dataset())
        self.store.append(key, records(size))
        self.model.written[key] = size
        self.model.unfinished[key] = jobid

    @precondition(lambda self: self.model.running)
    @rule(data=st.data())
    def a_job_ends(self, data: st.DataObject) -> None:
        """What is in no group goes, and everything of a job that was purged while it ran."""
        jobid = data.draw(st.sampled_from(sorted(self.model.running)))
        mine = [key for key, job in self.model.unfinished.items() if job == jobid]
        self.store.doom(mine)
        ended(self.store, jobid)
        for key in mine:
            self.model.doom(key)
        self.model.running.remove(jobid)
        if jobid in self.model.purging:
            for group in [group for group in self.model.groups if group.jobid == jobid]:
                self.model.cancel(group)

    # --- sessions ------------------------------------------------------------------------------

    @precondition(lambda self: not all(self.hands))
    @rule()
    def a_session_selects(self) -> None:
        """The first of the highest priority, and all its data sets."""
        number = self.hands.index({})
        found = {file.key: file for file in self.sessions[number].select()}
        free = [group for group in self.model.groups if group.matches(SESSIONS[number])]
        if not free:
            assert not found
            return
        best = max(free, key=lambda group: group.priority)
        assert found.keys() == best.members
        best.holder = number
        self.hands[number] |= found

    @precondition(lambda self: any(self.hands))
    @rule(
        disposal=st.sampled_from(Disposal), data=st.data(),
        system_hold=st.sampled_from([None, None, "ERROR"]),
        writer=st.sampled_from([None, "CSSMTP", "OTHER"]),
    )  # fmt: skip
    def a_data_set_is_given_back(
        self, disposal: Disposal, data: st.DataObject, system_hold: str | None, writer: str | None
    ) -> None:
        number = data.draw(st.sampled_from([n for n, hand in enumerate(self.hands) if hand]))
        hand = self.hands[number]
        file = hand.pop(data.draw(st.sampled_from(sorted(hand))))
        (group,) = (g for g in self.model.groups if file.key in g.members)
        match data.draw(st.sampled_from(["cancelled", "held", ""])):  # meanwhile
            case "held":
                self.hold(group.jobid, held=True)
            case "cancelled":
                self.store.cancel_group(self.view(group).key)
                self.model.cancel(group)
        requeue = Requeue(writer=WriterName(writer) if writer else None, system_hold=system_hold)
        assert self.sessions[number].dispose(file, disposal, requeue) == BECOMES[disposal][
            group.disposition
        ]  # fmt: skip
        becomes = None if group.cancelled else BECOMES[disposal][group.disposition]
        group.members.remove(file.key)
        if not group.members:
            self.model.groups.remove(group)
        if becomes is None:
            self.model.doom(file.key)
            return
        holds = group.holds | ({SYSTEM} if system_hold else set())
        self.model.groups.append(
            replace(group, members={file.key}, disposition=becomes, holder=None, cancelled=False,
                    writer=writer or group.writer, holds=holds)
        )  # fmt: skip

    @precondition(lambda self: any(self.hands))
    @rule(data=st.data())
    def a_session_ends(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([n for n, hand in enumerate(self.hands) if hand]))
        self.sessions[number].close()
        self.model.let_go(number)
        self.sessions[number] = SapiSession(self.store, SESSIONS[number])
        self.hands[number] = {}

    # --- operators -----------------------------------------------------------------------------

    @precondition(lambda self: self.model.groups)
    @rule(data=st.data(), disposition=st.none() | dispositions, dest=st.none() | dests,
          hold=st.none() | st.sampled_from(Hold),
          priority=st.none() | st.sampled_from([1, 255]))  # fmt: skip
    def an_operator_changes_a_group(
        self, data: st.DataObject, disposition: Disposition | None, dest: str | None,
        hold: Hold | None, priority: int | None,
    ) -> None:  # fmt: skip
        group = data.draw(st.sampled_from(self.model.groups))
        change = GroupChange(disposition=disposition, dest=dest, hold=hold, priority=priority)
        done = self.store.change_group(self.view(group).key, change, here)
        assert done == (group.holder is None)
        if not done:
            return
        group.disposition = disposition or group.disposition
        group.dest = dest or group.dest
        group.priority = priority or group.priority
        if hold is Hold.OPER:
            group.holds.add(OPER)
        elif hold is not None:
            taken = {Hold.NOT_OPER: {OPER}, Hold.NOT_SYS: {SYSTEM}, Hold.NONE: {OPER, SYSTEM}}
            group.holds -= taken[hold]

    @precondition(lambda self: len(self.model.groups) > 2)
    @rule(data=st.data(), by_change=st.booleans())
    def an_operator_purges_a_group(self, data: st.DataObject, by_change: bool) -> None:
        """$P O waits for whoever has it in hand; OUTDISP=PURGE is refused meanwhile."""
        group = data.draw(st.sampled_from(self.model.groups))
        key = self.view(group).key
        if by_change:
            change = GroupChange(disposition=Disposition.PURGE)
            done = self.store.change_group(key, change, here)
            assert done == (group.holder is None)
        else:
            done = self.store.cancel_group(key)
            assert done
        if done:
            self.model.cancel(group)

    @precondition(lambda self: self.model.groups)
    @rule(data=st.data(), held=st.booleans())
    def an_operator_holds_or_releases_a_job(self, data: st.DataObject, held: bool) -> None:
        """jes2.md 1.5: its output groups are held with it, those in hand too."""
        self.hold(data.draw(st.sampled_from(self.model.groups)).jobid, held=held)

    def hold(self, jobid: JobId, *, held: bool) -> None:
        (job,) = (view for view in self.store.jobs() if view.jobid == jobid)
        assert self.store.change_job(job.key, JobChange(held=held))
        self.model.jobs[jobid] = held
        for group in self.model.groups:
            if group.jobid == jobid:
                group.holds = group.holds | {JOB} if held else group.holds - {JOB}

    @precondition(lambda self: len(self.model.groups) > 2)
    @rule(data=st.data())
    def an_operator_purges_a_job(self, data: st.DataObject) -> None:
        """$P J: what is in hand goes when it is let go, and a job that runs is told to end."""
        jobid = data.draw(st.sampled_from(self.model.groups)).jobid
        (job,) = (view for view in self.store.jobs() if view.jobid == jobid)
        assert self.store.cancel_job(job.key, purge=True)
        assert (jobid in self.store.asked_to_end()) == (jobid in self.model.running)
        self.model.purging.add(jobid)
        for group in [group for group in self.model.groups if group.jobid == jobid]:
            self.model.cancel(group)

    # --- the system ----------------------------------------------------------------------------

    @precondition(lambda self: sum(map(len, self.hands)) > 2)
    @rule()
    def the_system_restarts(self) -> None:
        """A warm start after a crash: what was in hand is offered again, what was not finished is
        swept."""
        self.store._db.close()
        self.store = self.open()
        for key in list(self.model.unfinished):
            self.model.doom(key)
        self.model.let_go()
        purged = self.model.running & self.model.purging  # they end, with all that they spun
        for group in [group for group in self.model.groups if group.jobid in purged]:
            self.model.cancel(group)
        self.model.doomed.clear()  # a start frees all of it
        self.model.running.clear()
        there = {job.jobid for job in self.store.jobs() if job.phase is not Phase.PURGE}
        assert there == {group.jobid for group in self.model.groups}
        self.new_sessions()

    @precondition(lambda self: len(self.model.doomed) > 2)
    @rule()
    def all_space_is_freed(self) -> None:
        while self.store.free():
            pass
        self.model.doomed.clear()

    @precondition(lambda self: self.model.doomed)
    @rule()
    def a_step_of_space_is_freed(self) -> None:
        """A step takes many data sets as small as these."""
        before = self.store.space().used
        assert self.store.free()
        assert before - self.store.space().used == 80 * sum(self.model.doomed)
        self.model.doomed.clear()

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def every_data_set_is_in_the_one_group_that_it_should_be(self) -> None:
        there: dict[tuple[JobId, str], set[int]] = {}
        for file in self.store.all_files():
            there.setdefault((file.jobid, file.outgrp), set()).add(file.key)
        wanted = sorted((group.jobid, sorted(group.members)) for group in self.model.groups)
        assert sorted((job, sorted(keys)) for (job, _), keys in there.items()) == wanted
        assert {view.outgrp for view in self.store.groups()} == {outgrp for _, outgrp in there}

    @invariant()
    def a_group_is_on_exactly_one_queue(self) -> None:
        """In hand, ready, or waiting for somebody to release it; another node's is ready."""
        queues = [
            [view.key for view in self.store.groups(wanted)]
            for wanted in (GroupFilter(busy=True), GroupFilter(busy=False, ready=True),
                           GroupFilter(busy=False, ready=False))
        ]  # fmt: skip
        everyone = [key for queue in queues for key in queue]
        assert len(everyone) == len(set(everyone)) == len(self.model.groups)
        busy = [group for group in self.model.groups if group.holder is not None]
        ready = [
            group for group in self.model.groups
            if group.holder is None and not group.holds
            and (group.dest.startswith("N2.") or group.disposition in (WRITE, KEEP))
        ]  # fmt: skip
        assert (len(queues[0]), len(queues[1])) == (len(busy), len(ready))
        unheld = self.store.groups(GroupFilter(busy=False, held=False))
        assert [view.key for view in unheld] == queues[1]
        counts = [self.store.count_groups(GroupFilter(held=held)) for held in (True, False)]
        assert sum(counts) == len(everyone)
        for number, wanted in enumerate(SESSIONS):
            free = [group for group in self.model.groups if group.matches(wanted)]
            counted = self.sessions[number].count()
            assert counted == (len(free), sum(len(group.members) for group in free))

    @invariant()
    def space_is_what_is_kept_and_what_is_not_freed(self) -> None:
        space = self.store.space()
        assert space.used == 80 * (sum(self.model.written.values()) + sum(self.model.doomed))
        assert space.datasets == len(self.model.written) + len(self.model.doomed)

    @precondition(lambda self: self.model.written)
    @rule(data=st.data())
    def records_come_back_as_written(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.written)))
        size = self.model.written[key]
        assert self.store.read(key, 1, 1 << 20) == records(size)
        assert self.store.records(key) == size

    def teardown(self) -> None:
        self.store.close()
        self.closed()


class SqliteSpool(Spool):
    """One in SQLite."""

    def __init__(self) -> None:
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / "spool"
        super().__init__(lambda: open_spool(path, durable=False), folder.cleanup)


def test_a_spool_in_sqlite() -> None:
    effort = settings(max_examples=60, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(SqliteSpool, settings=effort)


def test_a_spool_in_postgresql(postgres_server: str) -> None:
    class PostgresSpool(Spool):
        def __init__(self) -> None:
            conninfo = new_database(postgres_server)
            super().__init__(lambda: open_postgres(conninfo, "TEST"), lambda: None)

    effort = settings(max_examples=10, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(PostgresSpool, settings=effort)
