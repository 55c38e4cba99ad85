-- id: released-before-commit
-- severity: medium
-- title: Published before the tagged commit was made
-- needs: index, refs, objects
-- help: What is tagged cannot be what was built. Compare the published files with the tag, and
--   publish from the tag in future.
--
-- Two minutes are allowed for clocks that differ.
SELECT r.repository_id, r.package_id, r.version, r.tag,
       format('%s %s was published at %s, but the commit of tag %s was made at %s', r.package,
              r.version, r.published_at, r.tag, r.committed_at) AS message,
       json_object('published_at', r.published_at, 'committed_at', r.committed_at,
                   'seconds_between', unixepoch(r.committed_at) - unixepoch(r.published_at),
                   'tag', r.tag, 'commit', r.tag_commit) AS evidence
FROM release AS r
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known'
  AND r.committed_at > r.published_at
  AND unixepoch(r.committed_at) - unixepoch(r.published_at) > 120;
