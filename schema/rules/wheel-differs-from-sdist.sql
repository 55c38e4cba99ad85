-- id: wheel-differs-from-sdist
-- severity: high
-- title: A wheel that holds what the sdist does not
-- needs: index, refs, objects, contents
-- help: Find out where the wheel was built: leftovers of build/ are the common cause. Build wheels from the
--   sdist.
--
-- One line a release, however many platforms its wheels are for. What stands only beside its
-- metadata, as a licence does, is installed and never imported: low.
SELECT m.repository_id, m.package_id, m.version,
       iif(min(m.path LIKE '%.dist-info/%'), 'low', 'high') AS severity,
       format('%s %s %s%s, which the sdist of %s %s has not, or has otherwise',
              iif(count(DISTINCT m.filename) > 1,
                  format('%s of its wheels', count(DISTINCT m.filename)), min(m.filename)),
              iif(count(DISTINCT m.filename) > 1, 'hold', 'holds'), min(m.path), iif(count(DISTINCT m.path) > 1,
                               format(' and %s more', count(DISTINCT m.path) - 1), ''),
              m.package, m.version) AS message,
       json_object('artifacts', json_group_array(DISTINCT m.filename),
                   'files', json_group_array(DISTINCT m.path)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.kind = 'bdist_wheel' AND m.class = 'not-in-sdist'
GROUP BY m.repository_id, m.package_id, m.release_id;
