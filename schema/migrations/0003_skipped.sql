-- What history declared and nobody released.

-- Final versions that neither a tag nor a release has, with the oldest commit that declares each.
-- Looked for where the numbers of a package's versions leave some out.
CREATE TABLE stored_skipped (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    package_id     INTEGER NOT NULL REFERENCES package_id,
    order_key      BLOB NOT NULL,
    version        TEXT NOT NULL,
    commit_oid     TEXT NOT NULL,
    committed_at   TEXT,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, package_id, order_key, since)
) WITHOUT ROWID;

-- The view tells it from the states.
ALTER TABLE stored_link DROP COLUMN is_primary;
