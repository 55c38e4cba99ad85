-- case: declared, but no file
UPDATE stored_project SET licence_state = 'absent', licence_path = NULL;
-- expect: - medium

-- case: nothing declared
UPDATE stored_project SET licence = NULL, licence_state = 'absent', licence_path = NULL;

-- case: the tree could not be read
UPDATE stored_project SET licence_state = 'unknown', licence_path = NULL;

-- case: the refs could not be read
UPDATE stored_project SET licence_state = 'absent', licence_path = NULL;
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
