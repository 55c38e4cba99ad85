-- case: a module of nobody's
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 critical

-- case: of the wheel too: one line
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 critical

-- case: only comments differ
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, 0, 1, NULL);

-- case: a build file
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.py', 'nowhere', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: some commit holds it
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, 'c1', NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;

-- case: the package belongs to somebody else
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
UPDATE stored_link SET state = 'contradicted', other = 'evil/rocket';

-- case: before the repository held anything
INSERT INTO stored_contents VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'd1', 'known', NULL, NULL, 'nowhere', NULL, NULL, NULL, 12, 0, 1, NULL);
INSERT INTO stored_content_member VALUES (1, 1, 'rocket-0.1.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
-- expect: 0.1.0 critical historic

-- case: the newest too: all of it
INSERT INTO stored_contents VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'd1', 'known', NULL, NULL, 'nowhere', NULL, NULL, NULL, 12, 0, 1, NULL);
UPDATE stored_contents SET commit_oid = NULL;
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 critical
