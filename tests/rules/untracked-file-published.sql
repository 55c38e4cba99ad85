-- case: a text of nobody's
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'notes.txt', 'nowhere', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 medium

-- case: compiled code that git ignores
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.so', 'ignored', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 high

-- case: code that no commit holds is told elsewhere
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);

-- case: so is a secret
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', '.env', 'ignored', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'notes.txt', 'nowhere', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
