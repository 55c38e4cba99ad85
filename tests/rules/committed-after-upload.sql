-- case: code that came a day later
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'identical', 1, 'code', NULL, NULL, NULL, 'c3', '2024-03-02T00:00:00Z', 1, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 high

-- case: a text that came a day later
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'NEWS', 'identical', 1, 'other', NULL, NULL, NULL, 'c3', '2024-03-02T00:00:00Z', 1, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 medium

-- case: it was there before
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'NEWS', 'other-commit', 1, 'other', NULL, NULL, NULL, 'c1', '2024-01-01T09:50:00Z', NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'identical', 1, 'code', NULL, NULL, NULL, 'c3', '2024-03-02T00:00:00Z', 1, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
