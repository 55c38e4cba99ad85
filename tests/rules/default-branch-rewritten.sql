-- case: its tip was lost
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_refs VALUES (1, 'other', 'refs/heads/main', 'c9', '2024-03-01T00:00:00Z', 1, 0, 1);
INSERT INTO stored_lost_tip VALUES (1, 'c9', 1, NULL);
-- expect: - high

-- case: it came back
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_refs VALUES (1, 'other', 'refs/heads/main', 'c9', '2024-03-01T00:00:00Z', 1, 0, 1);
INSERT INTO stored_lost_tip VALUES (1, 'c9', 1, NULL);
UPDATE stored_lost_tip SET since = 0, until = 1;

-- case: no package of ours
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_refs VALUES (1, 'other', 'refs/heads/main', 'c9', '2024-03-01T00:00:00Z', 1, 0, 1);
INSERT INTO stored_lost_tip VALUES (1, 'c9', 1, NULL);
UPDATE stored_link SET state = 'contradicted';

-- case: nobody could look
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';
