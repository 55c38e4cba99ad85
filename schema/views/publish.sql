-- Steps that publish, or may do so (`state` unknown), once for each workflow that leads to them. Of a
-- repository with one package whose link counts that is `package_id`; with several it is NULL.
CREATE VIEW publish AS
SELECT s.repository_id, p.package_id, p.package, p.packages, o.full_name AS repository, s.workflow,
       s.path, s.line, s.tool, s.state, s.reason, s.environment, s.ways, s.loose, s.checked,
       s.pinned, s.credential, w.triggers
FROM stored_publish AS s
JOIN repository AS o ON o.id = s.repository_id
LEFT JOIN workflow AS w ON w.repository_id = s.repository_id AND w.path = s.workflow
JOIN (SELECT repository_id, count(*) AS packages,
             CASE count(*) WHEN 1 THEN min(id) END AS package_id,
             CASE count(*) WHEN 1 THEN min(name) ELSE format('%d packages', count(*)) END AS package
      FROM package
      WHERE link IN ('configured', 'mutual', 'corroborated') AND newest IS NOT NULL
      GROUP BY repository_id) AS p ON p.repository_id = s.repository_id
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
