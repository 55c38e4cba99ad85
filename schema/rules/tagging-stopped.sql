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
ordered AS (SELECT * FROM release ORDER BY package_id, order_key)
SELECT r.repository_id, r.package_id,
       format('None of the %s releases of %s after %s has a tag; that one has %s', count(*),
              r.package, t.version, t.tag) AS message,
       json_object('last_tagged', t.version, 'last_tag', t.tag,
                   'last_tagged_release_at', t.published_at, 'releases', count(*),
                   'versions', json_group_array(r.version)) AS evidence
FROM ordered AS r
JOIN last AS l ON l.package_id = r.package_id
JOIN release AS t ON t.package_id = l.package_id AND t.order_key = l.order_key AND t.files > 0
    AND t.tag_state = 'known'
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND NOT r.is_prerelease
  AND r.order_key > l.order_key AND r.tag_state = 'absent'
GROUP BY r.package_id
HAVING count(*) >= 2;
