-- id: file-added-late
-- severity: low
-- title: Files of one release that were uploaded days apart
-- needs: index
-- help: See that the later file was built from the same commit as the others.
--
-- Where that is the package's habit (five releases or more), as with wheels for further platforms, one
-- line for the package.
WITH spread AS (
    SELECT r.id, r.repository_id, r.package_id, r.package, r.version, r.order_key,
           min(f.uploaded_at) AS first_at, max(f.uploaded_at) AS last_at,
           (max(unixepoch(f.uploaded_at)) - min(unixepoch(f.uploaded_at))) / 86400 AS days
    FROM release AS r
    JOIN file AS f ON f.release_id = r.id
    WHERE r.link IN ('configured', 'mutual', 'corroborated')
    GROUP BY r.id
    HAVING max(unixepoch(f.uploaded_at)) - min(unixepoch(f.uploaded_at)) > 86400),
habit AS (
    SELECT s.package_id, count(*) AS late,
           (SELECT count(*) FROM release AS r
            WHERE r.package_id = s.package_id AND r.files > 0) AS releases
    FROM spread AS s
    GROUP BY s.package_id
    HAVING count(*) >= 5)
SELECT s.repository_id, s.package_id, s.version,
       format('%s of %s %s was uploaded %s days after the first of its files',
              (SELECT l.filename FROM file AS l WHERE l.release_id = s.id
               ORDER BY l.uploaded_at DESC, l.filename LIMIT 1), s.package, s.version, s.days)
           AS message,
       json_object('first_at', s.first_at, 'last_at', s.last_at) AS evidence
FROM spread AS s
WHERE s.package_id NOT IN (SELECT package_id FROM habit)
UNION ALL
SELECT s.repository_id, s.package_id, NULL,
       format('%s of the %s releases of %s have files that were uploaded more than a day after their first',
              h.late, h.releases, s.package),
       json_object('releases', h.late, 'days_at_most', max(s.days),
                   'versions', json_group_array(s.version))
FROM spread AS s
JOIN habit AS h ON h.package_id = s.package_id
GROUP BY s.package_id;
