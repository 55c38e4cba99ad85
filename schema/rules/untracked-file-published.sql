-- id: untracked-file-published
-- severity: medium
-- title: Published files that are in no commit
-- needs: index, refs, objects, contents
-- help: Build from a clean checkout: something in the work tree went along. If it holds a secret, revoke it.
--
-- High if executable. Files that git ignores, and others that are neither code nor of the build.
-- Historic: what was published before the repository held anything of the package.
SELECT m.repository_id, m.package_id, m.version, min(m.early) AS historic,
       iif(max(m.importance = 'code'), 'high', 'medium') AS severity,
       format('%s %s was published with %s, which %s', m.package, m.version, substr(min(iif(m.importance = 'code', 0, 1) || m.path), 2),
              iif(max(m.class = 'ignored'), 'git ignores', 'no commit holds')) AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'artifact', min(m.filename),
                   'ignored', json(iif(max(m.class = 'ignored'), 'true', 'false'))) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND (m.class = 'ignored' OR (m.class IN ('nowhere', 'altered') AND m.importance = 'other')) AND NOT m.secret
GROUP BY m.repository_id, m.package_id, m.release_id;
