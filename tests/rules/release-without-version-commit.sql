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
