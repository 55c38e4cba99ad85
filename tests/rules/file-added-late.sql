-- case: a wheel a week later
UPDATE stored_file SET uploaded_at = '2024-03-08T10:00:00Z' WHERE sha256 = 'd4';
-- expect: 0.2.0 low

-- case: hours later
UPDATE stored_file SET uploaded_at = '2024-03-01T20:00:00Z' WHERE sha256 = 'd4';

-- case: the index does not tell when
UPDATE stored_file SET uploaded_at = NULL;

-- case: where it is the habit, one line
INSERT INTO release_id VALUES (10, 1, '0.1.1', '0.1.1', x'0101', 0);
INSERT INTO stored_release VALUES (1, 10, '2024-02-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 10, 'rocket-0.1.1.tar.gz', 'sdist', NULL, 'e0', 9000, '2024-02-01T10:00:00Z', 0, 1, NULL, NULL), (1, 10, 'rocket-0.1.1-py3-none-any.whl', 'bdist_wheel', NULL, 'f0', 9000, '2024-02-03T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (11, 1, '0.1.2', '0.1.2', x'0102', 0);
INSERT INTO stored_release VALUES (1, 11, '2024-02-02T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 11, 'rocket-0.1.2.tar.gz', 'sdist', NULL, 'e1', 9000, '2024-02-02T10:00:00Z', 0, 1, NULL, NULL), (1, 11, 'rocket-0.1.2-py3-none-any.whl', 'bdist_wheel', NULL, 'f1', 9000, '2024-02-04T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (12, 1, '0.1.3', '0.1.3', x'0103', 0);
INSERT INTO stored_release VALUES (1, 12, '2024-02-03T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 12, 'rocket-0.1.3.tar.gz', 'sdist', NULL, 'e2', 9000, '2024-02-03T10:00:00Z', 0, 1, NULL, NULL), (1, 12, 'rocket-0.1.3-py3-none-any.whl', 'bdist_wheel', NULL, 'f2', 9000, '2024-02-05T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (13, 1, '0.1.4', '0.1.4', x'0104', 0);
INSERT INTO stored_release VALUES (1, 13, '2024-02-04T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 13, 'rocket-0.1.4.tar.gz', 'sdist', NULL, 'e3', 9000, '2024-02-04T10:00:00Z', 0, 1, NULL, NULL), (1, 13, 'rocket-0.1.4-py3-none-any.whl', 'bdist_wheel', NULL, 'f3', 9000, '2024-02-06T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (14, 1, '0.1.5', '0.1.5', x'0105', 0);
INSERT INTO stored_release VALUES (1, 14, '2024-02-05T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 14, 'rocket-0.1.5.tar.gz', 'sdist', NULL, 'e4', 9000, '2024-02-05T10:00:00Z', 0, 1, NULL, NULL), (1, 14, 'rocket-0.1.5-py3-none-any.whl', 'bdist_wheel', NULL, 'f4', 9000, '2024-02-07T10:00:00Z', 0, 1, NULL, NULL);
-- expect: - low

-- case: four are no habit
INSERT INTO release_id VALUES (10, 1, '0.1.1', '0.1.1', x'0101', 0);
INSERT INTO stored_release VALUES (1, 10, '2024-02-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 10, 'rocket-0.1.1.tar.gz', 'sdist', NULL, 'e0', 9000, '2024-02-01T10:00:00Z', 0, 1, NULL, NULL), (1, 10, 'rocket-0.1.1-py3-none-any.whl', 'bdist_wheel', NULL, 'f0', 9000, '2024-02-03T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (11, 1, '0.1.2', '0.1.2', x'0102', 0);
INSERT INTO stored_release VALUES (1, 11, '2024-02-02T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 11, 'rocket-0.1.2.tar.gz', 'sdist', NULL, 'e1', 9000, '2024-02-02T10:00:00Z', 0, 1, NULL, NULL), (1, 11, 'rocket-0.1.2-py3-none-any.whl', 'bdist_wheel', NULL, 'f1', 9000, '2024-02-04T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (12, 1, '0.1.3', '0.1.3', x'0103', 0);
INSERT INTO stored_release VALUES (1, 12, '2024-02-03T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 12, 'rocket-0.1.3.tar.gz', 'sdist', NULL, 'e2', 9000, '2024-02-03T10:00:00Z', 0, 1, NULL, NULL), (1, 12, 'rocket-0.1.3-py3-none-any.whl', 'bdist_wheel', NULL, 'f2', 9000, '2024-02-05T10:00:00Z', 0, 1, NULL, NULL);
INSERT INTO release_id VALUES (13, 1, '0.1.4', '0.1.4', x'0104', 0);
INSERT INTO stored_release VALUES (1, 13, '2024-02-04T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_file VALUES (1, 13, 'rocket-0.1.4.tar.gz', 'sdist', NULL, 'e3', 9000, '2024-02-04T10:00:00Z', 0, 1, NULL, NULL), (1, 13, 'rocket-0.1.4-py3-none-any.whl', 'bdist_wheel', NULL, 'f3', 9000, '2024-02-06T10:00:00Z', 0, 1, NULL, NULL);
-- expect: 0.1.1 low
-- expect: 0.1.2 low
-- expect: 0.1.3 low
-- expect: 0.1.4 low
