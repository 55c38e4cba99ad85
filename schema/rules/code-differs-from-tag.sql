-- id: code-differs-from-tag
-- severity: critical
-- title: Published code that is other than the tag's
-- needs: index, refs, objects, contents
-- help: The tag does not hold what was published, though some commit does. Tag the commit that was built,
--   or publish again from the tag.
--
-- The bytes are in the repository's history, but not in the commit that the release's tag leads to.
SELECT m.repository_id, m.package_id, m.version, r.tag,
       format('%s %s was published with code that tag %s does not hold: %s%s', m.package, m.version,
              r.tag, substr(min(iif(m.importance = 'code', 0, 1) || m.path), 2), iif(count(DISTINCT m.path) > 1,
                                      format(' and %s more', count(DISTINCT m.path) - 1), ''))
           AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'tag', r.tag, 'commit', r.tag_commit,
                   'first_commit', min(m.first_commit), 'lines', min(m.lines)) AS evidence
FROM content_member AS m
JOIN release AS r ON r.id = m.release_id AND r.repository_id = m.repository_id
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND r.tag_state = 'known'
  AND m.class = 'other-commit' AND m.importance = 'code' AND NOT ifnull(m.comments_only, 0)
GROUP BY m.repository_id, m.package_id, m.release_id;
