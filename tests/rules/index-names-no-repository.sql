-- case: only names and versions agree
UPDATE stored_link SET state = 'corroborated';
UPDATE stored_package SET urls = '[]';
-- expect: - low

-- case: configured, and the index is silent
UPDATE stored_link SET state = 'configured', evidence = 'configured';
UPDATE stored_package SET urls = '[["Homepage","https://rocket.example"]]';
-- expect: - low

-- case: configured, and the index agrees
UPDATE stored_link SET state = 'configured';

-- case: nothing is published
UPDATE stored_link SET state = 'corroborated';
DELETE FROM stored_release;

-- case: the index could not be asked
UPDATE stored_link SET state = 'corroborated';
UPDATE stored_coverage SET status = 'unknown', reason = 'http-error' WHERE fact = 'index';

-- case: an index that has no place for it
UPDATE stored_link SET state = 'corroborated';
UPDATE stored_package SET urls = NULL;
