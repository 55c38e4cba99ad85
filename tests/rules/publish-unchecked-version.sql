-- case: nobody compares
UPDATE stored_publish SET checked = 0;
-- expect: - medium detail=.github/workflows/release.yml

-- case: the version comes from the tag
UPDATE stored_publish SET checked = 0;
UPDATE stored_declaration SET kind = 'vcs', version = NULL, order_key = NULL;

-- case: the build sets it
UPDATE stored_publish SET checked = 0;
UPDATE stored_declaration SET kind = 'placeholder';

-- case: five tags hold what they say
UPDATE stored_publish SET checked = 0;
INSERT INTO release_id VALUES (3, 1, '0.0.1', '0.0.1', x'0001', 0), (4, 1, '0.0.2', '0.0.2', x'0002', 0),
    (5, 1, '0.0.3', '0.0.3', x'0003', 0);
INSERT INTO stored_release SELECT 1, id, '2023-01-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL
FROM release_id WHERE id > 2;
INSERT INTO stored_tag SELECT 1, 'v' || version, 'o' || id, 'd' || id, 'annotated', '2023-01-01T09:55:00Z',
    '2023-01-01T09:50:00Z', 1, 1, NULL FROM release_id WHERE id > 2;
INSERT INTO stored_denotes SELECT 1, 1, order_key, 'v' || version, version, 0, 'plain', 1, 1, NULL
FROM release_id WHERE id > 2;
INSERT INTO stored_declaration SELECT 1, 'd' || id, '', 'Rocket', 'rocket', 'static', version, order_key, 0,
    'pyproject.toml:3', NULL, 1, NULL FROM release_id WHERE id > 2;
INSERT INTO stored_release_source SELECT 1, id, 'known', 'd' || id, '2023-01-01T09:50:00Z', 'known',
    'CHANGELOG.md', 9, 'tag', 1, NULL FROM release_id WHERE id > 2;
-- expect: - low detail=.github/workflows/release.yml

-- case: no tag leads to it
UPDATE stored_publish SET checked = NULL;

-- case: nobody can tell whether it publishes
UPDATE stored_publish SET state = 'unknown', reason = 'a script', checked = 0;

-- case: what the tip declares is not known
UPDATE stored_publish SET checked = 0;
UPDATE stored_declaration SET kind = 'opaque', version = NULL, order_key = NULL WHERE commit_oid = 'c3';

-- case: the workflow could not be read
UPDATE stored_workflow SET state = 'unknown', reason = 'parse-error', triggers = NULL;
UPDATE stored_coverage SET status = 'unknown', reason = 'parse-error' WHERE fact = 'workflows';
DELETE FROM stored_publish;
