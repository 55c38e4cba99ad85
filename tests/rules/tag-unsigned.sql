-- case: one that is not, as the others are
UPDATE stored_tag_signature SET is_signed = 0 WHERE tag = 'v0.2.0';
-- expect: 0.2.0 info tag=v0.2.0

-- case: never, told once
UPDATE stored_tag_signature SET is_signed = 0;
-- expect: - info

-- case: the only one
UPDATE stored_tag_signature SET is_signed = 0;
DELETE FROM stored_denotes WHERE tag = 'v0.1.0';
-- expect: 0.2.0 info tag=v0.2.0

-- case: a lightweight tag has no place for it
UPDATE stored_tag SET kind = 'lightweight' WHERE name = 'v0.2.0';
DELETE FROM stored_tag_signature WHERE tag = 'v0.2.0';

-- case: unknown, as an earlier version did not look
DELETE FROM stored_tag_signature;

-- case: the refs could not be read
UPDATE stored_tag_signature SET is_signed = 0;
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
