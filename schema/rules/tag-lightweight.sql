-- id: tag-lightweight
-- severity: info
-- title: A release's tag is lightweight
-- needs: index, refs
-- help: Use annotated (or signed) tags for releases: they say who tagged, and when.
SELECT r.repository_id, r.package_id, r.version, r.tag,
       format('Tag %s of %s %s is lightweight: it does not say who made it, or when', r.tag,
              r.package, r.version) AS message,
       json_object('tag', r.tag, 'commit', r.tag_commit, 'committed_at', r.committed_at) AS evidence
FROM release AS r
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known' AND r.tag_kind = 'lightweight';
