-- case: a second index has it too
INSERT INTO stored_also_at VALUES (1, 'https://index.example', 1, NULL);
-- expect: - info detail=https://index.example

-- case: it had it once
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_also_at VALUES (1, 'https://index.example', 0, 1);

-- case: the index could not be asked
INSERT INTO stored_also_at VALUES (1, 'https://index.example', 1, NULL);
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'index';

-- case: not ours
INSERT INTO stored_also_at VALUES (1, 'https://index.example', 1, NULL);
UPDATE stored_link SET state = 'contradicted';
