-- id: newest-yanked
-- severity: info
-- title: The highest final version on the index is yanked
-- needs: index
-- help: Publish a corrected version, so that nobody who pins the newest one gets the yanked one.
WITH highest AS (
    -- the other columns are those of the row that has the maximum (SQLite's rule for bare columns)
    SELECT package_id, repository_id, package, version, published_at, yanked, yanked_reason,
           max(order_key)
    FROM release
    WHERE files > 0 AND NOT is_prerelease
    GROUP BY package_id)
SELECT h.repository_id, h.package_id, h.version,
       format('%s %s, the highest version on the index, is yanked: %s', h.package, h.version,
              ifnull(nullif(h.yanked_reason, ''), 'no reason was given')) AS message,
       json_object('published_at', h.published_at, 'reason', h.yanked_reason,
                   'installed_instead', p.newest) AS evidence
FROM highest AS h
JOIN package AS p ON p.id = h.package_id
WHERE h.yanked AND (p.link IS NULL OR p.link NOT IN ('claimed', 'contradicted'));
