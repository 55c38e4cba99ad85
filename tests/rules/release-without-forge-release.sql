-- case: none for the newest
DELETE FROM stored_forge_release WHERE tag = 'v0.2.0';
-- expect: 0.2.0 low tag=v0.2.0

-- case: a draft is none
UPDATE stored_forge_release SET draft = 1, published_at = NULL WHERE tag = 'v0.2.0';
-- expect: 0.2.0 low tag=v0.2.0

-- case: a draft beside one that can be seen
INSERT INTO stored_forge_release VALUES
    (1, 13, 'v0.2.0', 'again', 1, 0, 0, '2024-03-02T10:01:00Z', NULL, 'c2', 1, NULL);

-- case: before the first that has one
DELETE FROM stored_forge_release WHERE tag = 'v0.1.0';
-- expect: 0.1.0 low historic tag=v0.1.0

-- case: never, told once
DELETE FROM stored_forge_release;
-- expect: - low

-- case: never, of the only release
DELETE FROM stored_forge_release;
UPDATE stored_release SET files = 0, sdist = 0, wheel = 0 WHERE release_id = 1;
-- expect: 0.2.0 low tag=v0.2.0

-- case: pre-releases need none
DELETE FROM stored_forge_release WHERE tag = 'v0.1.0';
UPDATE release_id SET is_prerelease = 1 WHERE id = 1;

-- case: nobody asked
DELETE FROM stored_forge_release;
DELETE FROM stored_forge;

-- case: the forge did not answer
DELETE FROM stored_forge_release;
UPDATE stored_forge SET state = 'unknown', reason = 'rate-limited';

-- case: without a credential
DELETE FROM stored_forge_release;
UPDATE stored_forge SET state = 'skipped', reason = 'no-credential';
