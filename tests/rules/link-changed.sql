-- case: the index names another repository now
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_link VALUES (1, 1, '', 'mutual', NULL, NULL, 0, 1);
UPDATE stored_link SET state = 'contradicted', other = 'evil/rocket' WHERE since = 1;
-- expect: - high

-- case: another repository is the package's
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES (2, 'evil', 'rocket', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_link VALUES (2, 1, '', 'mutual', NULL, NULL, 0, 1);
-- expect: - high

-- case: both are
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES (2, 'evil', 'rocket', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_link VALUES (2, 1, '', 'mutual', NULL, NULL, 0, 1), (2, 1, '', 'corroborated', NULL, NULL, 1, NULL);

-- case: only how we know changed
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_link VALUES (1, 1, '', 'corroborated', NULL, NULL, 0, 1);

-- case: it never was
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_link VALUES (1, 1, '', 'claimed', NULL, NULL, 0, 1);
UPDATE stored_link SET state = 'contradicted' WHERE since = 1;

-- case: the index could not be asked
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_link VALUES (1, 1, '', 'mutual', NULL, NULL, 0, 1);
UPDATE stored_link SET state = 'claimed' WHERE since = 1;
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'index';
