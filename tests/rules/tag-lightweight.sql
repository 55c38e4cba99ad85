-- case: a lightweight tag
UPDATE stored_tag SET kind = 'lightweight', tagged_at = NULL WHERE name = 'v0.2.0';
-- expect: 0.2.0 info tag=v0.2.0

-- case: of no release
INSERT INTO stored_tag VALUES (1, 'nightly', 't3', 'c9', 'lightweight', NULL, NULL, 1, 1, NULL);

-- case: the refs could not be read
UPDATE stored_tag SET kind = 'lightweight', tagged_at = NULL WHERE name = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
