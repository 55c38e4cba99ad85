-- id: wheel-differs-from-sdist
-- severity: high
-- title: A wheel that holds what the sdist does not
-- needs: index, refs, objects, contents
-- help: Find out where the wheel was built: leftovers of build/ are the common cause. Build wheels from the
--   sdist.
SELECT m.repository_id, m.package_id, m.version, m.filename AS detail,
       format('%s holds %s%s, which the sdist of %s %s has not, or has otherwise', m.filename,
              min(m.path), iif(count(*) > 1, format(' and %s more', count(*) - 1), ''), m.package,
              m.version) AS message,
       json_object('artifact', m.filename, 'files', json_group_array(m.path)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.kind = 'bdist_wheel' AND m.class = 'not-in-sdist'
GROUP BY m.repository_id, m.package_id, m.release_id, m.filename;
