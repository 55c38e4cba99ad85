-- One row a package: its findings that count, by severity, the gravest rule, and the status.
--   not-ours     the index names another repository
--   unpublished  the index has no such package, or no file of it
--   drift        a finding of severity low or above counts
--   unknown      none does, but something could not be looked at, or nothing links it to a repository
--   in-sync      all was looked at and agrees
CREATE VIEW standing AS
WITH counted AS MATERIALIZED (
    SELECT package_id, sum(severity = 'critical') AS critical, sum(severity = 'high') AS high,
           sum(severity = 'medium') AS medium, sum(severity = 'low') AS low,
           min(severity_rank || rule) AS worst
    FROM finding
    WHERE state IN ('new', 'open') AND severity <> 'info' AND package_id IS NOT NULL
    GROUP BY package_id),
blind AS MATERIALIZED (
    SELECT DISTINCT repository_id, package_id FROM coverage WHERE status = 'unknown')
SELECT p.id AS package_id, ifnull(c.critical, 0) AS critical, ifnull(c.high, 0) AS high,
       ifnull(c.medium, 0) AS medium, ifnull(c.low, 0) AS low, substr(c.worst, 2) AS worst_rule,
       CASE WHEN p.link = 'contradicted' THEN 'not-ours'
            WHEN p.index_state = 'absent' THEN 'unpublished'
            WHEN p.index_state = 'known' AND p.newest IS NULL THEN 'unpublished'
            WHEN c.worst IS NOT NULL THEN 'drift'
            WHEN p.index_state = 'unknown' OR p.refs_state = 'unknown' THEN 'unknown'
            WHEN p.repository_id IS NULL OR p.link = 'claimed' THEN 'unknown'
            WHEN p.repository_id IN (SELECT repository_id FROM blind
                                     WHERE repository_id IS NOT NULL) THEN 'unknown'
            WHEN p.id IN (SELECT package_id FROM blind
                          WHERE package_id IS NOT NULL) THEN 'unknown'
            ELSE 'in-sync' END AS status
FROM package AS p
LEFT JOIN counted AS c ON c.package_id = p.id;
