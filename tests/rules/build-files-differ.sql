-- case: a setup.py of nobody's
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.py', 'nowhere', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, '1', NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 medium

-- case: a module
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);

-- case: it is generated
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.cfg', 'generated', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.py', 'nowhere', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, '1', NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
