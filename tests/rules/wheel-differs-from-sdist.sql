-- case: a module that only the wheel holds
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 high detail=rocket-0.2.0-py3-none-any.whl

-- case: the sdist holds such a module
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
