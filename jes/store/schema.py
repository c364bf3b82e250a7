"""The spool's tables (blueprint §3).

Catalogue rows for jobs, data sets and output groups; record data in `tracks`, a block of whole
records each. A data set has no group until the output processor has seen it, and is `doomed` once
nobody may read it again: its tracks are then freed in steps. A group is held by a session of a
member, or free. A job with a member is being worked on by it. `{KEY}` and `{BLOB}` stand for what
the databases spell differently, `{WIDEN}` for what makes numbers of `meta` 64 bits wide.

`held` of a group is a sum of `OPERATOR_HOLD`, `SYSTEM_HOLD` and `JOB_HOLD`; `cancelled` says that
it goes when whoever holds it lets go. `entered` is when a job came to its phase.
"""

LAYOUT = 2
OPERATOR_HOLD, SYSTEM_HOLD, JOB_HOLD = 1, 2, 4

TABLES = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BIGINT
);
CREATE TABLE members (
    member {KEY},
    name TEXT NOT NULL
);
CREATE TABLE jobs (
    job_key {KEY},
    jobid TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL UNIQUE,
    jobname TEXT NOT NULL,
    owner TEXT NOT NULL,
    job_class TEXT NOT NULL,
    notify TEXT,
    phase TEXT NOT NULL,
    retcode TEXT,
    submitted TEXT NOT NULL,
    member INTEGER,
    priority INTEGER NOT NULL DEFAULT 9,
    entered TEXT NOT NULL DEFAULT '',
    ended TEXT,
    held INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    purging INTEGER NOT NULL DEFAULT 0,
    jcl TEXT,
    submitter TEXT
);
CREATE TABLE groups (
    group_key {KEY},
    job_key INTEGER NOT NULL REFERENCES jobs,
    group_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    sysout_class TEXT NOT NULL,
    writer TEXT,
    dest TEXT NOT NULL,
    local INTEGER NOT NULL,
    dest_user TEXT,
    forms TEXT,
    disposition TEXT NOT NULL,
    priority INTEGER NOT NULL,
    holder INTEGER,
    member INTEGER,
    fcb TEXT,
    ucs TEXT,
    burst INTEGER NOT NULL DEFAULT 0,
    flash TEXT,
    prmode TEXT,
    copies INTEGER NOT NULL DEFAULT 1,
    created TEXT NOT NULL DEFAULT '',
    held INTEGER NOT NULL DEFAULT 0,
    hold_reason TEXT,
    cancelled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job_key, group_id, number)
);
CREATE TABLE datasets (
    ds_key {KEY},
    job_key INTEGER NOT NULL REFERENCES jobs,
    dsid INTEGER NOT NULL,
    stepname TEXT NOT NULL,
    procstep TEXT,
    ddname TEXT NOT NULL,
    dsname TEXT NOT NULL,
    recfm TEXT NOT NULL,
    lrecl INTEGER NOT NULL,
    records INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    sealed INTEGER NOT NULL,
    doomed INTEGER NOT NULL,
    group_key INTEGER REFERENCES groups,
    incarnation INTEGER NOT NULL,
    sysout_class TEXT NOT NULL DEFAULT 'A'
);
CREATE TABLE tracks (
    ds_key INTEGER NOT NULL REFERENCES datasets,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data {BLOB} NOT NULL
);
INSERT INTO meta (name, value) VALUES ('used', 0);
"""

INDEXES = """
CREATE INDEX jobs_waiting ON jobs (phase, job_class, priority DESC, job_key)
    WHERE member IS NULL AND held = 0 AND cancelled = 0 AND jcl IS NOT NULL;
CREATE INDEX jobs_waiting_in_any_class ON jobs (phase, priority DESC, job_key)
    WHERE member IS NULL AND held = 0 AND cancelled = 0 AND jcl IS NOT NULL;
CREATE INDEX jobs_running ON jobs (jobname) WHERE member IS NOT NULL;
CREATE INDEX jobs_by_name ON jobs (jobname);
CREATE INDEX jobs_by_phase ON jobs (phase, job_class, held);
CREATE INDEX groups_by_writer ON groups (writer, disposition, priority DESC, group_key)
    WHERE holder IS NULL AND local = 1 AND held = 0 AND writer IS NOT NULL;
CREATE INDEX groups_by_user ON groups (dest_user, disposition, priority DESC, group_key)
    WHERE holder IS NULL AND local = 1 AND held = 0 AND dest_user IS NOT NULL;
CREATE INDEX groups_by_class ON groups (sysout_class, disposition, priority DESC, group_key)
    WHERE holder IS NULL AND local = 1 AND held = 0;
CREATE INDEX groups_by_holder ON groups (member, holder) WHERE holder IS NOT NULL;
CREATE INDEX datasets_by_job ON datasets (job_key, dsid);
CREATE INDEX datasets_by_group ON datasets (group_key) WHERE group_key IS NOT NULL;
CREATE INDEX datasets_doomed ON datasets (ds_key) WHERE doomed = 1;
CREATE UNIQUE INDEX tracks_by_record ON tracks (ds_key, first);
"""

# what makes a spool of a layout one of the next; the indexes are made anew at the end
UPGRADES = {
    1: """
{WIDEN}
DROP INDEX groups_by_writer;
DROP INDEX groups_by_user;
DROP INDEX groups_by_holder;
DROP INDEX datasets_by_job;
DROP INDEX datasets_by_group;
DROP INDEX datasets_doomed;
DROP INDEX tracks_by_record;
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 9;
ALTER TABLE jobs ADD COLUMN entered TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN ended TEXT;
ALTER TABLE jobs ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN purging INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN jcl TEXT;
ALTER TABLE jobs ADD COLUMN submitter TEXT;
ALTER TABLE groups ADD COLUMN fcb TEXT;
ALTER TABLE groups ADD COLUMN ucs TEXT;
ALTER TABLE groups ADD COLUMN burst INTEGER NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN flash TEXT;
ALTER TABLE groups ADD COLUMN prmode TEXT;
ALTER TABLE groups ADD COLUMN copies INTEGER NOT NULL DEFAULT 1;
ALTER TABLE groups ADD COLUMN created TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN hold_reason TEXT;
ALTER TABLE groups ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN sysout_class TEXT NOT NULL DEFAULT 'A';
UPDATE jobs SET entered = submitted;
UPDATE groups SET created = (SELECT submitted FROM jobs WHERE jobs.job_key = groups.job_key);
UPDATE datasets SET sysout_class = (SELECT sysout_class FROM groups
    WHERE groups.group_key = datasets.group_key) WHERE group_key IS NOT NULL;
INSERT INTO meta (name, value) SELECT 'used', COALESCE(SUM(bytes), 0) FROM datasets;
"""
}


def upgrade(found: int) -> str | None:
    """The statements that make a spool of layout `found` one of today's; None: there are none."""
    if any(layout not in UPGRADES for layout in range(found, LAYOUT)) or found > LAYOUT:
        return None
    return "".join(UPGRADES[layout] for layout in range(found, LAYOUT)) + INDEXES
