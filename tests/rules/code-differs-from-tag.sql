-- case: the module of another commit
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, 'c1', NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 critical tag=v0.2.0

-- case: no tag
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, 'c1', NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: only comments differ
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, 0, 1, NULL);

-- case: a build file of another commit
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.py', 'other-commit', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, 'c1', NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
