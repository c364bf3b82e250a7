"""Keys of jobs and output groups, and the rows behind them (jes2.md 2.8), on each store."""

import pytest

from jes.names import JobId
from jes.store.rows import GROUP_COLUMNS, JOB_COLUMNS
from jes.store.sql import SpoolStore
from jes.sysout import Disposition
from jes.views import GroupFilter, JobFilter
from tests.jes.store_builders import a_dataset, a_job, a_request, ended, spooled

ALL = 1000
WANTED = [
    pytest.param(GroupFilter(), id="all"),
    pytest.param(GroupFilter(writers=("W1",)), id="writer"),
    pytest.param(GroupFilter(writers=("",)), id="no-writer"),
    pytest.param(GroupFilter(dispositions=(Disposition.HOLD,)), id="held"),
    pytest.param(GroupFilter(jobs=JobFilter(names=("MAIL*",))), id="of-jobs"),
    pytest.param(GroupFilter(jobs=JobFilter(names=("MAIL*",)), writers=("W?",)), id="both"),
    pytest.param(GroupFilter(records=(4, 9)), id="records"),
    pytest.param(GroupFilter(ready=True), id="ready"),
    pytest.param(GroupFilter(classes=("X",)), id="none"),
]


@pytest.fixture
def full(store: SpoolStore) -> SpoolStore:
    """A dozen jobs, every third ended; four have output, two of them in two groups."""
    for number in range(12):
        jobid = store.add_job(a_job("MAILJOB" if number % 2 else "OTHER"))
        if number % 6 == 2:
            spooled(store, jobid, a_dataset(a_request(writer="W1")), size=number)
            spooled(store, jobid, a_dataset(a_request(writer=None)), disposition=Disposition.HOLD)
        if number % 6 == 3:
            spooled(store, jobid, a_dataset(a_request(writer="W1", dest="N2.TOM", priority=7)))
        if number % 3 == 0:
            ended(store, jobid)
    return store


# --- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", WANTED)
def test_keys_are_those_of_the_groups_of_a_filter(full: SpoolStore, wanted: GroupFilter) -> None:
    assert full.group_keys(wanted, 0, ALL) == [(group.key,) for group in full.groups(wanted)]


def test_keys_are_those_of_the_jobs_of_a_filter(full: SpoolStore) -> None:
    for wanted in (JobFilter(), JobFilter(names=("M*",)), JobFilter(retcodes=("CC*",))):
        assert full.job_keys(wanted, 0, ALL) == [(job.key,) for job in full.jobs(wanted)]


def test_keys_come_in_pages(full: SpoolStore) -> None:
    """Each page goes on behind the last key of the one before, and none has more than its limit."""
    pages, after = [], 0
    while page := full.group_keys(GroupFilter(), after, 2):
        pages.append(page)
        after = page[-1][0]
    assert max(map(len, pages)) == 2
    assert [row for page in pages for row in page] == full.group_keys(GroupFilter(), 0, ALL)


def plain(value: object) -> object:
    """What a stored value is: no text is an empty one, a flag a number, a name its text."""
    if value is None:
        return ""
    return int(value) if isinstance(value, int) else str(value)


@pytest.mark.parametrize("column", GROUP_COLUMNS)
def test_a_column_of_groups_has_the_value_that_is_shown(full: SpoolStore, column: str) -> None:
    found = full.group_keys(GroupFilter(), 0, ALL, (column,))
    assert found == [(group.key, plain(getattr(group, column))) for group in full.groups()]
    assert {type(value) for _, value in found} <= {int, str}


@pytest.mark.parametrize("column", JOB_COLUMNS)
def test_a_column_of_jobs_has_the_value_that_is_shown(full: SpoolStore, column: str) -> None:
    found = full.job_keys(JobFilter(), 0, ALL, (column,))
    assert found == [(job.key, plain(getattr(job, column))) for job in full.jobs()]


def test_several_columns_come_in_their_order(full: SpoolStore) -> None:
    found = full.group_keys(GroupFilter(), 0, 1, ("records", "jobname"))
    (group,) = full.groups(limit=1)
    assert found == [(group.key, group.records, group.jobname)]


@pytest.mark.parametrize("column", ["jcl", "1; DROP TABLE jobs", "", "g.writer"])
def test_other_columns_are_refused(store: SpoolStore, column: str) -> None:
    with pytest.raises(ValueError, match="not a column"):
        store.group_keys(GroupFilter(), 0, 1, ("records", column))
    with pytest.raises(ValueError, match="not a column"):
        store.job_keys(JobFilter(), 0, 1, (column,))


def test_the_last_key_is_the_highest(full: SpoolStore) -> None:
    assert full.last_group_key() == full.groups()[-1].key
    assert full.last_job_key() == full.jobs()[-1].key


def test_an_empty_spool_has_no_keys(store: SpoolStore) -> None:
    assert (store.last_group_key(), store.last_job_key()) == (0, 0)
    assert store.group_keys(GroupFilter(), 0, ALL) == []


# --- rows of keys --------------------------------------------------------------------------------


def test_groups_are_found_by_key(full: SpoolStore) -> None:
    everything = {group.key: group for group in full.groups()}
    found = full.groups_by_key([*everything, 10**9])
    assert {group.key: group for group in found} == everything


def test_more_keys_than_a_query_takes_are_found_all_the_same(full: SpoolStore) -> None:
    jobs = full.jobs()
    keys = [*range(10**6, 10**6 + 1200), *(job.key for job in jobs)]
    assert {job.key: job for job in full.jobs_by_key(keys)} == {job.key: job for job in jobs}
    assert full.groups_by_key([]) == []


@pytest.mark.parametrize("wanted", WANTED)
def test_groups_of_another_kind_are_not_found(full: SpoolStore, wanted: GroupFilter) -> None:
    """A row that is looked at again says whether it still belongs there."""
    keys = [group.key for group in full.groups()]
    assert sorted(group.key for group in full.groups_by_key(keys, wanted)) == [
        group.key for group in full.groups(wanted)
    ]


def test_jobs_of_another_kind_are_not_found(full: SpoolStore) -> None:
    keys = [job.key for job in full.jobs()]
    wanted = JobFilter(names=("OTHER",))
    assert {job.jobname for job in full.jobs_by_key(keys, wanted)} == {"OTHER"}


def test_a_limit_of_data_sets_is_kept(full: SpoolStore) -> None:
    assert len(full.datasets(JobId("JOB00003"))) == 2
    assert len(full.datasets(JobId("JOB00003"), 1)) == 1
