-- What the Simple API tells besides, and where else a package is.

ALTER TABLE stored_package ADD COLUMN status TEXT;         -- PEP 792; NULL: the index does not tell
ALTER TABLE stored_package ADD COLUMN status_reason TEXT;
ALTER TABLE stored_package ADD COLUMN note TEXT;           -- what of it could not be read in full
ALTER TABLE stored_package ADD COLUMN incomplete INTEGER;  -- 1: releases may be missing for that

-- Indexes behind the package's own in the fleet's order that have its name too.
CREATE TABLE stored_also_at (
    package_id  INTEGER NOT NULL REFERENCES package_id,
    index_url   TEXT NOT NULL,
    since       INTEGER NOT NULL REFERENCES run,
    until       INTEGER REFERENCES run,
    PRIMARY KEY (package_id, index_url, since)
) WITHOUT ROWID;
