-- case: wheels alone
UPDATE stored_release SET sdist = 0 WHERE release_id = 2;
-- expect: 0.2.0 low

-- case: an old release without one
UPDATE stored_release SET sdist = 0 WHERE release_id = 1;

-- case: no files at all
UPDATE stored_release SET sdist = 0, files = 0 WHERE release_id = 2;

-- case: no link
UPDATE stored_release SET sdist = 0 WHERE release_id = 2;
UPDATE stored_link SET state = 'claimed';

-- case: nobody knows whose it is
UPDATE stored_release SET sdist = 0 WHERE release_id = 2;
UPDATE stored_link SET directory = NULL;
UPDATE stored_link SET state = 'contradicted', other = NULL;
