-- id: tag-without-release
-- severity: medium
-- title: A version tag whose version was never published
-- needs: index, refs, objects
-- clock: yes
-- help: Publish the version, or say in the changelog that it was withdrawn. A tag that was a mistake
--   should be deleted by its owner, with a note.
--
-- After seven days. Silent: tags older than the package's first upload, and versions that the index
-- has or once had, even without files. Info for pre-releases, which many projects only tag.
WITH uploads AS (
    SELECT package_id, min(published_at) AS first_at FROM release GROUP BY package_id)
SELECT d.repository_id, d.package_id, d.version, d.tag,
       CASE WHEN d.is_prerelease THEN 'info' ELSE 'medium' END AS severity,
       format('Tag %s was made on %s, but %s %s was never published', d.tag,
              substr(coalesce(t.tagged_at, t.committed_at), 1, 10), p.name, d.version) AS message,
       json_object('tag', d.tag, 'commit', t.commit_oid, 'tagged_at', t.tagged_at,
                   'committed_at', t.committed_at, 'first_upload_at', u.first_at,
                   'newest_release', p.newest) AS evidence
FROM package AS p
JOIN uploads AS u ON u.package_id = p.id
JOIN denotes AS d ON d.repository_id = p.repository_id AND d.package_id = p.id AND d.preferred
JOIN tag AS t ON t.repository_id = d.repository_id AND t.name = d.tag
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.index_state = 'known' AND p.refs_state <> 'unknown'
  AND NOT EXISTS (SELECT 1 FROM release_id AS i
                  WHERE i.package_id = d.package_id AND i.order_key = d.order_key)
  -- a file whose name tells no version may be of this one
  AND NOT EXISTS (SELECT 1 FROM coverage AS c
                  WHERE c.package_id = d.package_id AND c.fact = 'files' AND c.status = 'unknown')
  AND coalesce(t.tagged_at, t.committed_at) >= u.first_at
  AND unixepoch(coalesce(t.tagged_at, t.committed_at)) + 7 * 86400
      < unixepoch((SELECT started_at FROM as_of));
