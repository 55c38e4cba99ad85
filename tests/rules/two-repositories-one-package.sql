-- case: a copy of the project in another repository
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES
    (2, 'acme', 'copy', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_link VALUES (2, 1, '', 'contradicted', NULL, 'acme/rocket', 1, NULL);
-- expect: - medium

-- case: the other repository left the fleet
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES
    (2, 'acme', 'copy', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 0, 1);
INSERT INTO stored_link VALUES (2, 1, '', 'claimed', NULL, NULL, 1, NULL);

-- case: neither owns the name: name-owned-elsewhere tells
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES
    (2, 'acme', 'copy', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_link VALUES (2, 1, '', 'contradicted', NULL, 'else/rocket', 1, NULL);
UPDATE stored_link SET state = 'contradicted';

-- case: the other repository could not be read
INSERT INTO repository_id VALUES (2, 'github.com', 102);
INSERT INTO stored_repository VALUES
    (2, 'acme', 'copy', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_scope VALUES (2, 0, 1, NULL);
INSERT INTO stored_coverage (repository_id, package_id, organisation, fact, status, since) VALUES
    (2, 0, '', 'refs', 'unknown', 1);
