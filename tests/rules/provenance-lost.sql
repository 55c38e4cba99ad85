-- case: the release before had it
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL);
-- expect: 0.2.0 high

-- case: none ever had it
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL);

-- case: it came with the newer one
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);

-- case: only wheels ever had it
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0-py3-none-any.whl', 1, 'bdist_wheel', 'known', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL);

-- case: nobody could look
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'unknown', 'disabled', 'switched off', 1, NULL);

-- case: nobody looked at the older one
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'absent', NULL, NULL, 1, NULL);

-- case: the file is gone
INSERT INTO stored_provenance VALUES (1, 1, 'rocket-0.1.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL),
    (1, 2, 'rocket-0.2.0.zip', 1, 'sdist', 'absent', NULL, NULL, 1, NULL);

-- case: the index's pages tell of both
UPDATE stored_file SET provenance = iif(release_id = 1, 'https://files/p', '') WHERE kind = 'sdist';
-- expect: 0.2.0 high

-- case: its pages tell that none had it
UPDATE stored_file SET provenance = '';
