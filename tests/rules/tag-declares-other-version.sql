-- case: the tree at the tag says otherwise
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c2';
-- expect: 0.2.0 high tag=v0.2.0

-- case: the project stood in another directory then
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100', directory = 'old'
WHERE commit_oid = 'c2';
-- expect: 0.2.0 high tag=v0.2.0

-- case: another project of the tree is not this one
INSERT INTO stored_declaration VALUES (1, 'c2', 'tools', 'tools', 'tools', 'static', '9', x'0900', 0,
    'tools/setup.py:1', NULL, 1, NULL);

-- case: the same version in another spelling
UPDATE stored_declaration SET version = '0.2' WHERE commit_oid = 'c2';

-- case: the version comes from the tag
UPDATE stored_declaration SET kind = 'vcs', version = NULL, order_key = NULL;

-- case: the tree at the tag could not be read
DELETE FROM stored_declaration WHERE commit_oid = 'c2';

-- case: the refs could not be read, so the tag may have moved
UPDATE stored_declaration SET version = '0.1.0', order_key = x'0100' WHERE commit_oid = 'c2';
UPDATE stored_coverage SET status = 'unknown', reason = 'dns' WHERE fact = 'refs';
