-- Actions of others that workflows use by the id of a commit, for who writes the next workflow.
CREATE TABLE stored_action_pin (
    repository_id  INTEGER NOT NULL REFERENCES repository_id,
    action         TEXT NOT NULL,               -- "actions/checkout"
    commit_oid     TEXT NOT NULL,
    since          INTEGER NOT NULL REFERENCES run,
    until          INTEGER REFERENCES run,
    PRIMARY KEY (repository_id, action, commit_oid, since)
) WITHOUT ROWID;
