-- id: build-files-differ
-- severity: medium
-- title: Published build files that no commit holds
-- needs: index, refs, objects, contents
-- help: Commit what the build used: setup.py, pyproject.toml and the like decide what is in the package.
-- Historic: what was published before the repository held anything of the package.
SELECT m.repository_id, m.package_id, m.version, min(m.early) AS historic,
       format('%s %s was published with a %s that no commit holds', m.package, m.version, min(m.path))
           AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'lines', min(m.lines),
                   'artifact', min(m.filename)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.class IN ('nowhere', 'altered') AND m.importance = 'build'
GROUP BY m.repository_id, m.package_id, m.release_id;
