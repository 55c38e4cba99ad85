-- Commits at which an earlier run saw the tip of the default branch, and to which that branch does
-- not lead any more; last_seen_at is when the last run began that saw it there.
CREATE VIEW lost_tip AS
SELECT s.repository_id, s.oid,
       (SELECT max(t.head_committed_at) FROM stored_refs AS t
        WHERE t.repository_id = s.repository_id AND t.head_oid = s.oid) AS committed_at,
       (SELECT b.started_at FROM run AS b
        WHERE b.id < (SELECT max(t.until) FROM stored_refs AS t
                      WHERE t.repository_id = s.repository_id AND t.head_oid = s.oid
                        AND t.until <= s.since)
        ORDER BY b.id DESC LIMIT 1) AS last_seen_at,
       g.started_at AS gone_at
FROM stored_lost_tip AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
JOIN run AS g ON g.id = s.since
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
