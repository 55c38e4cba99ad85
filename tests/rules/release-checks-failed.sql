-- case: red
UPDATE stored_forge_commit SET checks = 'failure' WHERE oid = 'c2';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: none ran, as they did before
UPDATE stored_forge_commit SET checks = 'absent' WHERE oid = 'c2';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: none ever ran
UPDATE stored_forge_commit SET checks = 'absent';

-- case: they have not ended
UPDATE stored_forge_commit SET checks = 'pending' WHERE oid = 'c2';

-- case: unknown, as the credential may not see them
UPDATE stored_forge_commit SET checks = NULL WHERE oid = 'c2';

-- case: nobody looked
DELETE FROM stored_forge_commit;
