-- case: an older release
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_release VALUES (1, 1, '2024-01-01T10:00:00Z', 0, NULL, 2, 1, 1, 0, 1);
UPDATE stored_release SET yanked = 1 WHERE release_id = 1 AND since = 1;
-- expect: 0.1.0 info

-- case: it was already
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_release VALUES (1, 1, '2024-01-01T10:00:00Z', 1, NULL, 2, 1, 1, 0, 1);
UPDATE stored_release SET yanked = 1 WHERE release_id = 1 AND since = 1;

-- case: never otherwise seen
UPDATE stored_release SET yanked = 1 WHERE release_id = 1;

-- case: not ours
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_release VALUES (1, 1, '2024-01-01T10:00:00Z', 0, NULL, 2, 1, 1, 0, 1);
UPDATE stored_release SET yanked = 1 WHERE release_id = 1 AND since = 1;
UPDATE stored_link SET state = 'contradicted';

-- case: the index was never read
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_release VALUES (1, 1, '2024-01-01T10:00:00Z', 0, NULL, 2, 1, 1, 0, 1);
UPDATE stored_release SET yanked = 1 WHERE release_id = 1 AND since = 1;
DELETE FROM stored_release WHERE since = 1;
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'index';
