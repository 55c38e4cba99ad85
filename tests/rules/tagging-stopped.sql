-- case: two releases after the last tagged one
INSERT INTO release_id VALUES (3, 1, '0.3.0', '0.3.0', x'0300', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: - high

-- case: one release is a slip, and release-without-tag's
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: a pre-release is not counted
INSERT INTO release_id VALUES (3, 1, '0.3.0a1', '0.3.0a1', x'0300', 1);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: releases that lost their files are not counted
INSERT INTO release_id VALUES (3, 1, '0.3.0', '0.3.0', x'0300', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 0, 0, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: tags came back
INSERT INTO release_id VALUES (3, 1, '0.1.5', '0.1.5', x'0150', 0), (4, 1, '0.1.6', '0.1.6', x'0160', 0);
INSERT INTO stored_release VALUES
    (1, 3, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL),
    (1, 4, '2024-02-02T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);

-- case: nothing was ever tagged
DELETE FROM stored_denotes;
DELETE FROM stored_tag;

-- case: the refs could not be read
INSERT INTO release_id VALUES (3, 1, '0.3.0', '0.3.0', x'0300', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';

-- case: the package belongs to somebody else
INSERT INTO release_id VALUES (3, 1, '0.3.0', '0.3.0', x'0300', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
UPDATE stored_link SET state = 'contradicted', other = 'evil/rocket';
