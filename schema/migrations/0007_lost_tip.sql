-- What the default branch was and does not lead to any more.

-- Commits that an earlier run saw at the tip of the branch that is the default branch now, and that
-- are no ancestors of its tip of today: somebody rewrote it.
CREATE TABLE stored_lost_tip (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    oid            TEXT NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, oid, since)
) WITHOUT ROWID;
