-- case: the newest release's
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_tag SET since = 0, until = 1 WHERE name = 'v0.2.0';
UPDATE stored_denotes SET since = 0, until = 1 WHERE tag = 'v0.2.0';
-- expect: 0.2.0 high tag=v0.2.0

-- case: of a version that was never published
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_tag SET since = 0, until = 1 WHERE name = 'v0.2.0';
UPDATE stored_denotes SET since = 0, until = 1 WHERE tag = 'v0.2.0';
DELETE FROM stored_release WHERE release_id = 2;
-- expect: 0.2.0 info tag=v0.2.0

-- case: another tag stands at the same commit
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_tag SET since = 0, until = 1 WHERE name = 'v0.2.0';
UPDATE stored_denotes SET since = 0, until = 1 WHERE tag = 'v0.2.0';
INSERT INTO stored_tag VALUES (1, '0.2.0', 't9', 'c2', 'lightweight', NULL, NULL, 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0200', '0.2.0', '0.2.0', 0, 'plain', 1, 1, NULL);
-- expect: 0.2.0 info tag=v0.2.0

-- case: made again
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c2', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);

-- case: it denoted nothing
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_tag SET since = 0, until = 1 WHERE name = 'v0.2.0';
UPDATE stored_denotes SET since = 0, until = 1 WHERE tag = 'v0.2.0';
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: the refs could not be read
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_tag SET since = 0, until = 1 WHERE name = 'v0.2.0';
UPDATE stored_denotes SET since = 0, until = 1 WHERE tag = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';
