-- case: declared between two releases
INSERT INTO stored_skipped VALUES (1, 1, x'0150', '0.1.5', 'c15', '2024-02-01T09:00:00Z', 1, NULL);
-- expect: 0.1.5 info

-- case: declared before the first release
INSERT INTO stored_skipped VALUES (1, 1, x'0050', '0.0.5', 'c05', '2023-02-01T09:00:00Z', 1, NULL);

-- case: in preparation
INSERT INTO stored_skipped VALUES (1, 1, x'0300', '0.3.0', 'c30', '2024-04-01T09:00:00Z', 1, NULL);

-- case: published, and gone since
INSERT INTO stored_skipped VALUES (1, 1, x'0150', '0.1.5', 'c15', '2024-02-01T09:00:00Z', 1, NULL);
INSERT INTO release_id VALUES (3, 1, '0.1.5', '0.1.5', x'0150', 0);

-- case: a tag denotes it
INSERT INTO stored_skipped VALUES (1, 1, x'0150', '0.1.5', 'c15', '2024-02-01T09:00:00Z', 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0150', 'v0.1.0', '0.1.5', 0, 'plain', 1, 1, NULL);

-- case: the package belongs to somebody else
INSERT INTO stored_skipped VALUES (1, 1, x'0150', '0.1.5', 'c15', '2024-02-01T09:00:00Z', 1, NULL);
UPDATE stored_link SET state = 'contradicted', other = 'evil/rocket';

-- case: the tags could not be read
INSERT INTO stored_skipped VALUES (1, 1, x'0150', '0.1.5', 'c15', '2024-02-01T09:00:00Z', 1, NULL);
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';
