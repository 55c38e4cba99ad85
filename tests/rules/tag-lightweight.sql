-- case: a lightweight tag
UPDATE stored_tag SET kind = 'lightweight', tagged_at = NULL WHERE name = 'v0.2.0';
-- expect: 0.2.0 info tag=v0.2.0

-- case: of no release
INSERT INTO stored_tag VALUES (1, 'nightly', 't3', 'c9', 'lightweight', NULL, NULL, 1, 1, NULL);

-- case: the refs could not be read
UPDATE stored_tag SET kind = 'lightweight', tagged_at = NULL WHERE name = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';

-- case: a habit is told once
INSERT INTO release_id
SELECT value + 10, 1, '0.2.' || value, '0.2.' || value, cast(x'02' || char(value) AS BLOB), 0
FROM json_each('[1,2,3,4,5]');
INSERT INTO stored_release
SELECT 1, id, '2024-03-02T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 10;
INSERT INTO stored_tag
SELECT 1, version, 't' || id, 'c' || id, 'lightweight', NULL, '2024-03-02T09:00:00Z', 1, 1, NULL
FROM release_id WHERE id > 10;
INSERT INTO stored_denotes
SELECT 1, 1, order_key, version, version, 0, 'plain', 1, 1, NULL FROM release_id WHERE id > 10;
-- expect: - info
