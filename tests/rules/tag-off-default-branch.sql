-- case: the newest release was built elsewhere
UPDATE stored_tag SET on_default_branch = 0 WHERE name = 'v0.2.0';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: a higher release is on the default branch
UPDATE stored_tag SET on_default_branch = 0 WHERE name = 'v0.1.0';
-- expect: 0.1.0 medium historic tag=v0.1.0

-- case: none is: only the newest counts
UPDATE stored_tag SET on_default_branch = 0;
-- expect: 0.1.0 medium historic tag=v0.1.0
-- expect: 0.2.0 medium tag=v0.2.0

-- case: nobody can tell
UPDATE stored_tag SET on_default_branch = NULL;
