-- case: the newest release has no tag
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: 0.2.0 critical

-- case: an older release has none, though one before it has
INSERT INTO release_id VALUES (3, 1, '0.1.5', '0.1.5', x'0150', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
-- expect: 0.1.5 high

-- case: an older pre-release has none
INSERT INTO release_id VALUES (3, 1, '0.1.5a1', '0.1.5a1', x'0150', 1);
INSERT INTO stored_release VALUES (1, 3, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
-- expect: 0.1.5a1 medium

-- case: pre-releases that are never tagged are told once
INSERT INTO release_id
SELECT value + 10, 1, '0.1.' || value || 'a1', '0.1.' || value || 'a1', cast(x'01' || char(80 + value) AS BLOB), 1
FROM json_each('[1,2,3,4,5]');
INSERT INTO stored_release
SELECT 1, id, '2024-03-01T08:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 10;
-- expect: - low

-- case: what was published before the first tagged release is historic
DELETE FROM stored_denotes WHERE tag = 'v0.1.0';
-- expect: 0.1.0 high historic

-- case: nothing was ever tagged: only the newest counts
DELETE FROM stored_denotes;
DELETE FROM stored_tag;
-- expect: 0.1.0 high historic
-- expect: 0.2.0 critical

-- case: an empty repository holds no tag at all
DELETE FROM stored_denotes;
DELETE FROM stored_tag;
UPDATE stored_coverage SET status = 'absent', reason = 'empty' WHERE fact <> 'index';
-- expect: 0.1.0 high historic
-- expect: 0.2.0 critical

-- case: tags stopped: the newest alone, tagging-stopped tells of the others
INSERT INTO release_id VALUES (3, 1, '0.3.0', '0.3.0', x'0300', 0);
INSERT INTO stored_release VALUES (1, 3, '2024-05-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL);
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: 0.3.0 critical

-- case: a release without files is none
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
UPDATE stored_release SET files = 0, sdist = 0, wheel = 0 WHERE release_id = 2;

-- case: the tag denotes the version in another spelling
UPDATE release_id SET version = '0.2', normal = '0.2' WHERE id = 2;

-- case: the refs could not be read
DELETE FROM stored_denotes;
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';

-- case: the objects could not be read, so tags may be missing
DELETE FROM stored_denotes;
UPDATE stored_coverage SET status = 'unknown', reason = 'truncated' WHERE fact = 'objects';

-- case: the package belongs to somebody else
DELETE FROM stored_denotes;
UPDATE stored_link SET state = 'contradicted', other = 'evil/rocket';

-- case: only the repository says that the package is its own
DELETE FROM stored_denotes;
UPDATE stored_link SET state = 'claimed';

-- case: no repository is known
DELETE FROM stored_denotes;
DELETE FROM stored_link;

-- case: the index does not tell when it was published: the order of versions remains
INSERT INTO release_id VALUES (3, 1, '0.1.5', '0.1.5', x'0150', 0), (4, 1, '0.0.1', '0.0.1', x'0001', 0);
INSERT INTO stored_release VALUES (1, 3, NULL, 0, NULL, 1, 1, 0, 1, NULL), (1, 4, NULL, 0, NULL, 1, 1, 0, 1, NULL);
UPDATE stored_release SET published_at = NULL;
-- expect: 0.0.1 high historic
-- expect: 0.1.5 high

-- case: neither when, nor a tag
UPDATE stored_release SET published_at = NULL;
DELETE FROM stored_denotes;
-- expect: 0.1.0 high historic
-- expect: 0.2.0 critical

-- case: five in a row without a tag, between tagged ones, are one line
INSERT INTO release_id VALUES (3, 1, '0.1.1', '0.1.1', x'0111', 0), (4, 1, '0.1.2', '0.1.2', x'0112', 0),
    (5, 1, '0.1.3', '0.1.3', x'0113', 0), (6, 1, '0.1.4', '0.1.4', x'0114', 0),
    (7, 1, '0.1.5', '0.1.5', x'0115', 0);
INSERT INTO stored_release
SELECT 1, id, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 2;
-- expect: 0.1.5 high

-- case: two pauses are two lines
INSERT INTO release_id VALUES (3, 1, '0.1.1', '0.1.1', x'0111', 0), (4, 1, '0.1.2', '0.1.2', x'0112', 0),
    (5, 1, '0.1.3', '0.1.3', x'0113', 0), (6, 1, '0.1.4', '0.1.4', x'0114', 0),
    (7, 1, '0.1.5', '0.1.5', x'0115', 0), (8, 1, '0.2.1', '0.2.1', x'0211', 0),
    (9, 1, '0.2.2', '0.2.2', x'0212', 0), (10, 1, '0.2.3', '0.2.3', x'0213', 0),
    (11, 1, '0.2.4', '0.2.4', x'0214', 0), (12, 1, '0.2.5', '0.2.5', x'0215', 0),
    (13, 1, '0.3', '0.3', x'0300', 0);
INSERT INTO stored_release
SELECT 1, id, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 2;
INSERT INTO stored_denotes
SELECT repository_id, package_id, x'0300', tag, '0.3', is_prerelease, how, preferred, since, until
FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: 0.1.5 high
-- expect: 0.2.5 high

-- case: four are four
INSERT INTO release_id VALUES (3, 1, '0.1.1', '0.1.1', x'0111', 0), (4, 1, '0.1.2', '0.1.2', x'0112', 0),
    (5, 1, '0.1.3', '0.1.3', x'0113', 0), (6, 1, '0.1.4', '0.1.4', x'0114', 0);
INSERT INTO stored_release
SELECT 1, id, '2024-02-01T10:00:00Z', 0, NULL, 1, 1, 0, 1, NULL FROM release_id WHERE id > 2;
-- expect: 0.1.1 high
-- expect: 0.1.2 high
-- expect: 0.1.3 high
-- expect: 0.1.4 high
