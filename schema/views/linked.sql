-- One row a package of the fleet: the repository to judge it by and the newest release. The other
-- views stand on it; rules read `package` and `release`.
-- snapshot: package_id
CREATE VIEW linked AS
WITH picked AS MATERIALIZED (
    SELECT c.package_id,
           (SELECT l.repository_id
            FROM stored_link AS l
            JOIN stored_scope AS h ON h.repository_id = l.repository_id AND h.package_id = 0
                AND (SELECT run FROM as_of) BETWEEN h.since AND ifnull(h.until - 1, 1 << 62)
            WHERE l.package_id = c.package_id
              AND (SELECT run FROM as_of) BETWEEN l.since AND ifnull(l.until - 1, 1 << 62)
            ORDER BY CASE l.state WHEN 'configured' THEN 0 WHEN 'mutual' THEN 1
                                  WHEN 'corroborated' THEN 2 WHEN 'claimed' THEN 3 ELSE 4 END,
                     l.repository_id
            LIMIT 1) AS repository_id,
           coalesce(
               -- the highest final release that can be installed
               (SELECT i.id
                FROM release_id AS i
                CROSS JOIN stored_release AS s
                    ON s.package_id = i.package_id AND s.release_id = i.id
                WHERE i.package_id = c.package_id AND NOT i.is_prerelease
                  AND s.files > 0 AND NOT s.yanked
                  AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
                ORDER BY i.order_key DESC, i.id DESC LIMIT 1),
               -- else the highest that has files
               (SELECT i.id
                FROM release_id AS i
                CROSS JOIN stored_release AS s
                    ON s.package_id = i.package_id AND s.release_id = i.id
                WHERE i.package_id = c.package_id AND s.files > 0
                  AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
                ORDER BY i.order_key DESC, i.id DESC LIMIT 1)) AS newest_id
    FROM stored_scope AS c
    WHERE c.package_id <> 0 AND c.repository_id = 0
      AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)),
seen AS MATERIALIZED (
    SELECT k.*, (SELECT r.refs_state FROM repository AS r WHERE r.id = k.repository_id)
                AS refs_state
    FROM picked AS k)
SELECT k.package_id, p.name, p.index_url, k.newest_id, k.repository_id, l.directory,
       l.state AS link, l.evidence, l.other, k.refs_state, r.head_oid AS head
FROM seen AS k
JOIN package_id AS p ON p.id = k.package_id
LEFT JOIN stored_link AS l ON l.repository_id = k.repository_id AND l.package_id = k.package_id
    AND (SELECT run FROM as_of) BETWEEN l.since AND ifnull(l.until - 1, 1 << 62)
LEFT JOIN stored_refs AS r ON r.repository_id = k.repository_id
    AND (SELECT run FROM as_of) BETWEEN r.since AND ifnull(r.until - 1, 1 << 62);
