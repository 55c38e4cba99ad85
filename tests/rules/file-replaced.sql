-- case: other bytes
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_file VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'sdist', 'https://files/3', 'd0', 9000, '2024-03-01T10:00:00Z', 0, 0, 1, NULL);
-- expect: 0.2.0 critical detail=rocket-0.2.0.tar.gz

-- case: only the address changed
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_file VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'sdist', 'https://files/3', 'd3', 9000, '2024-03-01T10:00:00Z', 0, 0, 1, NULL);

-- case: the digest was not told before
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_file VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'sdist', 'https://files/3', NULL, 9000, '2024-03-01T10:00:00Z', 0, 0, 1, NULL);

-- case: it is gone
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
UPDATE stored_file SET since = 0, until = 1 WHERE sha256 = 'd3';

-- case: the digest is not told now
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_file VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'sdist', 'https://files/3', 'd0', 9000, '2024-03-01T10:00:00Z', 0, 0, 1, NULL);
UPDATE stored_file SET sha256 = NULL WHERE since = 1 AND filename = 'rocket-0.2.0.tar.gz' AND sha256 IS NOT NULL;
