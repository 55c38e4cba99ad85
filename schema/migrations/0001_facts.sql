-- Facts that hold from run to run. A row of a stored_* table holds from the run `since` up to, not
-- including, the run `until`; until NULL: it still holds. Instants are text in UTC, ISO 8601.
-- 0 and '' in a key stand for "none", so that every key is complete; the views show them as NULL.

CREATE TABLE run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at  TEXT NOT NULL,
    ended_at    TEXT,
    state       TEXT NOT NULL CHECK (state IN ('running', 'complete', 'interrupted', 'failed')),
    arguments   TEXT NOT NULL,                  -- JSON array: what was asked
    program     TEXT NOT NULL,                  -- version of fleetdrift
    changes     INTEGER NOT NULL DEFAULT 0      -- fact rows opened or closed
);

-- What one run learned and the next can use; losing it costs time, never facts.
CREATE TABLE memory (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) WITHOUT ROWID;

-- Identities -----------------------------------------------------------------------------------

CREATE TABLE repository_id (
    id        INTEGER PRIMARY KEY,
    host      TEXT NOT NULL,
    forge_id  INTEGER                           -- NULL: named by the user, never listed
);
CREATE UNIQUE INDEX repository_id_forge ON repository_id (host, forge_id);

CREATE TABLE package_id (
    id         INTEGER PRIMARY KEY,
    index_url  TEXT NOT NULL,
    name       TEXT NOT NULL,                   -- PEP 503
    etag       TEXT,                            -- of its document; memory, not fact
    UNIQUE (name, index_url)
);

CREATE TABLE release_id (
    id             INTEGER PRIMARY KEY,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    version        TEXT NOT NULL,               -- as the index spells it
    normal         TEXT NOT NULL,               -- PEP 440 normal form, or the text
    order_key      BLOB NOT NULL,               -- memcmp order is PEP 440's
    is_prerelease  INTEGER NOT NULL,
    UNIQUE (package_id, version)
);
CREATE INDEX release_id_order ON release_id (package_id, order_key);

-- Facts ------------------------------------------------------------------------------------------

-- Exactly one of the ids is not 0: that subject is part of the fleet.
CREATE TABLE stored_scope (
    repository_id  INTEGER NOT NULL,
    package_id     INTEGER NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, package_id, since)
) WITHOUT ROWID;

CREATE TABLE stored_repository (
    repository_id   INTEGER NOT NULL REFERENCES repository_id,
    owner           TEXT NOT NULL,
    name            TEXT NOT NULL,
    visibility      TEXT,
    default_branch  TEXT,
    forge_licence   TEXT,
    archived        INTEGER,
    fork            INTEGER,
    disabled        INTEGER,
    named           INTEGER NOT NULL,
    since           INTEGER NOT NULL REFERENCES run,
    until           INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, since)
) WITHOUT ROWID;
CREATE INDEX stored_repository_name
    ON stored_repository (name COLLATE NOCASE, owner COLLATE NOCASE);

CREATE TABLE stored_refs (
    repository_id      INTEGER NOT NULL REFERENCES repository_id,
    digest             TEXT NOT NULL,
    head_ref           TEXT,
    head_oid           TEXT,
    head_committed_at  TEXT,
    reader             INTEGER NOT NULL,
    since              INTEGER NOT NULL REFERENCES run,
    until              INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, since)
) WITHOUT ROWID;

CREATE TABLE stored_tag (
    repository_id      INTEGER NOT NULL REFERENCES repository_id,
    name               TEXT NOT NULL,
    oid                TEXT NOT NULL,
    commit_oid         TEXT,
    kind               TEXT NOT NULL CHECK (kind IN ('annotated', 'lightweight')),
    tagged_at          TEXT,
    committed_at       TEXT,
    on_default_branch  INTEGER,
    since              INTEGER NOT NULL REFERENCES run,
    until              INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, name, since)
) WITHOUT ROWID;

CREATE TABLE stored_project (
    repository_id   INTEGER NOT NULL REFERENCES repository_id,
    directory       TEXT NOT NULL,
    name            TEXT,
    normal          TEXT,
    backend         TEXT,
    licence         TEXT,
    licence_state   TEXT NOT NULL CHECK (licence_state IN ('known', 'absent', 'unknown')),
    licence_path    TEXT,
    changelog_path  TEXT,
    candidate       INTEGER NOT NULL,
    since           INTEGER NOT NULL REFERENCES run,
    until           INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, directory, since)
) WITHOUT ROWID;

CREATE TABLE stored_declaration (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    commit_oid     TEXT NOT NULL,
    directory      TEXT NOT NULL,
    name           TEXT,
    normal         TEXT,
    kind           TEXT CHECK (kind IN
                       ('none', 'static', 'dynamic', 'vcs', 'placeholder', 'opaque')),
    version        TEXT,
    order_key      BLOB,
    is_prerelease  INTEGER,
    origin         TEXT,
    reason         TEXT,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, commit_oid, directory, since)
) WITHOUT ROWID;

CREATE TABLE stored_package (
    package_id    INTEGER NOT NULL REFERENCES package_id,
    state         TEXT NOT NULL CHECK (state IN ('known', 'absent')),
    display       TEXT,
    latest        TEXT,
    licence       TEXT,
    organisation  TEXT,
    serial        TEXT,
    urls          TEXT,
    since         INTEGER NOT NULL REFERENCES run,
    until         INTEGER REFERENCES run,
    PRIMARY KEY (package_id, since)
) WITHOUT ROWID;

CREATE TABLE stored_release (
    package_id     INTEGER NOT NULL REFERENCES package_id,
    release_id     INTEGER NOT NULL REFERENCES release_id,
    published_at   TEXT,
    yanked         INTEGER NOT NULL,
    yanked_reason  TEXT,
    files          INTEGER NOT NULL,            -- how many it has
    sdist          INTEGER NOT NULL,            -- of them, how many source archives
    wheel          INTEGER NOT NULL,            -- of them, how many wheels
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (package_id, release_id, since)
) WITHOUT ROWID;

CREATE TABLE stored_file (
    package_id   INTEGER NOT NULL REFERENCES package_id,
    release_id   INTEGER NOT NULL REFERENCES release_id,
    filename     TEXT NOT NULL,
    kind         TEXT,
    url          TEXT,
    sha256       TEXT,
    size         INTEGER,
    uploaded_at  TEXT,
    yanked       INTEGER NOT NULL,
    since        INTEGER NOT NULL REFERENCES run,
    until        INTEGER REFERENCES run,
    PRIMARY KEY (package_id, release_id, filename, since)
) WITHOUT ROWID;

CREATE TABLE stored_link (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    directory      TEXT,
    state          TEXT NOT NULL CHECK (state IN
                       ('configured', 'mutual', 'corroborated', 'claimed', 'contradicted')),
    evidence       TEXT,
    other          TEXT,
    is_primary     INTEGER NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, package_id, since)
) WITHOUT ROWID;
CREATE INDEX stored_link_package ON stored_link (package_id);

CREATE TABLE stored_denotes (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    order_key      BLOB NOT NULL,
    tag            TEXT NOT NULL,
    version        TEXT NOT NULL,
    is_prerelease  INTEGER NOT NULL,
    how            TEXT,
    preferred      INTEGER NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, package_id, order_key, tag, since)
) WITHOUT ROWID;

CREATE TABLE stored_release_source (
    repository_id         INTEGER NOT NULL REFERENCES repository_id,
    release_id            INTEGER NOT NULL REFERENCES release_id,
    version_commit_state  TEXT NOT NULL CHECK (version_commit_state IN
                              ('known', 'absent', 'unknown')),
    version_commit        TEXT,
    version_committed_at  TEXT,
    changelog_state       TEXT NOT NULL CHECK (changelog_state IN ('known', 'absent', 'unknown')),
    changelog_path        TEXT,
    changelog_line        INTEGER,
    changelog_at          TEXT,
    since                 INTEGER NOT NULL REFERENCES run,
    until                 INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, release_id, since)
) WITHOUT ROWID;

CREATE TABLE stored_coverage (
    organisation   TEXT NOT NULL,
    repository_id  INTEGER NOT NULL,
    package_id     INTEGER NOT NULL,
    fact           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('known', 'absent', 'unknown', 'skipped')),
    reason         TEXT,
    detail         TEXT,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, package_id, organisation, fact, since)
) WITHOUT ROWID;

CREATE TABLE stored_finding (
    rule           TEXT NOT NULL,
    repository_id  INTEGER NOT NULL,
    package_id     INTEGER NOT NULL,
    version        TEXT NOT NULL,
    tag            TEXT NOT NULL,
    detail         TEXT NOT NULL,
    severity       TEXT NOT NULL CHECK (severity IN
                       ('critical', 'high', 'medium', 'low', 'info')),
    standing       TEXT NOT NULL CHECK (standing IN ('open', 'historic', 'waived')),
    message        TEXT NOT NULL,
    evidence       TEXT NOT NULL,               -- a JSON object
    first_run      INTEGER NOT NULL REFERENCES run,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (rule, repository_id, package_id, version, tag, detail, since)
) WITHOUT ROWID;
CREATE INDEX stored_finding_until ON stored_finding (until);
CREATE INDEX stored_finding_package ON stored_finding (package_id);
