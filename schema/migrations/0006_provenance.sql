-- Who says, in signed statements, that they made a published file.

-- Where the index says that a file's provenance is; '' where it says that there is none; NULL: it does
-- not say.
ALTER TABLE stored_file ADD COLUMN provenance TEXT;

-- What an index answered when it was asked for a file's provenance: memory, not fact.
CREATE TABLE provenance_answer (
    package_id  INTEGER NOT NULL REFERENCES package_id,
    sha256      TEXT NOT NULL,
    etag        TEXT,
    document    BLOB,                           -- NULL: there is none
    PRIMARY KEY (package_id, sha256)
) WITHOUT ROWID;

-- A published file that was asked about. Where the state is unknown, reason and detail say why.
CREATE TABLE stored_provenance (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    release_id     INTEGER NOT NULL REFERENCES release_id,
    filename       TEXT NOT NULL,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    kind           TEXT,
    state          TEXT NOT NULL CHECK (state IN ('known', 'absent', 'unknown')),
    reason         TEXT,
    detail         TEXT,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, release_id, filename, since)
) WITHOUT ROWID;

-- One attestation of a file whose provenance is known. What is not said is NULL.
CREATE TABLE stored_attestation (
    repository_id         INTEGER NOT NULL REFERENCES repository_id,
    release_id            INTEGER NOT NULL REFERENCES release_id,
    filename              TEXT NOT NULL,
    number                INTEGER NOT NULL,     -- 0.., in the order of the document
    package_id            INTEGER NOT NULL REFERENCES package_id,
    predicate             TEXT,                 -- type of what is stated
    publisher             TEXT,                 -- its kind; this and the next three are the index's words
    publisher_repository  TEXT,
    workflow              TEXT,
    environment           TEXT,
    identity              TEXT,                 -- of the certificate, as what follows
    repository            TEXT,                 -- "github.com/owner/name"
    repository_forge_id   TEXT,
    on_forge              INTEGER,              -- it is of the forge that the repository is of
    commit_oid            TEXT,
    ref                   TEXT,
    integrated_at         TEXT,
    fault                 TEXT,                 -- what makes it invalid; NULL: nothing
    chain                 TEXT CHECK (chain IN ('verified', 'unchecked')),
    relation              TEXT,                 -- of the commit to the release's tag and the default branch
    since                 INTEGER NOT NULL REFERENCES run,
    until                 INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, release_id, filename, number, since)
) WITHOUT ROWID;
