-- case: the source declares less than what is published, and no tag holds the version
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c3';
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: 0.2.0 critical

-- case: a tag declares the version, so only the branch lags
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c3';
-- expect: 0.2.0 medium

-- case: the tag declares another version as well
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid <> 'c1';
-- expect: 0.2.0 critical

-- case: the branch is in development of the very version that is out
UPDATE stored_declaration SET version = '0.2.0.dev0', order_key = x'01f0', is_prerelease = 1
WHERE commit_oid = 'c3';
-- expect: 0.2.0 low

-- case: the branch is ahead
UPDATE stored_declaration SET version = '0.3.0.dev0', order_key = x'02f0', is_prerelease = 1
WHERE commit_oid = 'c3';

-- case: only yanked releases are higher
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c3';
UPDATE stored_release SET yanked = 1 WHERE release_id = 2;

-- case: the version comes from the tag
UPDATE stored_declaration SET kind = 'vcs', version = NULL, order_key = NULL, is_prerelease = NULL;

-- case: what it declares is no version
UPDATE stored_declaration SET version = '0.1-SNAPSHOT', order_key = x'0031' WHERE commit_oid = 'c3';

-- case: the version is a placeholder
UPDATE stored_declaration SET kind = 'placeholder', version = '0.0.0', order_key = x'00';

-- case: the project is not at the tip any more
UPDATE stored_link SET directory = NULL;

-- case: the tip could not be read
DELETE FROM stored_declaration WHERE commit_oid = 'c3';
UPDATE stored_coverage SET status = 'unknown', reason = 'parse-error' WHERE fact = 'projects';

-- case: not ours
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c3';
UPDATE stored_link SET state = 'contradicted';
