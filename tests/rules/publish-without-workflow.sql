-- case: workflows, but none that publishes
DELETE FROM stored_publish;
-- expect: - low

-- case: no workflow at all
DELETE FROM stored_publish;
DELETE FROM stored_workflow;
UPDATE stored_coverage SET status = 'absent' WHERE fact = 'workflows';
-- expect: - low

-- case: a step of which nobody can tell
UPDATE stored_publish SET state = 'unknown', reason = 'a script';

-- case: nothing was released for years
DELETE FROM stored_publish;
UPDATE run SET started_at = '2026-06-01T00:00:00Z';

-- case: a signed statement says who published it
DELETE FROM stored_publish;
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);

-- case: only the repository says that it is its package
DELETE FROM stored_publish;
UPDATE stored_link SET state = 'claimed';

-- case: a workflow did not parse
DELETE FROM stored_publish;
UPDATE stored_workflow SET state = 'unknown', reason = 'parse-error', triggers = NULL;
UPDATE stored_coverage SET status = 'unknown', reason = 'parse-error' WHERE fact = 'workflows';

-- case: the refs could not be read
DELETE FROM stored_publish;
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact IN ('refs', 'workflows');
