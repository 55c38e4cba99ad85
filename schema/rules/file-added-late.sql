-- id: file-added-late
-- severity: low
-- title: Files of one release that were uploaded days apart
-- needs: index
-- help: See that the later file was built from the same commit as the others.
SELECT r.repository_id, r.package_id, r.version,
       format('%s of %s %s was uploaded %s days after the first of its files',
              (SELECT l.filename FROM file AS l WHERE l.release_id = r.id
               ORDER BY l.uploaded_at DESC, l.filename LIMIT 1), r.package, r.version,
              (max(unixepoch(f.uploaded_at)) - min(unixepoch(f.uploaded_at))) / 86400) AS message,
       json_object('first_at', min(f.uploaded_at), 'last_at', max(f.uploaded_at)) AS evidence
FROM release AS r
JOIN file AS f ON f.release_id = r.id
WHERE r.link IN ('configured', 'mutual', 'corroborated')
GROUP BY r.id
HAVING max(unixepoch(f.uploaded_at)) - min(unixepoch(f.uploaded_at)) > 86400;
