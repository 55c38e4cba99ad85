-- What published files hold, and how that compares with the repository.

-- Files on an index never change: what one holds is read once in the life of the database.
CREATE TABLE artifact (
    sha256    TEXT PRIMARY KEY,
    reader    INTEGER NOT NULL,                 -- revision of what read it
    manifest  BLOB NOT NULL                     -- members with their git ids; see facts/manifest.h
);

-- A published file against the repository's history. Where the state is unknown, reason and detail
-- say why, and nothing else is told.
CREATE TABLE stored_contents (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    release_id     INTEGER NOT NULL REFERENCES release_id,
    filename       TEXT NOT NULL,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    kind           TEXT,
    sha256         TEXT,
    state          TEXT NOT NULL CHECK (state IN ('known', 'unknown')),
    reason         TEXT,
    detail         TEXT,
    verdict        TEXT,
    commit_oid     TEXT,                        -- that it was compared with: of all it fits best
    committed_at   TEXT,
    relation       TEXT,                        -- of that commit to the tag's; NULL without a tag
    members        INTEGER,
    same           INTEGER,                     -- of them the very bytes, at the same path
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, release_id, filename, since)
) WITHOUT ROWID;

-- What of a published file is not the same there: one row a member, or one of the whole file (path
-- '').
CREATE TABLE stored_content_member (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    release_id     INTEGER NOT NULL REFERENCES release_id,
    filename       TEXT NOT NULL,
    path           TEXT NOT NULL,
    class          TEXT NOT NULL,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    importance     TEXT CHECK (importance IN ('code', 'build', 'other')),
    reason         TEXT,
    git_path       TEXT,
    blob           TEXT,
    first_commit   TEXT,
    first_at       TEXT,
    late           INTEGER,                     -- it came there only after the upload
    lines          TEXT,                        -- "12-14,80" of the published file
    comments_only  INTEGER,
    touches        TEXT,                        -- "network process": hints of changed code
    secret         INTEGER NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, release_id, filename, path, class, since)
) WITHOUT ROWID;

-- From what a release was last judged: memory, not fact. The same basis gives the same verdict.
CREATE TABLE contents_basis (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    release_id     INTEGER NOT NULL REFERENCES release_id,
    basis          TEXT NOT NULL,
    PRIMARY KEY (repository_id, release_id)
) WITHOUT ROWID;
