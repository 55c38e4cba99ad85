-- id: source-behind-index
-- severity: critical
-- title: The default branch declares less than what is published
-- needs: index, refs, objects, projects
-- help: Someone published from a tree that was never pushed, or the version was never merged back.
--   Find that source (another branch, the builder's disk) and merge it before the next release.
--
-- Medium where a tag of the newest release declares it: the source is known, the branch lags. Low
-- where the branch says "in development" of the very version that is out. A version that comes from
-- tags or that no file states is not compared, nor one that PEP 440 refuses ("1.0-SNAPSHOT").
SELECT p.repository_id, p.id AS package_id, p.newest AS version,
       CASE WHEN p.declared_is_prerelease
                 AND substr(p.declared_version, 1, length(p.newest)) = p.newest THEN 'low'
            WHEN r.tag_state = 'known' AND r.declared_key_at_tag = r.order_key THEN 'medium'
            ELSE 'critical' END AS severity,
       format('%s declares %s %s on its default branch, but %s is published%s', o.full_name,
              p.name, p.declared_version, p.newest,
              ifnull(' since ' || substr(p.newest_at, 1, 10), '')) AS message,
       json_object('declared_version', p.declared_version, 'declared_at', p.declared_origin,
                   'commit', p.head, 'committed_at', o.head_committed_at,
                   'published_version', p.newest, 'published_at', p.newest_at,
                   'tag', r.tag) AS evidence
FROM package AS p
JOIN repository AS o ON o.id = p.repository_id
JOIN release AS r ON r.package_id = p.id AND r.is_newest
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.declared_kind IN ('static', 'dynamic')
  AND p.declared_key < p.newest_key AND substr(p.declared_key, 1, 1) > x'00';
