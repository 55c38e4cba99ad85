-- One row a package: its findings that count, by severity, the gravest rule, and the status.
--   not-ours     the index names another repository
--   unpublished  the index has no such package, or no file of it (one that it lost is drift)
--   drift        a finding of severity low or above counts
--   unknown      none does, but something could not be looked at, nothing links it to a repository,
--                the index holds it in quarantine, a rule failed, or the run did not complete
--   in-sync      all was looked at and agrees
CREATE VIEW standing AS
WITH blind AS MATERIALIZED (
    SELECT repository_id, package_id, max(fact = 'links') AS links
    FROM coverage WHERE status = 'unknown' GROUP BY repository_id, package_id)
SELECT p.id AS package_id, count(CASE f.severity WHEN 'critical' THEN 1 END) AS critical,
       count(CASE f.severity WHEN 'high' THEN 1 END) AS high,
       count(CASE f.severity WHEN 'medium' THEN 1 END) AS medium,
       count(CASE f.severity WHEN 'low' THEN 1 END) AS low,
       substr(min(CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1
                                  WHEN 'medium' THEN 2 ELSE 3 END || f.rule), 2) AS worst_rule,
       CASE WHEN p.link = 'contradicted'
            THEN iif(p.repository_id IN (SELECT repository_id FROM blind WHERE links),
                     'unknown', 'not-ours')
            WHEN p.index_state = 'absent'
            THEN CASE WHEN p.index_lost_at IS NOT NULL AND count(f.rule) > 0 THEN 'drift'
                      WHEN p.index_status = 'quarantined' THEN 'unknown'
                      ELSE 'unpublished' END
            WHEN p.index_state = 'known' AND p.newest IS NULL
            THEN iif(p.index_status = 'quarantined', 'unknown', 'unpublished')
            WHEN count(f.rule) > 0 THEN 'drift'
            WHEN p.index_state = 'unknown' OR p.refs_state = 'unknown' THEN 'unknown'
            WHEN p.repository_id IS NULL OR p.link = 'claimed' THEN 'unknown'
            WHEN p.repository_id IN (SELECT repository_id FROM blind
                                     WHERE repository_id IS NOT NULL) THEN 'unknown'
            WHEN p.id IN (SELECT package_id FROM blind
                          WHERE package_id IS NOT NULL) THEN 'unknown'
            -- the rules of a run speak when it completes
            WHEN (SELECT state FROM as_of) <> 'complete' THEN 'unknown'
            -- and one that failed has not said that all is well
            WHEN EXISTS (SELECT 1 FROM coverage WHERE fact = 'rules' AND status = 'unknown')
            THEN 'unknown'
            ELSE 'in-sync' END AS status
FROM package AS p
-- not `finding`, whose package_id no index knows
LEFT JOIN stored_finding AS f ON f.package_id = p.id AND f.standing = 'open'
    AND f.severity <> 'info'
    AND (SELECT run FROM as_of) BETWEEN f.since AND ifnull(f.until - 1, 1 << 62)
GROUP BY p.id;
