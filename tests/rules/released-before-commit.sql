-- case: the commit is younger than the upload
UPDATE stored_tag SET committed_at = '2024-03-01T10:42:00Z' WHERE name = 'v0.2.0';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: clocks may differ by two minutes
UPDATE stored_tag SET committed_at = '2024-03-01T10:02:00Z' WHERE name = 'v0.2.0';

-- case: two minutes and a second are too many
UPDATE stored_tag SET committed_at = '2024-03-01T10:02:01Z' WHERE name = 'v0.2.0';
-- expect: 0.2.0 medium tag=v0.2.0

-- case: the date of the commit is unknown
UPDATE stored_tag SET committed_at = NULL;

-- case: the refs could not be read, so the tag may have moved
UPDATE stored_tag SET committed_at = '2024-03-01T10:42:00Z' WHERE name = 'v0.2.0';
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
