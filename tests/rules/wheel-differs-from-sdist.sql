-- case: a module that only the wheel holds
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 high

-- case: wheels for two platforms: one line
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-cp311-cp311-win32.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
INSERT INTO stored_contents SELECT repository_id, release_id, 'rocket-0.2.0-cp311-cp311-win32.whl', package_id, kind, 'd5', state, reason, detail, verdict, commit_oid, committed_at, relation, members, same, since, until FROM stored_contents WHERE sha256 = 'd4';
INSERT INTO stored_file SELECT package_id, release_id, 'rocket-0.2.0-cp311-cp311-win32.whl', kind, url, 'd5', size, uploaded_at, yanked, since, until, provenance FROM stored_file WHERE sha256 = 'd4';
-- expect: 0.2.0 high

-- case: a licence that the sdist lacks
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket-0.2.0.dist-info/LICENSE.md', 'not-in-sdist', 1, 'other', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
-- expect: 0.2.0 low

-- case: the sdist holds such a module
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0.tar.gz', 'src/rocket/fuel.py', 'nowhere', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, '3-4', NULL, NULL, 0, 1, NULL);

-- case: the file could not be compared
INSERT INTO stored_content_member VALUES (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'rocket/old.py', 'not-in-sdist', 1, 'code', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1, NULL);
UPDATE stored_contents SET state = 'unknown', reason = 'not-found', detail = 'gone', verdict = NULL;
