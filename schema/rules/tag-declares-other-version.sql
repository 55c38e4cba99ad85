-- id: tag-declares-other-version
-- severity: high
-- title: The source at a release's tag declares another version
-- needs: index, refs, objects, projects, declarations
-- help: The tag sits on the wrong commit, or the version was changed only in the tree that was built.
--   Compare the published files with the tag; never move the tag, cut a new release instead.
SELECT r.repository_id, r.package_id, r.version, r.tag,
       format('Tag %s stands for %s %s, but the source there declares %s', r.tag, r.package,
              r.version, r.declared_at_tag) AS message,
       json_object('tag', r.tag, 'commit', r.tag_commit, 'declared_version', r.declared_at_tag,
                   'declared_at', r.declared_origin_at_tag,
                   'published_at', r.published_at) AS evidence
FROM release AS r
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known'
  AND r.declared_kind_at_tag IN ('static', 'dynamic')
  AND r.declared_key_at_tag <> r.order_key;
