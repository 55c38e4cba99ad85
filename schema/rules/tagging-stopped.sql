-- id: tagging-stopped
-- severity: high
-- title: A package whose releases are no longer tagged
-- needs: index, refs, objects
-- help: Tag the commits that were built, newest first, and push the tags. Then find what changed
--   after the last tagged release (a new workflow, a new maintainer) and publish from tags again.
--
-- One for the package, however many releases it is: two or more final releases above the highest
-- tagged one. Of these, release-without-tag speaks of the newest alone.
WITH last AS (
    SELECT package_id, max(order_key) AS order_key
    FROM release
    WHERE tag_state = 'known' AND files > 0
    GROUP BY package_id),
since AS (
    SELECT r.repository_id, r.package_id, r.package, r.version, r.order_key, r.published_at,
           l.order_key AS last_key
    FROM release AS r
    JOIN last AS l ON l.package_id = r.package_id
    WHERE r.link IN ('configured', 'mutual', 'corroborated')
      AND r.files > 0 AND r.tag_state = 'absent' AND NOT r.is_prerelease
      AND r.order_key > l.order_key
    ORDER BY r.package_id, r.order_key)
SELECT s.repository_id, s.package_id,
       format('None of the %s releases of %s after %s has a tag; that one has %s', count(*),
              s.package, t.version, t.tag) AS message,
       json_object('last_tagged', t.version, 'last_tag', t.tag,
                   'last_tagged_release_at', t.published_at, 'releases', count(*),
                   'versions', json_group_array(s.version)) AS evidence
FROM since AS s
JOIN release AS t ON t.package_id = s.package_id AND t.order_key = s.last_key AND t.files > 0
    AND t.tag_state = 'known'
GROUP BY s.package_id
HAVING count(*) >= 2;
