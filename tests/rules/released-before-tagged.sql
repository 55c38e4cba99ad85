-- case: tagged an hour and a second after the upload
UPDATE stored_tag SET tagged_at = '2024-03-01T11:00:01Z' WHERE name = 'v0.2.0';
-- expect: 0.2.0 info tag=v0.2.0

-- case: tagged within the hour
UPDATE stored_tag SET tagged_at = '2024-03-01T11:00:00Z' WHERE name = 'v0.2.0';

-- case: a lightweight tag has no date of its own
UPDATE stored_tag SET tagged_at = NULL, kind = 'lightweight';

-- case: the refs could not be read
UPDATE stored_tag SET tagged_at = '2024-04-01T11:00:01Z' WHERE name = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
