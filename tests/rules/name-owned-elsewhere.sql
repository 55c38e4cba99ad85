-- case: the index names another repository
UPDATE stored_link SET state = 'contradicted', other = 'else/rocket', directory = 'python';
-- expect: - high detail=python

-- case: a copy, while another repository of the fleet owns the package
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES
    (2, 'acme', 'copy', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_link VALUES (2, 1, '', 'contradicted', NULL, 'acme/rocket', 1, NULL);

-- case: the index could not be asked
UPDATE stored_link SET state = 'contradicted', other = 'else/rocket';
UPDATE stored_coverage SET status = 'unknown', reason = 'http-error' WHERE fact = 'index';
