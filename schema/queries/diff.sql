-- What changed between run :old and the run that is shown; :old is text. Both runs' facts are read from
-- the tables, as views show one run alone. Only what the fleet held in both runs is compared row by row.

-- name: diff_old
SELECT r.id, r.started_at, r.ended_at, r.state, r.arguments, r.program
FROM run AS r
WHERE r.id = CAST(:old AS INTEGER);

-- name: diff_findings
WITH runs AS MATERIALIZED (SELECT CAST(:old AS INTEGER) AS old, (SELECT run FROM as_of) AS new),
seen AS MATERIALIZED (
    SELECT s.*, x.run
    FROM (SELECT old AS run FROM runs UNION SELECT new FROM runs) AS x
    JOIN stored_finding AS s ON x.run BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
    WHERE (s.repository_id = 0 OR EXISTS (
              SELECT 1 FROM stored_scope AS c
              WHERE c.repository_id = s.repository_id AND c.package_id = 0
                AND x.run BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
      AND (s.package_id = 0 OR EXISTS (
              SELECT 1 FROM stored_scope AS c
              WHERE c.repository_id = 0 AND c.package_id = s.package_id
                AND x.run BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))),
was AS MATERIALIZED (SELECT * FROM seen WHERE run = (SELECT old FROM runs)),
now AS MATERIALIZED (SELECT * FROM seen WHERE run = (SELECT new FROM runs)),
change AS (
    SELECT iif(w.standing = 'open', 'changed', 'new') AS state, n.*, w.severity AS old_severity
    FROM now AS n
    LEFT JOIN was AS w USING (rule, repository_id, package_id, version, tag, detail)
    WHERE n.standing = 'open' AND (w.standing IS NOT 'open' OR w.severity <> n.severity)
    UNION ALL
    SELECT CASE WHEN n.standing IS NOT NULL THEN n.standing
                WHEN (w.repository_id = 0 OR EXISTS (
                          SELECT 1 FROM stored_scope AS c
                          WHERE c.repository_id = w.repository_id AND c.package_id = 0
                            AND (SELECT new FROM runs) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
                     AND (w.package_id = 0 OR EXISTS (
                          SELECT 1 FROM stored_scope AS c
                          WHERE c.repository_id = 0 AND c.package_id = w.package_id
                            AND (SELECT new FROM runs) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
                THEN 'resolved' ELSE 'left' END,
           w.*, w.severity
    FROM was AS w
    LEFT JOIN now AS n USING (rule, repository_id, package_id, version, tag, detail)
    WHERE w.standing = 'open' AND n.standing IS NOT 'open'),
told AS (
    SELECT c.*,
           (SELECT o.owner FROM stored_repository AS o
            WHERE o.repository_id = c.repository_id AND o.since <= (SELECT new FROM runs)
            ORDER BY o.since DESC LIMIT 1) AS organisation,
           (SELECT o.name FROM stored_repository AS o
            WHERE o.repository_id = c.repository_id AND o.since <= (SELECT new FROM runs)
            ORDER BY o.since DESC LIMIT 1) AS repository,
           (SELECT p.name FROM package_id AS p WHERE p.id = c.package_id) AS package
    FROM change AS c)
SELECT t.state, t.severity, t.old_severity, t.rule, t.organisation, t.repository, t.package,
       nullif(t.version, '') AS version, nullif(t.tag, '') AS tag, t.message,
       (SELECT r.started_at FROM run AS r WHERE r.id = t.first_run) AS first_seen, t.evidence
FROM told AS t
LEFT JOIN release_id AS i ON i.package_id = t.package_id AND i.version = t.version
WHERE (:package IS NULL OR t.package = :package)
  AND (:repository IS NULL OR t.organisation || '/' || t.repository = :repository)
  AND (:rule IS NULL OR t.rule = :rule)
  AND (:severity IS NULL OR t.severity = :severity)
  AND (:state IS NULL OR t.state = :state)
ORDER BY CASE t.state WHEN 'new' THEN 0 WHEN 'changed' THEN 1 WHEN 'resolved' THEN 2
                      WHEN 'waived' THEN 3 WHEN 'historic' THEN 4 ELSE 5 END,
         CASE t.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2
                         WHEN 'low' THEN 3 ELSE 4 END,
         t.organisation, t.repository, t.package, i.order_key DESC, t.rule, t.version, t.tag, t.detail;

-- name: diff_changes
WITH runs AS MATERIALIZED (SELECT CAST(:old AS INTEGER) AS old, (SELECT run FROM as_of) AS new),
-- what belongs to the fleet: in the old run (1), in the new one (2), in both (3)
scope AS MATERIALIZED (
    SELECT c.repository_id, c.package_id,
           max(r.old BETWEEN c.since AND ifnull(c.until - 1, 1 << 62))
           + 2 * max(r.new BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)) AS held
    FROM stored_scope AS c, runs AS r
    GROUP BY c.repository_id, c.package_id),
change AS (
    SELECT 0 AS place, CASE held WHEN 2 THEN 'repository-added' ELSE 'repository-left' END AS change,
           repository_id, 0 AS package_id, '' AS version, '' AS tag, NULL AS before, NULL AS after,
           NULL AS order_key
    FROM scope
    WHERE package_id = 0 AND held IN (1, 2)
    UNION ALL
    SELECT 1, 'repository-renamed', n.repository_id, 0, '', '', w.owner || '/' || w.name,
           n.owner || '/' || n.name, NULL
    FROM runs AS r
    JOIN scope AS c ON c.package_id = 0 AND c.held = 3
    JOIN stored_repository AS n ON n.repository_id = c.repository_id
        AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    JOIN stored_repository AS w ON w.repository_id = c.repository_id
        AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    WHERE w.owner <> n.owner OR w.name <> n.name
    UNION ALL
    SELECT 2, CASE held WHEN 2 THEN 'package-added' ELSE 'package-left' END, 0, package_id, '', '',
           NULL, NULL, NULL
    FROM scope
    WHERE repository_id = 0 AND held IN (1, 2)
    UNION ALL
    SELECT 3, 'link', ifnull(n.repository_id, w.repository_id), ifnull(n.package_id, w.package_id),
           '', '', w.state, n.state, NULL
    FROM runs AS r
    JOIN scope AS c ON c.repository_id = 0 AND c.held = 3
    JOIN (SELECT DISTINCT repository_id, package_id FROM stored_link) AS k ON k.package_id = c.package_id
    LEFT JOIN stored_link AS n ON n.repository_id = k.repository_id AND n.package_id = k.package_id
        AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    LEFT JOIN stored_link AS w ON w.repository_id = k.repository_id AND w.package_id = k.package_id
        AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    WHERE w.state IS NOT n.state
    UNION ALL
    SELECT 4, CASE WHEN ifnull(w.files, 0) = 0 THEN 'release-published'
                   WHEN n.yanked > w.yanked THEN 'release-yanked' ELSE 'release-unyanked' END,
           0, n.package_id, i.version, '', NULL, iif(n.yanked, n.yanked_reason, n.published_at), i.order_key
    FROM runs AS r
    JOIN stored_release AS n ON n.since > r.old AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    JOIN scope AS c ON c.repository_id = 0 AND c.package_id = n.package_id AND c.held = 3
    JOIN release_id AS i ON i.id = n.release_id
    LEFT JOIN stored_release AS w ON w.package_id = n.package_id AND w.release_id = n.release_id
        AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    WHERE n.files > 0 AND (ifnull(w.files, 0) = 0 OR n.yanked <> w.yanked)
    UNION ALL
    SELECT 5, 'release-gone', 0, w.package_id, i.version, '', w.published_at, NULL, i.order_key
    FROM runs AS r
    JOIN stored_release AS w ON w.until > r.old AND w.until <= r.new AND w.since <= r.old
    JOIN scope AS c ON c.repository_id = 0 AND c.package_id = w.package_id AND c.held = 3
    JOIN release_id AS i ON i.id = w.release_id
    WHERE w.files > 0 AND NOT EXISTS (
        SELECT 1 FROM stored_release AS n
        WHERE n.package_id = w.package_id AND n.release_id = w.release_id AND n.files > 0
          AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62))
    UNION ALL
    SELECT 6, CASE WHEN w.filename IS NULL THEN 'file-added'
                   WHEN n.filename IS NULL THEN 'file-gone' ELSE 'file-replaced' END,
           0, k.package_id, i.version, '', iif(w.filename IS NULL, NULL, k.filename || ' ' || ifnull(w.sha256, '')),
           iif(n.filename IS NULL, NULL, k.filename || ' ' || ifnull(n.sha256, '')), i.order_key
    FROM runs AS r
    JOIN (SELECT DISTINCT f.package_id, f.release_id, f.filename FROM stored_file AS f, runs AS x
          WHERE (f.since > x.old AND f.since <= x.new) OR (f.until > x.old AND f.until <= x.new)) AS k
    JOIN scope AS c ON c.repository_id = 0 AND c.package_id = k.package_id AND c.held = 3
    JOIN release_id AS i ON i.id = k.release_id
    -- of releases that both runs saw; the others are told as such
    JOIN stored_release AS a ON a.package_id = k.package_id AND a.release_id = k.release_id AND a.files > 0
        AND r.old BETWEEN a.since AND ifnull(a.until - 1, 1 << 62)
    JOIN stored_release AS b ON b.package_id = k.package_id AND b.release_id = k.release_id AND b.files > 0
        AND r.new BETWEEN b.since AND ifnull(b.until - 1, 1 << 62)
    LEFT JOIN stored_file AS w ON w.package_id = k.package_id AND w.release_id = k.release_id
        AND w.filename = k.filename AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    LEFT JOIN stored_file AS n ON n.package_id = k.package_id AND n.release_id = k.release_id
        AND n.filename = k.filename AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    WHERE (w.filename IS NULL) <> (n.filename IS NULL) OR w.sha256 <> n.sha256
    UNION ALL
    SELECT 7, iif(w.name IS NULL, 'tag-added', 'tag-moved'), n.repository_id, 0, '', n.name,
           w.commit_oid, n.commit_oid, NULL
    FROM runs AS r
    JOIN stored_tag AS n ON n.since > r.old AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    JOIN scope AS c ON c.repository_id = n.repository_id AND c.package_id = 0 AND c.held = 3
    LEFT JOIN stored_tag AS w ON w.repository_id = n.repository_id AND w.name = n.name
        AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    WHERE w.name IS NULL OR w.commit_oid IS NOT n.commit_oid
    UNION ALL
    SELECT 8, 'tag-gone', w.repository_id, 0, '', w.name, w.commit_oid, NULL, NULL
    FROM runs AS r
    JOIN stored_tag AS w ON w.since <= r.old AND w.until > r.old AND w.until <= r.new
    JOIN scope AS c ON c.repository_id = w.repository_id AND c.package_id = 0 AND c.held = 3
    WHERE NOT EXISTS (SELECT 1 FROM stored_tag AS n
                      WHERE n.repository_id = w.repository_id AND n.name = w.name
                        AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62))
    UNION ALL
    SELECT 9, iif(n.status = 'unknown', 'became-unknown', 'known-again'), k.repository_id,
           k.package_id, '', '', k.fact || ' ' || ifnull(w.reason, w.status),
           k.fact || ' ' || ifnull(n.reason, ifnull(n.status, 'known')), NULL
    FROM runs AS r
    JOIN (SELECT DISTINCT f.repository_id, f.package_id, f.organisation, f.fact
          FROM stored_coverage AS f, runs AS x
          WHERE (f.since > x.old AND f.since <= x.new) OR (f.until > x.old AND f.until <= x.new)) AS k
    JOIN scope AS c ON c.repository_id = k.repository_id AND c.package_id = k.package_id AND c.held = 3
    LEFT JOIN stored_coverage AS w ON w.repository_id = k.repository_id AND w.package_id = k.package_id
        AND w.organisation = k.organisation AND w.fact = k.fact
        AND r.old BETWEEN w.since AND ifnull(w.until - 1, 1 << 62)
    LEFT JOIN stored_coverage AS n ON n.repository_id = k.repository_id AND n.package_id = k.package_id
        AND n.organisation = k.organisation AND n.fact = k.fact
        AND r.new BETWEEN n.since AND ifnull(n.until - 1, 1 << 62)
    WHERE (w.status IS 'unknown') <> (n.status IS 'unknown')),
told AS (
    SELECT c.*, o.owner AS organisation, o.name AS repository, p.name AS package
    FROM change AS c
    LEFT JOIN package_id AS p ON p.id = c.package_id
    LEFT JOIN linked AS l ON l.package_id = c.package_id
    LEFT JOIN stored_repository AS o
        ON o.repository_id = iif(c.repository_id <> 0, c.repository_id, l.repository_id)
        AND o.since = (SELECT max(x.since) FROM stored_repository AS x
                       WHERE x.repository_id = o.repository_id AND x.since <= (SELECT new FROM runs)))
SELECT t.change, t.organisation, t.repository, t.package, nullif(t.version, '') AS version,
       nullif(t.tag, '') AS tag, t.before, t.after
FROM told AS t
WHERE (:package IS NULL OR t.package = :package)
  AND (:repository IS NULL OR t.organisation || '/' || t.repository = :repository)
ORDER BY t.organisation, t.repository, t.package, t.place, t.order_key DESC, t.version, t.tag,
         t.before, t.after;
