-- id: released-before-tagged
-- severity: info
-- title: Published more than an hour before its tag was made
-- needs: index, refs, objects
-- help: The tag came after the fact and says nothing about what was built. Tag first, publish from
--   the tag.
SELECT r.repository_id, r.package_id, r.version, r.tag,
       format('%s %s was published at %s, but tag %s was made at %s', r.package, r.version,
              r.published_at, r.tag, r.tagged_at) AS message,
       json_object('published_at', r.published_at, 'tagged_at', r.tagged_at,
                   'seconds_between', unixepoch(r.tagged_at) - unixepoch(r.published_at),
                   'tag', r.tag, 'commit', r.tag_commit) AS evidence
FROM release AS r
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known' AND r.tag_kind = 'annotated'
  AND r.tagged_at > r.published_at
  AND unixepoch(r.tagged_at) - unixepoch(r.published_at) > 3600;
