-- case: the parent of the tagged commit
UPDATE stored_contents SET verdict = 'other-commit', commit_oid = 'c1', relation = 'parent' WHERE kind = 'sdist';
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'setup.py', 'other-commit', 1, 'build', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 medium tag=v0.2.0

-- case: code differs, which is told elsewhere
UPDATE stored_contents SET verdict = 'other-commit', commit_oid = 'c1', relation = 'parent' WHERE kind = 'sdist';
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'other-commit', 1, 'code', NULL, NULL, NULL, 'c1', NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);

-- case: there is no tag
UPDATE stored_contents SET verdict = 'other-commit', commit_oid = 'c1', relation = 'parent' WHERE kind = 'sdist';
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';

-- case: the file could not be compared
UPDATE stored_contents SET verdict = 'other-commit', commit_oid = 'c1', relation = 'parent' WHERE kind = 'sdist';
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
