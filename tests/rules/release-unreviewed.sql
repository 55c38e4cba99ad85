-- case: no pull request
UPDATE stored_forge_commit SET pull_state = 'absent', pull = NULL, reviewed = NULL, reviews = NULL
WHERE oid = 'c2';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: nobody approved
UPDATE stored_forge_commit SET reviewed = 'not-approved', reviews = '[]' WHERE oid = 'c2';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: changes were asked for
UPDATE stored_forge_commit SET reviewed = 'changes-requested', merged_by = NULL WHERE oid = 'c2';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: approved before the last push
UPDATE stored_forge_commit SET reviewed = 'approved-earlier' WHERE oid = 'c2';
-- expect: 0.2.0 low tag=v0.2.0

-- case: before the first that was approved
UPDATE stored_forge_commit SET reviewed = 'not-approved' WHERE oid = 'c1';
-- expect: 0.1.0 medium historic tag=v0.1.0

-- case: never, told once
UPDATE stored_forge_commit SET reviewed = 'not-approved';
-- expect: - medium

-- case: the only one that was looked at
DELETE FROM stored_forge_commit WHERE oid = 'c1';
UPDATE stored_forge_commit SET reviewed = 'not-approved';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: nobody looked
DELETE FROM stored_forge_commit;

-- case: more reviews than were told of
UPDATE stored_forge_commit SET reviewed = NULL WHERE oid = 'c2';

-- case: the forge did not tell
UPDATE stored_forge_commit SET pull_state = 'unknown', pull = NULL, reviewed = NULL WHERE oid = 'c2';

-- case: another repository's
UPDATE stored_forge_commit SET reviewed = 'not-approved' WHERE oid = 'c2';
UPDATE stored_link SET state = 'claimed';
