-- case: a final version that is neither tagged nor published
UPDATE stored_declaration SET version = '0.3.0', order_key = x'0300' WHERE commit_oid = 'c3';
-- expect: 0.3.0 info

-- case: in development
UPDATE stored_declaration SET version = '0.3.0.dev1', order_key = x'02f0', is_prerelease = 1
WHERE commit_oid = 'c3';

-- case: a tag denotes it: tag-without-release asks
UPDATE stored_declaration SET version = '0.3.0', order_key = x'0300' WHERE commit_oid = 'c3';
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);

-- case: the version is out, but yanked
UPDATE stored_release SET yanked = 1 WHERE release_id = 2;

-- case: the index could not be asked
UPDATE stored_declaration SET version = '0.3.0', order_key = x'0300' WHERE commit_oid = 'c3';
UPDATE stored_coverage SET status = 'unknown', reason = 'http-error' WHERE fact = 'index';
