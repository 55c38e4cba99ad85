-- case: no commit ever declared the version
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL
WHERE release_id = 2;
-- expect: 0.2.0 high

-- case: older than the first version that a commit declares
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL
WHERE release_id = 1;
-- expect: 0.1.0 high historic

-- case: nothing was ever declared: only the newest counts
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL;
-- expect: 0.1.0 high historic
-- expect: 0.2.0 high

-- case: the version comes from the tag
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL;
UPDATE stored_declaration SET kind = 'vcs', version = NULL, order_key = NULL;

-- case: the history could not be searched
UPDATE stored_release_source SET version_commit_state = 'unknown', version_commit = NULL;

-- case: nobody looked
DELETE FROM stored_release_source;

-- case: not ours
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL;
UPDATE stored_link SET state = 'claimed';

-- case: the index does not tell when it was published: the order of versions remains
INSERT INTO release_id VALUES (3, 1, '0.0.1', '0.0.1', x'0001', 0);
INSERT INTO stored_release VALUES (1, 3, NULL, 0, NULL, 1, 1, 0, 1, NULL);
INSERT INTO stored_release_source VALUES
    (1, 3, 'absent', NULL, NULL, 'known', 'CHANGELOG.md', 9, 'tag', 1, NULL);
UPDATE stored_release SET published_at = NULL;
UPDATE stored_release_source SET version_commit_state = 'absent', version_commit = NULL
WHERE release_id = 2;
-- expect: 0.0.1 high historic
-- expect: 0.2.0 high
