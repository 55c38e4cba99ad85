-- Published files as the index had them in an earlier run and does not in the one that is shown.
CREATE VIEW past_file AS
SELECT s.package_id, s.release_id, s.filename, s.sha256, s.size, s.uploaded_at,
       s.since AS first_run, a.started_at AS first_seen_at,
       (SELECT b.started_at FROM run AS b WHERE b.id < s.until ORDER BY b.id DESC LIMIT 1)
           AS last_seen_at,
       g.started_at AS gone_at
FROM stored_file AS s
JOIN run AS a ON a.id = s.since
JOIN run AS g ON g.id = s.until
WHERE s.until <= (SELECT run FROM as_of);
