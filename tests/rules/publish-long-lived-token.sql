-- case: a token from a secret
UPDATE stored_publish SET credential = 'token';
-- expect: - low detail=.github/workflows/release.yml

-- case: the credential is not known
UPDATE stored_publish SET credential = 'unknown';

-- case: nobody can tell whether it publishes
UPDATE stored_publish SET state = 'unknown', reason = 'a script', credential = 'token';

-- case: only the repository says that it is its package
UPDATE stored_publish SET credential = 'token';
UPDATE stored_link SET state = 'claimed';

-- case: the workflow could not be read
UPDATE stored_workflow SET state = 'unknown', reason = 'parse-error', triggers = NULL;
UPDATE stored_coverage SET status = 'unknown', reason = 'parse-error' WHERE fact = 'workflows';
DELETE FROM stored_publish;
