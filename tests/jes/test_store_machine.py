"""Random sessions, disposals and restarts never lose, repeat or share a data set (style R33)."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jes.job import Phase
from jes.names import JobId, WriterName
from jes.sapi import SapiSession
from jes.store.sqlite import open_spool
from jes.sysout import SELECTABLE, Disposal, Disposition, Selection, SpoolFile, after
from tests.jes.store_builders import a_dataset, a_job, spooled

SELECTION = Selection(WriterName("CSSMTP"))


class Spool(RuleBasedStateMachine):
    """`kept` is what must be on the spool, `held` what each session has in hand."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "spool"
        self.store = open_spool(self.path, durable=False)
        self.jobs: list[JobId] = []
        self.kept: dict[int, Disposition] = {}
        self.held: list[tuple[SapiSession, dict[int, SpoolFile]]] = []
        self.new_sessions()

    def new_sessions(self) -> None:
        self.held = [(SapiSession(self.store, SELECTION), {}) for _ in range(3)]

    @rule()
    def a_job_arrives(self) -> None:
        jobid = self.store.add_job(a_job())
        assert jobid not in self.jobs
        self.jobs.append(jobid)

    @precondition(lambda self: self.jobs)
    @rule(
        data=st.data(),
        disposition=st.sampled_from([d for d in Disposition if d is not Disposition.PURGE]),
        number=st.integers(1, 3),
    )
    def output_is_made(self, data: st.DataObject, disposition: Disposition, number: int) -> None:
        jobid = data.draw(st.sampled_from(self.jobs))
        keys = spooled(
            self.store, jobid, *(a_dataset() for _ in range(number)), disposition=disposition
        )
        self.kept |= dict.fromkeys(keys, disposition)

    @rule(number=st.integers(0, 2))
    def a_session_selects(self, number: int) -> None:
        session, mine = self.held[number]
        taken = {key for _, files in self.held for key in files}
        found = {file.key: file for file in session.select()}
        free = {
            key for key, disposition in self.kept.items()
            if disposition in SELECTABLE and key not in taken
        }  # fmt: skip
        assert bool(found) == bool(free)
        assert found.keys() <= free
        mine |= found

    @rule(number=st.integers(0, 2), disposal=st.sampled_from(Disposal), data=st.data())
    def a_data_set_is_disposed_of(
        self, number: int, disposal: Disposal, data: st.DataObject
    ) -> None:
        session, mine = self.held[number]
        if not mine:
            return
        file = mine.pop(data.draw(st.sampled_from(sorted(mine))))
        becomes = session.dispose(file, disposal)
        assert becomes == after(file.disposition, disposal)
        if becomes is None:
            del self.kept[file.key]
        else:
            self.kept[file.key] = becomes

    @rule(number=st.integers(0, 2))
    def a_session_ends(self, number: int) -> None:
        self.held[number][0].close()
        self.held[number] = (SapiSession(self.store, SELECTION), {})

    @rule()
    def the_system_restarts(self) -> None:
        self.store.close()
        self.store = open_spool(self.path, durable=False)
        self.jobs = [job.jobid for job in self.store.jobs() if job.phase is not Phase.PURGE]
        self.new_sessions()

    @rule()
    def space_is_freed(self) -> None:
        while self.store.free():
            pass

    @invariant()
    def nothing_is_lost_and_nothing_is_shared(self) -> None:
        there = {file.key: file.disposition for file in self.store.all_files()}
        assert there == self.kept
        claims = [key for _, files in self.held for key in files]
        assert len(claims) == len(set(claims))

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestSpool = Spool.TestCase
TestSpool.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
