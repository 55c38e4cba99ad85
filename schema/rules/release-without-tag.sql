-- id: release-without-tag
-- severity: high
-- title: A published release that no tag denotes
-- needs: index, refs, objects
-- help: Find the commit that was built, tag it and push the tag. From now on publish from a tag only.
--
-- Critical for the newest release. Historic: published before the package's first tagged release or
-- below its lowest tagged version (old versions were often uploaded late, all at once), and all but
-- the newest where nothing was ever tagged. Where tags stopped, the newest alone: tagging-stopped
-- tells of the others, in one line.
WITH first AS (
    SELECT package_id, min(CASE WHEN tag_state = 'known' THEN published_at END) AS tagged_from,
           min(CASE WHEN tag_state = 'known' THEN order_key END) AS tagged_key,
           max(CASE WHEN tag_state = 'known' AND files > 0 THEN order_key END) AS last_key
    FROM release
    GROUP BY package_id),
stopped AS (
    SELECT r.package_id, f.last_key
    FROM release AS r
    JOIN first AS f ON f.package_id = r.package_id
    WHERE r.files > 0 AND r.tag_state = 'absent' AND NOT r.is_prerelease
      AND r.order_key > f.last_key
    GROUP BY r.package_id
    HAVING count(*) >= 2)
SELECT r.repository_id, r.package_id, r.version,
       CASE WHEN r.is_newest THEN 'critical' ELSE 'high' END AS severity,
       NOT r.is_newest AND ifnull(ifnull(r.published_at < f.tagged_from, 0) OR r.order_key < f.tagged_key, 1) AS historic,
       format('%s %s was published%s, but no tag of %s denotes it', r.package, r.version,
              ifnull(' on ' || substr(r.published_at, 1, 10), ''), o.full_name) AS message,
       json_object('published_at', r.published_at, 'newest', json(iif(r.is_newest, 'true', 'false')),
                   'first_tagged_release_at', f.tagged_from,
                   'tags_looked_at', (SELECT count(*) FROM tag AS t
                                      WHERE t.repository_id = r.repository_id)) AS evidence
FROM release AS r
JOIN repository AS o ON o.id = r.repository_id
JOIN first AS f ON f.package_id = r.package_id
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'absent'
  AND (r.is_newest OR NOT EXISTS (SELECT 1 FROM stopped AS s
                                  WHERE s.package_id = r.package_id AND r.order_key > s.last_key));
