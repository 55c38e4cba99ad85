-- The fleet of every case: one repository, one package, two releases, all in order, so that no rule
-- has anything to say. A case changes what it is about. Run 1 began on 2024-06-01. Order keys are
-- any bytes that order as the versions do.
UPDATE run SET started_at = '2024-06-01T00:00:00Z';

INSERT INTO repository_id VALUES (1, 'github.com', 101);
INSERT INTO stored_repository VALUES
    (1, 'acme', 'rocket', 'public', 'main', 'MIT', 0, 0, 0, 0, 1, NULL);
INSERT INTO stored_refs VALUES (1, 'digest', 'refs/heads/main', 'c3', '2024-03-02T00:00:00Z', 1, 1, NULL);
INSERT INTO package_id VALUES (1, 'https://pypi.org', 'rocket', NULL);
INSERT INTO stored_package (package_id, state, display, licence, organisation, urls,
    since) VALUES (1, 'known', 'Rocket', 'MIT', NULL,
    '[["Repository","https://github.com/acme/rocket"]]', 1);
INSERT INTO stored_scope VALUES (1, 0, 1, NULL), (0, 1, 1, NULL);
INSERT INTO stored_coverage (repository_id, package_id, organisation, fact, status, since) VALUES
    (1, 0, '', 'refs', 'known', 1), (1, 0, '', 'objects', 'known', 1),
    (1, 0, '', 'projects', 'known', 1), (1, 0, '', 'workflows', 'known', 1), (0, 1, '', 'index', 'known', 1);
INSERT INTO stored_project VALUES (1, '', 'Rocket', 'rocket', 'hatchling', 'MIT', 'known', 'LICENSE',
    'CHANGELOG.md', 0, 1, NULL);
INSERT INTO stored_link VALUES
    (1, 1, '', 'mutual', 'https://github.com/acme/rocket', NULL, 1, NULL);

INSERT INTO release_id VALUES (1, 1, '0.1.0', '0.1.0', x'0100', 0), (2, 1, '0.2.0', '0.2.0', x'0200', 0);
INSERT INTO stored_release VALUES
    (1, 1, '2024-01-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL),
    (1, 2, '2024-03-01T10:00:00Z', 0, NULL, 2, 1, 1, 1, NULL);
INSERT INTO stored_tag VALUES
    (1, 'v0.1.0', 't1', 'c1', 'annotated', '2024-01-01T09:55:00Z', '2024-01-01T09:50:00Z', 1, 1, NULL),
    (1, 'v0.2.0', 't2', 'c2', 'annotated', '2024-03-01T09:55:00Z', '2024-03-01T09:50:00Z', 1, 1, NULL);
INSERT INTO stored_denotes VALUES
    (1, 1, x'0100', 'v0.1.0', '0.1.0', 0, 'plain', 1, 1, NULL),
    (1, 1, x'0200', 'v0.2.0', '0.2.0', 0, 'plain', 1, 1, NULL);
INSERT INTO stored_declaration VALUES
    (1, 'c1', '', 'Rocket', 'rocket', 'static', '0.1.0', x'0100', 0, 'pyproject.toml:3', NULL, 1, NULL),
    (1, 'c2', '', 'Rocket', 'rocket', 'static', '0.2.0', x'0200', 0, 'pyproject.toml:3', NULL, 1, NULL),
    (1, 'c3', '', 'Rocket', 'rocket', 'static', '0.2.0', x'0200', 0, 'pyproject.toml:3', NULL, 1, NULL);
INSERT INTO stored_release_source VALUES
    (1, 1, 'known', 'c1', '2024-01-01T09:50:00Z', 'known', 'CHANGELOG.md', 9, 'tag', 1, NULL),
    (1, 2, 'known', 'c2', '2024-03-01T09:50:00Z', 'known', 'CHANGELOG.md', 3, 'tag', 1, NULL);

INSERT INTO stored_file (package_id, release_id, filename, kind, url, sha256, size, uploaded_at, yanked,
    since, until) VALUES
    (1, 1, 'rocket-0.1.0.tar.gz', 'sdist', 'https://files/1', 'd1', 9000, '2024-01-01T10:00:00Z', 0, 1, NULL),
    (1, 1, 'rocket-0.1.0-py3-none-any.whl', 'bdist_wheel', 'https://files/2', 'd2', 8000, '2024-01-01T10:00:00Z', 0, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 'sdist', 'https://files/3', 'd3', 9000, '2024-03-01T10:00:00Z', 0, 1, NULL),
    (1, 2, 'rocket-0.2.0-py3-none-any.whl', 'bdist_wheel', 'https://files/4', 'd4', 8000, '2024-03-01T10:00:00Z', 0, 1, NULL);
INSERT INTO stored_contents VALUES
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'd3', 'known', NULL, NULL, 'at-tag', 'c2',
     '2024-03-01T09:50:00Z', 'same', 12, 12, 1, NULL),
    (1, 2, 'rocket-0.2.0-py3-none-any.whl', 1, 'bdist_wheel', 'd4', 'known', NULL, NULL, 'at-tag', 'c2',
     '2024-03-01T09:50:00Z', 'same', 8, 8, 1, NULL);
INSERT INTO stored_workflow VALUES
    (1, '.github/workflows/release.yml', 'known', NULL, NULL, 'push tags v*', 1, NULL);
INSERT INTO stored_publish VALUES
    (1, '.github/workflows/release.yml', '.github/workflows/release.yml', 20, 'pypa/gh-action-pypi-publish',
     'known', NULL, NULL, 'tag', '', 1, 1, 'trusted-publishing', 1, NULL);

INSERT INTO stored_forge VALUES (1, 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_forge_release VALUES
    (1, 11, 'v0.1.0', '0.1.0', 0, 0, 0, '2024-01-01T10:01:00Z', '2024-01-01T10:01:00Z', 'c1', 1, NULL),
    (1, 12, 'v0.2.0', '0.2.0', 0, 0, 1, '2024-03-01T10:01:00Z', '2024-03-01T10:01:00Z', 'c2', 1, NULL);
INSERT INTO stored_forge_commit VALUES
    (1, 'c1', 'known', 'valid', 'success', 'known', 3, 'https://github.com/acme/rocket/pull/3', 'rowan',
     'ida', '2024-01-01T09:50:00Z', 'main', 'h1', 'c1', 'approved',
     '[["ida","APPROVED","2024-01-01T09:40:00Z",true]]', 1, NULL),
    (1, 'c2', 'known', 'valid', 'success', 'known', 8, 'https://github.com/acme/rocket/pull/8', 'rowan',
     'ida', '2024-03-01T09:50:00Z', 'main', 'h2', 'c2', 'approved',
     '[["ida","APPROVED","2024-03-01T09:40:00Z",true]]', 1, NULL);
INSERT INTO stored_tag_signature VALUES (1, 'v0.1.0', 1, 1, NULL), (1, 'v0.2.0', 1, 1, NULL);
