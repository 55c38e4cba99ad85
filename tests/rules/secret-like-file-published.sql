-- case: a key
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'deploy.pem', 'ignored', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, NULL);
-- expect: 0.2.0 critical

-- case: one that the repository holds as well
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'tests/key.pem', 'moved', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'deploy.pem', 'ignored', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
