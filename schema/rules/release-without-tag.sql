-- id: release-without-tag
-- severity: high
-- title: A published release that no tag denotes
-- needs: index, refs, objects
-- help: Find the commit that was built, tag it and push the tag. From now on publish from a tag only.
--
-- Critical for the newest release, medium for a pre-release. Where most pre-releases of a package
-- have no tag, five or more, that is its habit: one line of severity low. Historic: published before
-- the package's first tagged release or below its lowest tagged version (old versions were often
-- uploaded late, all at once), and all but the newest where nothing was ever tagged. Where tags
-- stopped, the newest alone: tagging-stopped tells of the others, in one line. Five or more final
-- releases in a row without a tag, between tagged ones, are one line too: of the newest of them, so
-- that policy's days and versions hold for it.
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
    HAVING count(*) >= 2),
untagged AS (
    SELECT r.*, o.full_name, f.tagged_from, r.is_prerelease AND NOT r.is_newest AS is_early,
           NOT r.is_newest AND ifnull(ifnull(r.published_at < f.tagged_from, 0)
                                      OR r.order_key < f.tagged_key, 1) AS historic
    FROM release AS r
    JOIN repository AS o ON o.id = r.repository_id
    JOIN first AS f ON f.package_id = r.package_id
    WHERE r.link IN ('configured', 'mutual', 'corroborated')
      AND r.files > 0 AND r.tag_state = 'absent'
      AND (r.is_newest OR NOT EXISTS (SELECT 1 FROM stopped AS s
                                      WHERE s.package_id = r.package_id
                                        AND r.order_key > s.last_key))),
habit AS (
    SELECT package_id, count(*) AS early
    FROM untagged
    WHERE is_early AND NOT historic
    GROUP BY package_id
    HAVING count(*) >= 5
       AND count(*) > (SELECT count(*) FROM release AS r
                       WHERE r.package_id = untagged.package_id AND r.files > 0
                         AND r.is_prerelease AND r.tag_state = 'known')),
placed AS (
    SELECT id, sum(tag_state = 'known') OVER (PARTITION BY package_id
                                              ORDER BY order_key, version) AS place
    FROM release
    WHERE files > 0 AND NOT is_prerelease),
pause AS (
    SELECT u.package_id, p.place, min(u.order_key) AS low, max(u.order_key) AS high
    FROM untagged AS u
    JOIN placed AS p ON p.id = u.id
    WHERE NOT u.is_newest AND NOT u.historic
    GROUP BY u.package_id, p.place
    HAVING count(*) >= 5),
paused AS (
    SELECT u.*, p.place, iif(u.order_key = g.low, u.version, NULL) AS first_version,
           iif(u.order_key = g.high, u.version, NULL) AS last_version
    FROM pause AS g
    JOIN untagged AS u ON u.package_id = g.package_id AND NOT u.is_newest AND NOT u.historic
    JOIN placed AS p ON p.id = u.id AND p.place = g.place
    ORDER BY u.order_key)
SELECT u.repository_id, u.package_id, u.version,
       CASE WHEN u.is_newest THEN 'critical' WHEN u.is_prerelease THEN 'medium'
            ELSE 'high' END AS severity, u.historic,
       format('%s %s was published%s, but no tag of %s denotes it', u.package, u.version,
              ifnull(' on ' || substr(u.published_at, 1, 10), ''), u.full_name) AS message,
       json_object('published_at', u.published_at, 'newest', json(iif(u.is_newest, 'true', 'false')),
                   'first_tagged_release_at', u.tagged_from,
                   'tags_looked_at', (SELECT count(*) FROM tag AS t
                                      WHERE t.repository_id = u.repository_id)) AS evidence
FROM untagged AS u
WHERE (NOT u.is_early OR u.historic OR u.package_id NOT IN (SELECT package_id FROM habit))
  AND u.id NOT IN (SELECT id FROM paused)
UNION ALL
SELECT u.repository_id, u.package_id, max(u.last_version), 'high', 0,
       format('%s releases in a row of %s, %s to %s, were published that no tag of %s denotes',
              count(*), u.package, min(u.first_version), max(u.last_version), u.full_name),
       json_object('releases', count(*), 'versions', json_group_array(u.version))
FROM paused AS u
GROUP BY u.package_id, u.place
UNION ALL
SELECT u.repository_id, u.package_id, NULL, 'low', 0,
       format('%s pre-releases of %s were published that no tag of %s denotes', h.early, u.package,
              u.full_name),
       json_object('releases', h.early, 'versions', json_group_array(u.version))
FROM untagged AS u
JOIN habit AS h ON h.package_id = u.package_id
WHERE u.is_early AND NOT u.historic
GROUP BY u.package_id;
