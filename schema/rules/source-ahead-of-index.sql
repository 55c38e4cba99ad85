-- id: source-ahead-of-index
-- severity: info
-- title: The default branch declares a version that is not published yet
-- needs: index, refs, objects, projects
-- help: Publish it, or mark the branch as in development (a .dev version) until it is.
--
-- Silent where a tag denotes the version: tag-without-release asks for that one.
SELECT p.repository_id, p.id AS package_id, p.declared_version AS version,
       format('%s declares %s %s on its default branch; the newest release is %s', o.full_name,
              p.name, p.declared_version, p.newest) AS message,
       json_object('declared_version', p.declared_version, 'declared_at', p.declared_origin,
                   'commit', p.head, 'committed_at', o.head_committed_at,
                   'published_version', p.newest, 'published_at', p.newest_at) AS evidence
FROM package AS p
JOIN repository AS o ON o.id = p.repository_id
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.index_state = 'known' AND p.refs_state = 'known'
  AND p.declared_kind IN ('static', 'dynamic') AND NOT p.declared_is_prerelease
  AND p.declared_key > p.newest_key
  AND NOT EXISTS (SELECT 1 FROM release_id AS i
                  WHERE i.package_id = p.id AND i.order_key = p.declared_key)
  AND NOT EXISTS (SELECT 1 FROM denotes AS d
                  WHERE d.repository_id = p.repository_id AND d.package_id = p.id
                    AND d.order_key = p.declared_key);
