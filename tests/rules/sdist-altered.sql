-- case: metadata of another package
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', '', 'metadata', 1, NULL, 'PKG-INFO names ruckus', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 critical detail=rocket-0.2.0.tar.gz

-- case: nothing is odd

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', '', 'metadata', 1, NULL, 'PKG-INFO names ruckus', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
