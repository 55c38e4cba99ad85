-- case: two tags, one version, two commits
INSERT INTO stored_tag VALUES (1, '0.2', 't3', 'c9', 'lightweight', NULL, '2024-03-02T00:00:00Z', 1,
    1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0200', '0.2', '0.2.0', 0, 'plain', 0, 1, NULL);
-- expect: 0.2.0 low

-- case: two tags on one commit
INSERT INTO stored_tag VALUES (1, '0.2', 't3', 'c2', 'lightweight', NULL, '2024-03-02T00:00:00Z', 1,
    1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0200', '0.2', '0.2.0', 0, 'plain', 0, 1, NULL);

-- case: the refs could not be read
INSERT INTO stored_tag VALUES (1, '0.2', 't3', 'c9', 'lightweight', NULL, '2024-03-02T00:00:00Z', 1,
    1, NULL);
INSERT INTO stored_denotes VALUES (1, 1, x'0200', '0.2', '0.2.0', 0, 'plain', 0, 1, NULL);
UPDATE stored_coverage SET status = 'unknown', reason = 'tls' WHERE fact = 'refs';
