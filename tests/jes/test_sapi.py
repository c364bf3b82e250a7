"""What a program that selects output can ask for (SSI 79; jes2.md 2.1-2.4)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jes.destinations import route_of
from jes.errors import BadName
from jes.names import JobName, SysoutClass, WriterName
from jes.pso import Pso, PsoSelection
from jes.sapi import SapiSession, bulk_modify
from jes.store.sql import SpoolStore
from jes.store.sqlite import open_spool
from jes.sysout import Disposal, Disposition, JobKind, Requeue, Route, Selection
from jes.views import GroupChange, GroupFilter, Hold, JobChange
from tests.jes.store_builders import a_dataset, a_job, a_request, here, spooled

MAIL = Selection(WriterName("CSSMTP"))
B, C = SysoutClass("B"), SysoutClass("C")


def test_every_criterion_must_hold(store: SpoolStore) -> None:
    """jes2.md 2.2: AND between criteria."""
    jobid = store.add_job(a_job("PAYROLL"))
    spooled(store, jobid, a_dataset(replace(a_request(), forms="STD", dest="LOCAL")), size=10)
    (group,) = store.groups()
    (key,) = (one.key for one in store.datasets(jobid))
    fits: dict[str, Any] = {
        "writer": WriterName("CSSMTP"), "classes": (B,), "dest": "LOCAL", "forms": ("INV", "STD"),
        "jobname": "PAY*", "owner": "IBMUSER", "kinds": (JobKind.JOB,), "numbers": (1, 1),
        "records": (10, 10), "dataset": key,
    }  # fmt: skip
    misses: dict[str, Any] = {
        "writer": WriterName("OTHER"), "classes": (C,), "dest": "U7", "forms": ("INV",),
        "jobname": "PAY?", "owner": "IBM", "kinds": (JobKind.STC,), "numbers": (2, 9),
        "records": (11, 99), "dataset": key + 1, "no_writer": True,
    }  # fmt: skip
    assert store.count(Selection(**fits)) == (1, 1)
    for name, value in misses.items():
        assert store.count(Selection(**{**fits, name: value})) == (0, 0), name
    with SapiSession(store, Selection(**fits)) as session:
        assert session.select()[0].outgrp == group.outgrp


def test_any_class_of_the_list_may_match_and_eight_are_the_most(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    for sysout_class in "BCD":
        request = replace(a_request(writer=None), sysout_class=SysoutClass(sysout_class))
        spooled(store, jobid, a_dataset(request))
    with SapiSession(store, Selection(classes=(C, B))) as session:
        assert {session.select()[0].sysout_class, session.select()[0].sysout_class} == {B, C}
        assert session.select() == ()
    with pytest.raises(BadName, match="8 classes"):
        Selection(classes=tuple(SysoutClass(c) for c in "ABCDEFGHI"))


def test_first_in_first_out_beside_priority(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    for priority in (1, 200):
        spooled(store, jobid, a_dataset(a_request(priority=priority)))
    with SapiSession(store, replace(MAIL, fifo=True)) as session:
        assert session.select()[0].outgrp == "1.1.1"
    with SapiSession(store, MAIL) as session:
        assert session.select()[0].outgrp == "2.1.1"


def test_count_selects_nothing(store: SpoolStore) -> None:
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), a_dataset())
    spooled(store, jobid, a_dataset())
    with SapiSession(store, MAIL) as session:
        assert session.count() == (2, 3)
        assert session.count() == (2, 3)


def test_only_keeping_offers_the_same_data_set_again(store: SpoolStore) -> None:
    """jes2.md 2.3, the endless loop trap."""
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, MAIL) as session:
        for _ in range(3):
            (file,) = session.select()
            session.dispose(file, Disposal.KEEP)


def test_what_was_kept_is_not_offered_to_the_same_thread_again(store: SpoolStore) -> None:
    """jes2.md 2.3: SSS2RNPT; another thread gets it."""
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, MAIL, not_again=True) as session:
        (file,) = session.select()
        session.dispose(file, Disposal.KEEP)
        assert session.select() == ()
        with SapiSession(store, MAIL) as other:
            assert other.select()


def test_a_thread_that_keeps_much_remembers_little(tmp_path: Path) -> None:
    """SSS2RNPT: what it kept is not offered again, and no memory or query grows without end."""
    store = open_spool(tmp_path / "spool", durable=False)
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset(), size=1)
    with SapiSession(store, MAIL, not_again=True) as session:
        for _ in range(50):  # others make no group meanwhile
            spooled(store, jobid, a_dataset(), size=1)
        while files := session.select():
            session.dispose(files[0], Disposal.KEEP)
        assert len(session._kept) == 1
        for _ in range(410):
            spooled(store, jobid, a_dataset(), size=1)
            (file,) = session.select()
            session.dispose(file, Disposal.KEEP)
        assert len(session._kept) == 400
    store.close()


@pytest.mark.parametrize("spelling", ["R7", "RMT7", "N1R7", "NODE.R7"])
def test_a_destination_is_found_in_any_spelling(store: SpoolStore, spelling: str) -> None:
    """jes2.md 1.2: output groups have one spelling of each destination."""

    def route(dest: str) -> Route:
        return route_of(dest, "NODE")

    spooled(store, store.add_job(a_job()), a_dataset(a_request(writer=None, dest="R7")))
    wanted = Selection(dest=spelling)
    with SapiSession(store, wanted, route=route) as session:
        assert session.count() == (1, 1)
        assert session.select()
    with SapiSession(store, MAIL, route=route) as session:
        assert session.select(wanted)
    pso = PsoSelection(dest=spelling)
    with Pso(store, pso, route) as writer:
        assert writer.next().file is not None


def test_a_kept_data_set_can_go_to_another_queue(store: SpoolStore) -> None:
    """jes2.md 2.3: with the keep bit, new class, forms, writer and destination."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset())
    with SapiSession(store, MAIL) as session:
        requeue = Requeue(
            sysout_class=C, writer=WriterName("NEXT"), dest="U7", route=here("U7"), forms="INV"
        )
        (before,) = session.select()
        session.dispose(before, Disposal.KEEP, requeue)
        assert session.select() == ()
    with SapiSession(
        store, Selection(WriterName("NEXT"), classes=(C,), forms=("INV",))
    ) as next_one:
        (file,) = next_one.select()
    assert (file.dest, file.incarnation) == ("U7", before.incarnation + 1)


def test_a_system_hold_is_taken_away_by_an_operator_only(store: SpoolStore) -> None:
    """jes2.md 1.5: SSS2RHLD; a release changes the disposition and not the hold."""
    spooled(store, store.add_job(a_job()), a_dataset())
    with SapiSession(store, MAIL) as session:
        requeue = Requeue(system_hold="the writer failed")
        session.dispose(session.select()[0], Disposal.KEEP, requeue)
        assert session.select() == ()
        (group,) = store.groups()
        assert group.system_hold == "the writer failed"
        store.change_group(group.key, GroupChange(disposition=Disposition.WRITE), here)
        store.change_group(group.key, GroupChange(hold=Hold.NOT_OPER), here)
        assert session.select() == ()
        store.change_group(group.key, GroupChange(hold=Hold.NOT_SYS), here)
        assert session.select()


@pytest.mark.parametrize(
    ("first", "then", "selectable"),
    [
        pytest.param(Hold.OPER, None, False, id="OPER"),
        pytest.param(Hold.OPER, Hold.NOT_OPER, True, id="-OPER"),
        pytest.param(Hold.OPER, Hold.NONE, True, id="NONE"),
        pytest.param(Hold.OPER, Hold.NOT_SYS, False, id="-SYS"),
    ],
)
def test_the_holds_of_an_operator(
    store: SpoolStore, first: Hold, then: Hold | None, selectable: bool
) -> None:
    """jes2.md 1.5."""
    spooled(store, store.add_job(a_job()), a_dataset())
    (group,) = store.groups()
    for hold in (first, then):
        assert store.change_group(group.key, GroupChange(hold=hold), here)
    with SapiSession(store, MAIL) as session:
        assert bool(session.select()) is selectable


def test_output_of_a_held_job_is_not_offered(store: SpoolStore) -> None:
    """jes2.md 1.5, job hold; output that comes later is held with it."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, a_dataset())
    (job,) = store.jobs()
    store.change_job(job.key, JobChange(held=True))
    spooled(store, jobid, a_dataset())
    with SapiSession(store, MAIL) as session:
        assert session.select() == ()
        assert [group.job_hold for group in store.groups()] == [True, True]
        store.change_job(job.key, JobChange(held=False))
        assert session.select()
        assert session.select()


def test_bulk_modify_crosses_jobs_and_skips_what_is_busy(store: SpoolStore) -> None:
    """jes2.md 2.1: busy output is silently skipped."""
    for name in ("ONE", "TWO", "THREE"):
        spooled(store, store.add_job(a_job(name)), a_dataset())
    with SapiSession(store, MAIL) as session:
        assert session.select()
        change = GroupChange(disposition=Disposition.HOLD)
        assert bulk_modify(store, GroupFilter(classes=("B",)), change, here) == 2
        assert session.select() == ()
    assert store.count(MAIL) == (1, 1)


def test_what_is_cancelled_in_somebodys_hands_goes_when_they_let_go(store: SpoolStore) -> None:
    """jes2.md 2.5: a purge of a busy group is deferred."""
    spooled(store, store.add_job(a_job()), a_dataset(), a_dataset())
    with SapiSession(store, MAIL) as session:
        first, second = session.select()
        (group,) = store.groups()
        assert store.cancel_group(group.key)
        assert session.read(first)
        assert store.groups()[0].cancelled
        session.dispose(first, Disposal.KEEP)
        assert [one.datasets for one in store.groups()] == [1]
        assert session.read(second)
    assert store.groups() == []


def test_a_change_that_makes_work_is_heard_of(store: SpoolStore) -> None:
    """jes2.md 2.4: a new group, a release, a requeue, the end of a hold; never lost."""
    heard: list[int] = []
    store.on_change = lambda: heard.append(1)
    jobid = store.add_job(replace(a_job(), jobname=JobName("NEW")))
    steps = []
    spooled(store, jobid, a_dataset(), disposition=Disposition.HOLD)
    steps.append(len(heard))
    (group,) = store.groups()
    store.change_group(group.key, GroupChange(disposition=Disposition.WRITE), here)
    steps.append(len(heard))
    with SapiSession(store, MAIL) as session:
        session.dispose(session.select()[0], Disposal.KEEP)
        steps.append(len(heard))
    assert steps == [1, 2, 3]
