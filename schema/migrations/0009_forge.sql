-- What the forge itself knows: its releases, and how tagged commits came in.

-- Whether it was asked. Of 'skipped' and 'unknown' reason and detail say why; what it said before
-- stands below.
CREATE TABLE stored_forge (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    state          TEXT NOT NULL CHECK (state IN ('known', 'unknown', 'skipped')),
    reason         TEXT,
    detail         TEXT,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, since)
) WITHOUT ROWID;

-- Releases that somebody made on the forge.
CREATE TABLE stored_forge_release (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    number         INTEGER NOT NULL,            -- the forge's id of it
    tag            TEXT NOT NULL,
    name           TEXT,
    draft          INTEGER NOT NULL,
    prerelease     INTEGER NOT NULL,
    latest         INTEGER,
    created_at     TEXT,
    published_at   TEXT,
    commit_oid     TEXT,                        -- NULL: the tag is gone
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, number, since)
) WITHOUT ROWID;
CREATE INDEX stored_forge_release_tag ON stored_forge_release (repository_id, tag);

-- A tagged commit, and the merged pull request that brought it in.
CREATE TABLE stored_forge_commit (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    oid            TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('known', 'absent', 'unknown')),
    signature      TEXT,                        -- 'valid', 'none', else why it is not; NULL unknown
    checks         TEXT CHECK (checks IN ('success', 'failure', 'pending', 'absent')),
    pull_state     TEXT NOT NULL CHECK (pull_state IN ('known', 'absent', 'unknown')),
    pull           INTEGER,                     -- its number; this and what follows of 'known' alone
    url            TEXT,
    author         TEXT,
    merged_by      TEXT,
    merged_at      TEXT,
    base           TEXT,                        -- branch
    head_oid       TEXT,
    merge_oid      TEXT,
    reviewed       TEXT CHECK (reviewed IN
                       ('approved', 'approved-earlier', 'changes-requested', 'not-approved')),
    reviews        TEXT,                        -- JSON: [reviewer, state, when, of the merged head] of each
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, oid, since)
) WITHOUT ROWID;

-- When and of what state the forge was asked: memory, not fact.
CREATE TABLE forge_asked (
    repository_id  INTEGER PRIMARY KEY REFERENCES repository_id,
    digest         TEXT NOT NULL,               -- of the refs then
    updated_at     TEXT,                        -- as its listing said then
    asked_at       TEXT NOT NULL
);

-- Whether an annotated tag holds a signature.
CREATE TABLE stored_tag_signature (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    tag            TEXT NOT NULL,
    is_signed      INTEGER NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, tag, since)
) WITHOUT ROWID;
