-- How packages reach their index: what the workflows at the tip of the default branch say.

-- A file of .github/workflows. Where it does not parse, or not all that it calls could be read, the
-- state is unknown, and reason and detail say why.
CREATE TABLE stored_workflow (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    path           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('known', 'unknown')),
    reason         TEXT,
    detail         TEXT,
    triggers       TEXT,                        -- "push tags v*, workflow_dispatch"
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, path, since)
) WITHOUT ROWID;

-- A step that brings files to an index, once for each workflow that leads to it; or one of which
-- nobody can tell whether it does (state unknown, and the reason in words).
CREATE TABLE stored_publish (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    workflow       TEXT NOT NULL,               -- that is started
    path           TEXT NOT NULL,               -- of the file that holds the step
    line           INTEGER NOT NULL,
    tool           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('known', 'unknown')),
    reason         TEXT,
    environment    TEXT,                        -- of the job: the forge may hold it back
    ways           TEXT NOT NULL,               -- "tag, release": all that may lead to it
    loose          TEXT NOT NULL,               -- of them those that surely do, and that no tag holds
    checked        INTEGER,                     -- tag and version are compared before
    pinned         INTEGER,                     -- an action of others, by the id of a commit
    credential     TEXT NOT NULL CHECK (credential IN ('unknown', 'trusted-publishing', 'token')),
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, workflow, path, line, since)
) WITHOUT ROWID;
