CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER
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
    member INTEGER
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
    UNIQUE (job_key, group_id, number)
);
CREATE INDEX groups_by_writer ON groups (writer, disposition, priority DESC, group_key)
    WHERE holder IS NULL AND local = 1 AND writer IS NOT NULL;
CREATE INDEX groups_by_user ON groups (dest_user, disposition, priority DESC, group_key)
    WHERE holder IS NULL AND local = 1 AND dest_user IS NOT NULL;
CREATE INDEX groups_by_holder ON groups (member, holder) WHERE holder IS NOT NULL;
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
    incarnation INTEGER NOT NULL
);
CREATE INDEX datasets_by_job ON datasets (job_key, dsid);
CREATE INDEX datasets_by_group ON datasets (group_key) WHERE group_key IS NOT NULL;
CREATE INDEX datasets_doomed ON datasets (ds_key) WHERE doomed = 1;
CREATE TABLE tracks (
    ds_key INTEGER NOT NULL REFERENCES datasets,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data {BLOB} NOT NULL
);
CREATE UNIQUE INDEX tracks_by_record ON tracks (ds_key, first);
