-- case: the index answers 404 for what it had
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_coverage SET since = 0, until = 1 WHERE fact = 'index';
INSERT INTO stored_coverage (repository_id, package_id, organisation, fact, status, reason, since)
VALUES (0, 1, '', 'index', 'absent', 'not-found', 1);
UPDATE stored_release SET since = 0, until = 1;
UPDATE stored_link SET since = 0, until = 1;
INSERT INTO stored_link VALUES (1, 1, '', 'claimed', NULL, NULL, 1, NULL);
-- expect: - medium

-- case: another repository's package
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_coverage SET since = 0, until = 1 WHERE fact = 'index';
INSERT INTO stored_coverage (repository_id, package_id, organisation, fact, status, reason, since)
VALUES (0, 1, '', 'index', 'absent', 'not-found', 1);
UPDATE stored_release SET since = 0, until = 1;
UPDATE stored_link SET state = 'contradicted', since = 0, until = 1;
INSERT INTO stored_link VALUES (1, 1, '', 'claimed', NULL, NULL, 1, NULL);

-- case: it was never there
UPDATE stored_coverage SET status = 'absent', reason = 'not-found' WHERE fact = 'index';
DELETE FROM stored_release;

-- case: the index could not be asked
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_coverage SET since = 0, until = 1 WHERE fact = 'index';
INSERT INTO stored_coverage (repository_id, package_id, organisation, fact, status, reason, since)
VALUES (0, 1, '', 'index', 'unknown', 'timeout', 1);

-- case: one release is gone
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_release SET since = 0, until = 1 WHERE release_id = 1;
-- expect: 0.1.0 medium

-- case: nothing of it can be installed
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_release SET since = 0, until = 1 WHERE release_id = 1;
INSERT INTO stored_release VALUES (1, 1, NULL, 0, NULL, 0, 0, 0, 1, NULL);
-- expect: 0.1.0 medium

-- case: nothing ever could
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_release SET since = 0, until = 1 WHERE release_id = 1;
UPDATE stored_release SET files = 0 WHERE until = 1;

-- case: only its files changed
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_release SET since = 0, until = 1 WHERE release_id = 1;
INSERT INTO stored_release VALUES (1, 1, NULL, 0, NULL, 1, 0, 1, 1, NULL);
