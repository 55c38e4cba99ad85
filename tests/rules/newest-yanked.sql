-- case: the highest version is yanked
UPDATE stored_release SET yanked = 1, yanked_reason = 'broken' WHERE release_id = 2;
-- expect: 0.2.0 info

-- case: an older one is yanked
UPDATE stored_release SET yanked = 1 WHERE release_id = 1;

-- case: a higher pre-release is out, which nobody gets unasked
UPDATE stored_release SET yanked = 1 WHERE release_id = 1;
UPDATE release_id SET is_prerelease = 1 WHERE id = 2;
-- expect: 0.1.0 info

-- case: it has no files
UPDATE stored_release SET yanked = 1, files = 0 WHERE release_id = 2;

-- case: the index was never read
DELETE FROM stored_release;
UPDATE stored_coverage SET status = 'unknown', reason = 'http-error' WHERE fact = 'index';

-- case: not ours
UPDATE stored_release SET yanked = 1 WHERE release_id = 2;
UPDATE stored_link SET state = 'contradicted';
