"""Process SYSOUT (SSI 1): one data set at a time, the next call disposes of it (jes2.md 2.6)."""

from dataclasses import replace
from typing import Any

import pytest

from jes.errors import BadName, NotClaimed
from jes.names import JobId, JobName, SysoutClass, WriterName
from jes.pso import Pso, PsoReturn, PsoSelection, UserFlag, disposal_of
from jes.sapi import SapiSession
from jes.store.sql import SpoolStore
from jes.sysout import Disposal, Disposition, NewDataset, Requeue, Selection, SpoolFile
from jes.views import GroupChange, Hold
from tests.jes.store_builders import a_dataset, a_job, a_request, here, spooled

A, B, C = (SysoutClass(one) for one in "ABC")
PRTA = WriterName("PRTA")


def output(sysout_class: str, **attributes: Any) -> NewDataset:
    """A data set for nobody in particular."""
    request = replace(a_request(writer=None), sysout_class=SysoutClass(sysout_class), **attributes)
    return a_dataset(request)


def taken(pso: Pso, disposal: Disposal = Disposal.PROCESSED) -> list[SpoolFile]:
    """Everything that calls return until there is no more."""
    found = []
    while (answer := pso.next(disposal)).file is not None:
        assert answer.code is PsoReturn.SSSORTOK
        found.append(answer.file)
    assert answer.code is PsoReturn.SSSOEODS
    return found


def test_one_data_set_at_a_time_and_the_next_call_disposes_of_it(store: SpoolStore) -> None:
    """jes2.md 2.6, and 2.1: the first call has nothing to dispose of."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, output("A"), output("A"))
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        first = pso.next(Disposal.HOLD).file
        assert first is not None
        assert len(store.datasets(jobid)) == 2
        assert pso.read(first)[0].count == 3
        second = pso.next().file
        assert second is not None
        assert [one.key for one in store.datasets(jobid)] == [second.key]
        with pytest.raises(NotClaimed):
            pso.read(first)
        assert pso.next().code == 4
        assert store.datasets(jobid) == []
        assert pso.next().code is PsoReturn.SSSOEODS


def test_classes_are_in_order_of_priority(store: SpoolStore) -> None:
    """jes2.md 2.6: PARM='cxxxxxxxx'; what is of a class before comes first, whenever it came."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, output("A", priority=255), output("B"))
    with Pso(store, PsoSelection(classes=(B, A))) as pso:
        first = pso.next().file
        spooled(store, jobid, output("B", priority=1), output("C"))
        rest = taken(pso)
    assert first is not None
    assert [file.sysout_class for file in (first, *rest)] == [B, B, A]


def test_eight_classes_are_the_most() -> None:
    with pytest.raises(BadName, match="8 classes"):
        PsoSelection(classes=tuple(SysoutClass(one) for one in "ABCDEFGHI"))


def test_output_with_a_writer_name_waits_for_that_writer(store: SpoolStore) -> None:
    """jes2.md 2.6: it is retained until the writer is started."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, output("A", writer=PRTA), output("A"), output("B", writer=PRTA))
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        assert [file.writer for file in taken(pso)] == [None]
    with Pso(store, PsoSelection(writer=WriterName("PRTB"))) as pso:
        assert taken(pso) == []
    with Pso(store, PsoSelection(classes=(B,), writer=PRTA)) as pso:
        assert [file.sysout_class for file in taken(pso)] == [B]
    with Pso(store, PsoSelection(writer=PRTA)) as pso:
        assert [file.sysout_class for file in taken(pso)] == [A]


def test_output_routed_to_a_user_of_the_writers_name_is_not_the_writers(store: SpoolStore) -> None:
    """Only CSSMTP takes that (jes2.md 2.7)."""
    spooled(store, store.add_job(a_job()), output("A", dest="PRTA"))
    with Pso(store, PsoSelection(writer=PRTA)) as pso:
        assert taken(pso) == []


@pytest.mark.parametrize(
    ("fits", "misses"),
    [
        pytest.param({"dest": "U7"}, {"dest": "U8"}, id="dest"),
        pytest.param({"forms": "INV"}, {"forms": "STD"}, id="forms"),
        pytest.param({"jobname": JobName("PAY")}, {"jobname": JobName("OTHER")}, id="jobname"),
        pytest.param({"jobid": JobId("JOB00001")}, {"jobid": JobId("JOB00002")}, id="jobid"),
        pytest.param({"jobid": JobId("J0000001")}, {"jobid": JobId("STC00001")}, id="kind"),
    ],
)
def test_all_that_is_given_must_hold(
    store: SpoolStore, fits: dict[str, Any], misses: dict[str, Any]
) -> None:
    jobid = store.add_job(a_job("PAY"))
    store.add_job(a_job("OTHER"))
    spooled(store, jobid, output("A", dest="U7", forms="INV"))
    with Pso(store, PsoSelection(classes=(A,), **misses)) as pso:
        assert pso.next().file is None
    with Pso(store, PsoSelection(classes=(A,), **fits)) as pso:
        assert len(taken(pso)) == 1


def test_a_job_that_is_not_here_has_a_return_code_of_its_own(store: SpoolStore) -> None:
    store.add_job(a_job("HERE"))
    for name, code in (("HERE", PsoReturn.SSSOEODS), ("GONE", PsoReturn.SSSONJOB)):
        with Pso(store, PsoSelection(jobname=JobName(name))) as pso:
            assert pso.next().code is code


def test_held_output_is_invisible(store: SpoolStore) -> None:
    """jes2.md 0.1."""
    jobid = store.add_job(a_job())
    for disposition in (Disposition.HOLD, Disposition.LEAVE):
        spooled(store, jobid, output("A"), disposition=disposition)
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        assert taken(pso) == []


@pytest.mark.parametrize(
    ("before", "disposal", "after"),
    [
        (Disposition.WRITE, Disposal.PROCESSED, None),
        (Disposition.KEEP, Disposal.PROCESSED, Disposition.LEAVE),
        (Disposition.WRITE, Disposal.HOLD, Disposition.HOLD),
        (Disposition.KEEP, Disposal.HOLD, Disposition.LEAVE),
    ],
)
def test_a_disposition_after_a_call(
    store: SpoolStore, before: Disposition, disposal: Disposal, after: Disposition | None
) -> None:
    """jes2.md 2.3, the one table for SAPI and PSO."""
    spooled(store, store.add_job(a_job()), output("A"), disposition=before)
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        pso.next()
        pso.next(disposal)
    assert [group.disposition for group in store.groups()] == ([after] if after else [])


@pytest.mark.parametrize(
    ("flags", "disposal"),
    [
        (UserFlag(0), Disposal.PROCESSED),
        (UserFlag.SSSODELC, Disposal.PROCESSED),
        (UserFlag.SSSOHOLD, Disposal.HOLD),
        (UserFlag.SSSORLSE, Disposal.RELEASE),
        (UserFlag.SSSOSETC, Disposal.KEEP),
        (UserFlag.SSSOSETC | UserFlag.SSSOROUT, Disposal.KEEP),
        (UserFlag.SSSOROUT | UserFlag.SSSOHOLD, Disposal.HOLD),
        (UserFlag.SSSOSETC | UserFlag.SSSORLSE, Disposal.RELEASE),
        (UserFlag.SSSOHOLD | UserFlag.SSSORLSE, None),
        (UserFlag.SSSODELC | UserFlag.SSSOSETC, None),
        (UserFlag.SSSODELC | UserFlag.SSSOHOLD, None),
    ],
)
def test_what_the_bits_of_a_caller_mean(flags: UserFlag, disposal: Disposal | None) -> None:
    """jes2.md 2.3; bits that contradict each other mean nothing (SAPI: reason 200)."""
    assert disposal_of(flags) is disposal


def test_a_system_hold_keeps_a_data_set_from_every_writer(store: SpoolStore) -> None:
    """jes2.md 1.5: until an operator takes the hold away."""
    spooled(store, store.add_job(a_job()), output("A"))
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        pso.next()
        assert pso.next(Disposal.KEEP, Requeue(system_hold="paper jam")).file is None
        (group,) = store.groups()
        assert group.system_hold == "paper jam"
        store.change_group(group.key, GroupChange(hold=Hold.NOT_SYS), here)
        assert pso.next().file is not None


def test_the_last_call_disposes_and_lets_go_of_the_rest(store: SpoolStore) -> None:
    """jes2.md 2.6: SSSOCTRL."""
    jobid = store.add_job(a_job())
    spooled(store, jobid, output("A"), output("A"))
    pso = Pso(store, PsoSelection(classes=(A,)))
    pso.next()
    pso.end()
    assert len(store.datasets(jobid)) == 1
    assert store.count(Selection(classes=(A,))) == (1, 1)


def test_who_goes_without_the_last_call_gives_everything_back(store: SpoolStore) -> None:
    """jes2.md 2.5: unchanged, and offered again."""
    spooled(store, store.add_job(a_job()), output("A"), output("A"))
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        file = pso.next().file
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        assert pso.next().file == file


def test_a_writer_may_change_what_it_wants_between_two_calls(store: SpoolStore) -> None:
    spooled(store, store.add_job(a_job()), output("A"), output("C"))
    with Pso(store, PsoSelection(classes=(A,))) as pso:
        taken(pso)
        pso.wanted = PsoSelection(classes=(C,))
        assert [file.sysout_class for file in taken(pso)] == [C]


def test_writers_share_a_class_and_never_a_data_set(store: SpoolStore) -> None:
    """A claim is one caller's, whichever interface it came by."""
    jobid = store.add_job(a_job())
    for _ in range(3):
        spooled(store, jobid, output("A"))
    wanted = PsoSelection(classes=(A,))
    with (
        Pso(store, wanted) as one,
        Pso(store, wanted) as two,
        SapiSession(store, Selection(classes=(A,))) as three,
    ):
        found = [one.next().file, two.next().file, *three.select()]
        assert len({file.key for file in found if file}) == 3
        assert two.next().code is PsoReturn.SSSOEODS
