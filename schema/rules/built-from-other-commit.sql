-- id: built-from-other-commit
-- severity: medium
-- title: Built from another commit than the tagged one
-- needs: index, refs, objects, contents
-- help: Move nothing that is published: say in the next release's notes which commit this one is, and build
--   from the tag in future.
--
-- Every file of it is in one other commit. Where importable code differs, code-differs-from-tag says
-- so instead.
SELECT c.repository_id, c.package_id, c.version, r.tag,
       format('%s %s was built from commit %s, %s the tagged one', c.package, c.version,
              substr(c.commit_oid, 1, 10),
              CASE c.relation WHEN 'parent' THEN 'the parent of' WHEN 'ancestor' THEN 'before'
                              WHEN 'descendant' THEN 'after' ELSE 'beside' END) AS message,
       json_object('commit', c.commit_oid, 'committed_at', c.committed_at, 'relation', c.relation,
                   'tag', r.tag, 'tag_commit', r.tag_commit, 'artifact', c.filename) AS evidence
FROM contents AS c
JOIN release AS r ON r.id = c.release_id AND r.repository_id = c.repository_id
WHERE c.link IN ('configured', 'mutual', 'corroborated')
  AND c.verdict = 'other-commit' AND c.kind = 'sdist' AND r.tag_state = 'known'
  AND NOT EXISTS (SELECT 1 FROM content_member AS m
                  WHERE m.release_id = c.release_id AND m.repository_id = c.repository_id
                    AND m.class = 'other-commit' AND m.importance = 'code');
