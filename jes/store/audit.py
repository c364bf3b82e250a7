"""What a spool says of itself, compared with what is on it.

Every question is one statement, so that a JES that works on meanwhile makes no false alarm.
"""

from collections.abc import Iterator
from typing import Any

from jes.messages import Message
from jes.store.database import Database

WRONG_RECORDS = Message(
    "JML090E", "data set {dsid} ({ddname}) of {jobid} is to have {said} records, but has {found}"
)
WRONG_BYTES = Message(
    "JML091E", "data set {dsid} ({ddname}) of {jobid} is to have {said} bytes, but has {found}"
)
WRONG_ORDER = Message(
    "JML092E", "the records of data set {dsid} ({ddname}) of {jobid} are not numbered one by one"
)
WRONG_SPACE = Message("JML093E", "{said} bytes are said to be in use, but {found} are")
EMPTY_GROUP = Message("JML094E", "output group {outgrp} of {jobid} has no data set")
LOST_GROUP = Message(
    "JML095E", "data set {dsid} ({ddname}) of {jobid} is in an output group that is not there"
)
LOST_JOB = Message("JML096E", "{what} {number} belongs to a job that is not there")
LOST_TRACKS = Message("JML097E", "{count} tracks belong to data set {key}, which is not there")
MORE = Message("JML098E", "there is more of the kind of the line before")
NO_GROUP = Message(
    "JML089E", "data set {dsid} ({ddname}) of {jobid} is in no output group, but the job has ended"
)
DATABASE = Message("JML099E", "the database is damaged: {reason}")

_TRACKS = """
SELECT d.dsid, d.ddname, COALESCE(j.jobid, 'no job'), d.records, d.bytes, COALESCE(t.records, 0),
       COALESCE(t.bytes, 0), COALESCE(t.first, 1), COALESCE(t.next, 1)
FROM datasets d LEFT JOIN jobs j ON j.job_key = d.job_key
     LEFT JOIN (SELECT ds_key, SUM(count) AS records, SUM(LENGTH(data)) AS bytes,
                       MIN(first) AS first, MAX(first + count) AS next
                FROM tracks GROUP BY ds_key) t ON t.ds_key = d.ds_key
WHERE d.doomed = 0 AND (d.records <> COALESCE(t.records, 0) OR d.bytes <> COALESCE(t.bytes, 0)
      OR COALESCE(t.first, 1) <> 1 OR COALESCE(t.next, 1) <> d.records + 1)
ORDER BY d.ds_key LIMIT ?
"""
_SPACE = """
SELECT (SELECT value FROM meta WHERE name = 'used'), (SELECT COALESCE(SUM(bytes), 0) FROM datasets)
"""
_EMPTY_GROUPS = """
SELECT COALESCE(j.jobid, 'no job'), g.group_id, g.number
FROM groups g LEFT JOIN jobs j ON j.job_key = g.job_key
WHERE NOT EXISTS (SELECT 1 FROM datasets d WHERE d.group_key = g.group_key)
ORDER BY g.group_key LIMIT ?
"""
_LOST_GROUPS = """
SELECT d.dsid, d.ddname, COALESCE(j.jobid, 'no job')
FROM datasets d LEFT JOIN jobs j ON j.job_key = d.job_key
WHERE d.group_key IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.group_key = d.group_key)
ORDER BY d.ds_key LIMIT ?
"""
_NO_GROUP = """
SELECT d.dsid, d.ddname, j.jobid FROM datasets d JOIN jobs j USING (job_key)
WHERE d.group_key IS NULL AND d.doomed = 0 AND j.phase = 'HARDCOPY' AND j.member IS NULL
ORDER BY d.ds_key LIMIT ?
"""
_LOST_JOBS = """
SELECT 'data set', dsid FROM datasets WHERE job_key NOT IN (SELECT job_key FROM jobs)
UNION ALL
SELECT 'output group', number FROM groups WHERE job_key NOT IN (SELECT job_key FROM jobs) LIMIT ?
"""
_LOST_TRACKS = """
SELECT t.ds_key, COUNT(*) FROM tracks t
WHERE NOT EXISTS (SELECT 1 FROM datasets d WHERE d.ds_key = t.ds_key)
GROUP BY t.ds_key ORDER BY t.ds_key LIMIT ?
"""


def audit(database: Database, limit: int) -> Iterator[str]:
    """A line for each thing that is wrong, `limit` of a kind at most. Raises `SpoolError`."""
    ((said, found),) = database.rows(_SPACE)
    if said is None or int(said) != int(found):
        yield WRONG_SPACE.line(said=said, found=found)
    yield from _cut(_tracks, database.rows(_TRACKS, (limit + 1,)), limit)
    yield from _cut(_empty_group, database.rows(_EMPTY_GROUPS, (limit + 1,)), limit)
    yield from _cut(_lost_group, database.rows(_LOST_GROUPS, (limit + 1,)), limit)
    yield from _cut(_no_group, database.rows(_NO_GROUP, (limit + 1,)), limit)
    yield from _cut(_lost_job, database.rows(_LOST_JOBS, (limit + 1,)), limit)
    yield from _cut(_lost_tracks, database.rows(_LOST_TRACKS, (limit + 1,)), limit)


def _cut(line: Any, rows: list[Any], limit: int) -> Iterator[str]:
    for row in rows[:limit]:
        yield line(*row)
    if len(rows) > limit:
        yield MORE.line()


def _tracks(dsid: int, ddname: str, jobid: str, *numbers: int) -> str:
    """What is wrong first: records, bytes, then their order."""
    records, size, found_records, found_size, *_ = map(int, numbers)
    named = {"dsid": dsid, "ddname": ddname, "jobid": jobid}
    if records != found_records:
        return WRONG_RECORDS.line(said=records, found=found_records, **named)
    if size != found_size:
        return WRONG_BYTES.line(said=size, found=found_size, **named)
    return WRONG_ORDER.line(**named)


def _empty_group(jobid: str, group_id: str, number: int) -> str:
    return EMPTY_GROUP.line(jobid=jobid, outgrp=f"{group_id}.{number}.1")


def _lost_group(dsid: int, ddname: str, jobid: str) -> str:
    return LOST_GROUP.line(dsid=dsid, ddname=ddname, jobid=jobid)


def _no_group(dsid: int, ddname: str, jobid: str) -> str:
    return NO_GROUP.line(dsid=dsid, ddname=ddname, jobid=jobid)


def _lost_job(what: str, number: int) -> str:
    return LOST_JOB.line(what=what, number=number)


def _lost_tracks(key: int, count: int) -> str:
    return LOST_TRACKS.line(key=key, count=count)
