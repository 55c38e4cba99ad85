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
