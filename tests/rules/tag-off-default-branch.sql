-- case: the newest release was built elsewhere
UPDATE stored_tag SET on_default_branch = 0 WHERE name = 'v0.2.0';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: a higher release is on the default branch
UPDATE stored_tag SET on_default_branch = 0 WHERE name = 'v0.1.0';
-- expect: 0.1.0 medium historic tag=v0.1.0

-- case: none is: only the newest counts
UPDATE stored_tag SET on_default_branch = 0;
-- expect: 0.1.0 medium historic tag=v0.1.0
-- expect: 0.2.0 medium tag=v0.2.0

-- case: release branches are a habit, which is told once
INSERT INTO release_id
SELECT value + 10, 1, '0.2.' || value, '0.2.' || value, cast(x'02' || char(value) AS BLOB), 0
FROM json_each('[1,2,3,4,5]');
INSERT INTO stored_release
SELECT 1, id, '2024-03-02T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 10;
INSERT INTO stored_tag
SELECT 1, version, 't' || id, 'c' || id, 'annotated', '2024-03-02T09:00:00Z', '2024-03-02T09:00:00Z', 0, 1, NULL
FROM release_id WHERE id > 10;
INSERT INTO stored_denotes
SELECT 1, 1, order_key, version, version, 0, 'plain', 1, 1, NULL FROM release_id WHERE id > 10;
-- expect: - info


-- case: nobody can tell
UPDATE stored_tag SET on_default_branch = NULL;
