-- Findings. state: 'new' in this run, 'open' since an earlier one, 'resolved' by this very run;
-- 'historic' and 'waived' ones are told but not counted. The ranks give the order of a report.
CREATE VIEW finding AS
SELECT s.rule, s.severity,
       CASE s.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2
                       WHEN 'low' THEN 3 ELSE 4 END AS severity_rank,
       CASE WHEN s.until = (SELECT run FROM as_of) THEN 'resolved'
            WHEN s.standing <> 'open' THEN s.standing
            WHEN s.first_run = (SELECT run FROM as_of) THEN 'new'
            ELSE 'open' END AS state,
       CASE WHEN s.until = (SELECT run FROM as_of) THEN 1
            WHEN s.standing = 'waived' THEN 2
            WHEN s.standing = 'historic' THEN 3
            ELSE 0 END AS state_rank,
       (SELECT p.name FROM package_id AS p WHERE p.id = s.package_id) AS package,
       (SELECT o.owner || '/' || o.name FROM stored_repository AS o
        WHERE o.repository_id = s.repository_id
          AND (SELECT run FROM as_of) BETWEEN o.since AND ifnull(o.until - 1, 1 << 62))
           AS repository,
       nullif(s.repository_id, 0) AS repository_id, nullif(s.package_id, 0) AS package_id,
       nullif(s.version, '') AS version, nullif(s.tag, '') AS tag,
       nullif(s.detail, '') AS detail, s.message, s.evidence,
       (SELECT r.started_at FROM run AS r WHERE r.id = s.first_run) AS first_seen
FROM stored_finding AS s
WHERE s.since <= (SELECT run FROM as_of)
  AND (s.until IS NULL OR s.until > (SELECT run FROM as_of)
       -- resolved: closed by this run, and nothing else is said of the subject now
       OR (s.until = (SELECT run FROM as_of) AND s.since < s.until AND NOT EXISTS (
            SELECT 1 FROM stored_finding AS n
            WHERE n.rule = s.rule AND n.repository_id = s.repository_id
              AND n.package_id = s.package_id AND n.version = s.version AND n.tag = s.tag
              AND n.detail = s.detail AND n.since = (SELECT run FROM as_of)
              AND n.until IS NOT n.since)))
  AND (s.repository_id = 0 OR EXISTS (
        SELECT 1 FROM stored_scope AS c
        WHERE c.repository_id = s.repository_id AND c.package_id = 0
          AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
  AND (s.package_id = 0 OR EXISTS (
        SELECT 1 FROM stored_scope AS c
        WHERE c.repository_id = 0 AND c.package_id = s.package_id
          AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)));
