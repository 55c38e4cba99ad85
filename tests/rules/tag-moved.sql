-- case: after its version was published
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
-- expect: 0.2.0 critical tag=v0.2.0

-- case: before it was
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
DELETE FROM stored_release WHERE release_id = 2;
-- expect: 0.2.0 medium tag=v0.2.0

-- case: moved and put back
INSERT INTO run VALUES (-1, '2024-05-30T00:00:00Z', '2024-05-30T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't2', 'c2', 'annotated', NULL, NULL, 1, -1, 0);

-- case: only its message was written anew
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c2', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);

-- case: it denotes nothing
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: where it led nobody knows
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
UPDATE stored_tag SET commit_oid = NULL WHERE since = 0;

-- case: not ours
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 0, 1);
UPDATE stored_link SET state = 'contradicted';

-- case: where it leads is unknown now
INSERT INTO run VALUES (0, '2024-05-31T00:00:00Z', '2024-05-31T00:00:01Z', 'complete', '[]', '', 0);
INSERT INTO stored_tag VALUES (1, 'v0.2.0', 't9', 'c9', 'annotated', NULL, NULL, 1, 0, 1);
UPDATE stored_tag SET commit_oid = NULL WHERE since = 1;
