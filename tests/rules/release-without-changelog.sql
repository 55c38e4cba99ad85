-- case: no entry for the newest release
UPDATE stored_release_source SET changelog_state = 'absent', changelog_line = NULL WHERE release_id = 2;
-- expect: 0.2.0 medium

-- case: older than the first release that has an entry
UPDATE stored_release_source SET changelog_state = 'absent', changelog_line = NULL WHERE release_id = 1;
-- expect: 0.1.0 medium historic

-- case: no changelog at all: one finding that counts
UPDATE stored_release_source SET changelog_state = 'absent', changelog_path = NULL,
    changelog_line = NULL, changelog_at = NULL;
-- expect: 0.1.0 medium historic
-- expect: 0.2.0 medium

-- case: pre-releases need no entry
UPDATE stored_release_source SET changelog_state = 'absent', changelog_line = NULL WHERE release_id = 1;
UPDATE release_id SET is_prerelease = 1 WHERE id = 1;

-- case: the changelog could not be read
UPDATE stored_release_source SET changelog_state = 'unknown', changelog_line = NULL;

-- case: nobody looked
DELETE FROM stored_release_source;

-- case: five in a row are one line
INSERT INTO release_id VALUES (10, 1, '0.1.1', '0.1.1', x'0101', 0);
INSERT INTO stored_release VALUES (1, 10, '2024-02-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 10, 'known', 'c2', '2024-02-01T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (11, 1, '0.1.2', '0.1.2', x'0102', 0);
INSERT INTO stored_release VALUES (1, 11, '2024-02-02T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 11, 'known', 'c2', '2024-02-02T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (12, 1, '0.1.3', '0.1.3', x'0103', 0);
INSERT INTO stored_release VALUES (1, 12, '2024-02-03T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 12, 'known', 'c2', '2024-02-03T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (13, 1, '0.1.4', '0.1.4', x'0104', 0);
INSERT INTO stored_release VALUES (1, 13, '2024-02-04T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 13, 'known', 'c2', '2024-02-04T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (14, 1, '0.1.5', '0.1.5', x'0105', 0);
INSERT INTO stored_release VALUES (1, 14, '2024-02-05T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 14, 'known', 'c2', '2024-02-05T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
-- expect: 0.1.5 medium

-- case: four are not
INSERT INTO release_id VALUES (10, 1, '0.1.1', '0.1.1', x'0101', 0);
INSERT INTO stored_release VALUES (1, 10, '2024-02-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 10, 'known', 'c2', '2024-02-01T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (11, 1, '0.1.2', '0.1.2', x'0102', 0);
INSERT INTO stored_release VALUES (1, 11, '2024-02-02T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 11, 'known', 'c2', '2024-02-02T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (12, 1, '0.1.3', '0.1.3', x'0103', 0);
INSERT INTO stored_release VALUES (1, 12, '2024-02-03T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 12, 'known', 'c2', '2024-02-03T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (13, 1, '0.1.4', '0.1.4', x'0104', 0);
INSERT INTO stored_release VALUES (1, 13, '2024-02-04T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 13, 'known', 'c2', '2024-02-04T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
-- expect: 0.1.1 medium
-- expect: 0.1.2 medium
-- expect: 0.1.3 medium
-- expect: 0.1.4 medium

-- case: five, and the newest
INSERT INTO release_id VALUES (10, 1, '0.1.1', '0.1.1', x'0101', 0);
INSERT INTO stored_release VALUES (1, 10, '2024-02-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 10, 'known', 'c2', '2024-02-01T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (11, 1, '0.1.2', '0.1.2', x'0102', 0);
INSERT INTO stored_release VALUES (1, 11, '2024-02-02T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 11, 'known', 'c2', '2024-02-02T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (12, 1, '0.1.3', '0.1.3', x'0103', 0);
INSERT INTO stored_release VALUES (1, 12, '2024-02-03T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 12, 'known', 'c2', '2024-02-03T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (13, 1, '0.1.4', '0.1.4', x'0104', 0);
INSERT INTO stored_release VALUES (1, 13, '2024-02-04T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 13, 'known', 'c2', '2024-02-04T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
INSERT INTO release_id VALUES (14, 1, '0.1.5', '0.1.5', x'0105', 0);
INSERT INTO stored_release VALUES (1, 14, '2024-02-05T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_release_source VALUES (1, 14, 'known', 'c2', '2024-02-05T09:00:00Z', 'absent', 'CHANGELOG.md', NULL, NULL, 1, NULL);
UPDATE stored_release_source SET changelog_state = 'absent', changelog_line = NULL WHERE release_id = 2;
-- expect: 0.1.5 medium
-- expect: 0.2.0 medium
