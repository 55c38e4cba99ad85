-- id: version-skipped
-- severity: info
-- title: A version that was declared once, and never tagged or published
-- needs: index, refs, objects
-- help: If the number was left out on purpose, say so in the changelog. If it was meant to be
--   released, it is the commit to look at.
--
-- Between the first and the newest release: what was declared before the package was published, and
-- what is in preparation, is not skipped.
WITH bounds AS (
    SELECT package_id, min(order_key) AS first_key, max(order_key) AS last_key
    FROM release WHERE NOT is_prerelease GROUP BY package_id)
SELECT s.repository_id, s.package_id, s.version,
       format('%s %s was declared on %s by commit %s, but never tagged or published', p.name,
              s.version, ifnull(substr(s.committed_at, 1, 10), 'an unknown day'),
              substr(s.commit_oid, 1, 10)) AS message,
       json_object('commit', s.commit_oid, 'committed_at', s.committed_at, 'newest_release',
                   p.newest) AS evidence
FROM skipped AS s
JOIN package AS p ON p.id = s.package_id AND p.repository_id = s.repository_id
JOIN bounds AS b ON b.package_id = s.package_id
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.index_state = 'known' AND p.refs_state = 'known'
  AND s.order_key > b.first_key AND s.order_key < b.last_key
  AND NOT EXISTS (SELECT 1 FROM release_id AS i
                  WHERE i.package_id = s.package_id AND i.order_key = s.order_key)
  AND NOT EXISTS (SELECT 1 FROM denotes AS d
                  WHERE d.repository_id = s.repository_id AND d.package_id = s.package_id
                    AND d.order_key = s.order_key);
