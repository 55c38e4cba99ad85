-- case: of several commits
UPDATE stored_contents SET verdict = 'mixed-commits' WHERE kind = 'sdist';
-- expect: 0.2.0 high

-- case: all of the tag's

-- case: the file could not be compared
UPDATE stored_contents SET verdict = 'mixed-commits' WHERE kind = 'sdist';
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
