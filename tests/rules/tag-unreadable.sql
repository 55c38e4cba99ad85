-- case: the file at an old tag does not parse
UPDATE stored_declaration SET kind = NULL, name = NULL, normal = NULL, version = NULL,
    reason = 'pyproject.toml:1: no table' WHERE commit_oid = 'c1';
-- expect: 0.1.0 low tag=v0.1.0

-- case: of the newest release coverage tells
UPDATE stored_declaration SET kind = NULL, name = NULL, normal = NULL, version = NULL
    WHERE commit_oid = 'c2';

-- case: there is no project at the tag
DELETE FROM stored_declaration WHERE commit_oid = 'c1';

-- case: another directory's does not parse
INSERT INTO stored_declaration
SELECT repository_id, commit_oid, 'examples', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'bad', 1, NULL
FROM stored_declaration WHERE commit_oid = 'c1';

-- case: the refs could not be read, so the tag may have moved
UPDATE stored_declaration SET kind = NULL, name = NULL, normal = NULL WHERE commit_oid = 'c1';
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
