-- id: newest-yanked
-- severity: info
-- title: The highest final version on the index is yanked
-- needs: index
-- help: Publish a corrected version, so that nobody who pins the newest one gets the yanked one.
WITH highest AS (
    SELECT package_id, max(order_key) AS order_key
    FROM release
    WHERE files > 0 AND NOT is_prerelease
    GROUP BY package_id)
SELECT r.repository_id, r.package_id, r.version,
       format('%s %s, the highest version on the index, is yanked: %s', r.package, r.version,
              ifnull(nullif(r.yanked_reason, ''), 'no reason was given')) AS message,
       json_object('published_at', r.published_at, 'reason', r.yanked_reason,
                   'installed_instead', p.newest) AS evidence
FROM highest AS h
JOIN release AS r ON r.package_id = h.package_id AND r.order_key = h.order_key
JOIN package AS p ON p.id = r.package_id
WHERE r.yanked AND r.files > 0
  AND (p.link IS NULL OR p.link NOT IN ('claimed', 'contradicted'));
