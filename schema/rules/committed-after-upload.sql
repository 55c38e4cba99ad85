-- id: committed-after-upload
-- severity: medium
-- title: Published bytes that were committed only afterwards
-- needs: index, refs, objects, contents
-- help: Somebody repaired the repository after the fact. See that the commit says so, and publish from a
--   tag in future.
--
-- High if importable. The first commit that holds the bytes is more than two minutes younger than the
-- upload of the file, even if the tag holds them today.
-- Historic: what was published before the repository held anything of the package.
SELECT m.repository_id, m.package_id, m.version, min(m.early) AS historic,
       iif(max(m.importance = 'code'), 'high', 'medium') AS severity,
       format('%s of the files of %s %s %s committed after it was published: %s', count(DISTINCT m.path),
              m.package, m.version, iif(count(DISTINCT m.path) > 1, 'were', 'was'), substr(min(iif(m.importance = 'code', 0, 1) || m.path), 2))
           AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'uploaded_at', min(m.uploaded_at),
                   'first_committed_at', min(m.first_at), 'first_commit', min(m.first_commit),
                   'seconds_between', max(unixepoch(m.first_at) - unixepoch(m.uploaded_at))) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.late
GROUP BY m.repository_id, m.package_id, m.release_id;
