-- Tags as an earlier run saw them and the run that is shown did not: first_seen_at and last_seen_at
-- are when those runs began, gone_at when the one did that saw them otherwise or no longer.
CREATE VIEW past_tag AS
SELECT s.repository_id, s.name, s.kind, s.oid, s.commit_oid, s.tagged_at, s.committed_at,
       s.since AS first_run, a.started_at AS first_seen_at,
       (SELECT b.started_at FROM run AS b WHERE b.id < s.until ORDER BY b.id DESC LIMIT 1)
           AS last_seen_at,
       g.started_at AS gone_at
FROM stored_tag AS s
JOIN run AS a ON a.id = s.since
JOIN run AS g ON g.id = s.until
WHERE s.until <= (SELECT run FROM as_of);
