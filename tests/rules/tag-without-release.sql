-- case: a version that was never published
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-20T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);
-- expect: 0.3.0 medium tag=v0.3.0

-- case: many projects only tag their pre-releases
INSERT INTO stored_tag VALUES (1, 'v0.3.0rc1', 't3', 'c4', 'lightweight', NULL,
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'02f0', 'v0.3.0rc1', '0.3.0rc1', 1, 'plain', 1, 1, NULL);
-- expect: 0.3.0rc1 info tag=v0.3.0rc1

-- case: seven days of grace
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-25T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);

-- case: older than the package's first upload
INSERT INTO stored_tag VALUES (1, 'v0.0.1', 't3', 'c4', 'lightweight', NULL,
    '2023-12-31T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0001', 'v0.0.1', '0.0.1', 0, 'plain', 1, 1, NULL);

-- case: the index has the version, but its files are gone
UPDATE stored_release SET files = 0, published_at = NULL WHERE release_id = 2;

-- case: the index once had the version
UPDATE stored_release SET until = 1, since = 0 WHERE release_id = 2;

-- case: the tag is not preferred: its version is another tag's
INSERT INTO stored_tag VALUES (1, 'rel-0.2.0', 't3', 'c2', 'lightweight', NULL,
    '2024-03-01T09:50:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0200', 'rel-0.2.0', '0.2.0', 0, 'plain', 0, 1, NULL);

-- case: the date of the tag is unknown
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'lightweight', NULL, NULL, 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);

-- case: the index could not be asked
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-20T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);
UPDATE stored_coverage SET status = 'unknown', reason = 'http-error' WHERE fact = 'index';

-- case: the package was never published
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-20T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);
UPDATE stored_coverage SET status = 'absent' WHERE fact = 'index';
DELETE FROM stored_release;

-- case: the index has a file whose name tells no version
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-20T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);
UPDATE stored_package SET note = '1 file of the index has a name that tells no version: rocket.zip',
    incomplete = 1;

-- case: the index does not tell when anything was published
INSERT INTO stored_tag VALUES (1, 'v0.3.0', 't3', 'c4', 'annotated', '2024-05-20T00:00:00Z',
    '2024-05-20T00:00:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0300', 'v0.3.0', '0.3.0', 0, 'plain', 1, 1, NULL);
UPDATE stored_release SET published_at = NULL;
