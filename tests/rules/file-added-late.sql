-- case: a wheel a week later
UPDATE stored_file SET uploaded_at = '2024-03-08T10:00:00Z' WHERE sha256 = 'd4';
-- expect: 0.2.0 low

-- case: hours later
UPDATE stored_file SET uploaded_at = '2024-03-01T20:00:00Z' WHERE sha256 = 'd4';

-- case: the index does not tell when
UPDATE stored_file SET uploaded_at = NULL;
