-- case: by hand, too
UPDATE stored_publish SET ways = 'tag, manual', loose = 'manual';
-- expect: - medium detail=.github/workflows/release.yml

-- case: two steps of one workflow
UPDATE stored_publish SET ways = 'branch', loose = 'branch';
INSERT INTO stored_publish VALUES
    (1, '.github/workflows/release.yml', '.github/workflows/release.yml', 30, 'twine upload',
     'known', NULL, 'pypi', 'branch', 'branch', 1, -1, 'unknown', 1, NULL);
-- expect: - medium detail=.github/workflows/release.yml

-- case: an environment may hold it back
UPDATE stored_publish SET ways = 'schedule', loose = 'schedule', environment = 'pypi';
-- expect: - low detail=.github/workflows/release.yml

-- case: what leads to it is for running to tell
UPDATE stored_publish SET ways = 'branch', loose = '';

-- case: nobody can tell whether it publishes
UPDATE stored_publish SET state = 'unknown', reason = 'a script', loose = 'branch';

-- case: another repository's package
UPDATE stored_publish SET ways = 'branch', loose = 'branch';
UPDATE stored_link SET state = 'contradicted';

-- case: the workflow could not be read
UPDATE stored_workflow SET state = 'unknown', reason = 'parse-error', triggers = NULL;
UPDATE stored_coverage SET status = 'unknown', reason = 'parse-error' WHERE fact = 'workflows';
DELETE FROM stored_publish;
