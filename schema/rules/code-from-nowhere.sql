-- id: code-from-nowhere
-- severity: critical
-- title: Published code that no commit ever held
-- needs: index, refs, objects, contents
-- help: Find the source, or bring it back: fleetdrift recover PACKAGE==VERSION. Until
--   it is in the repository nobody can review what users run.
--
-- Importable code whose very bytes (also with other line ends) are in no commit that the repository's
-- branch and tags lead to, and that no build makes.
-- Historic: what was published before the repository held anything of the package.
SELECT m.repository_id, m.package_id, m.version, min(m.early) AS historic,
       format('%s %s was published with code that no commit holds: %s%s', m.package, m.version,
              substr(min(iif(m.importance = 'code', 0, 1) || m.path), 2), iif(count(DISTINCT m.path) > 1,
                               format(' and %s more', count(DISTINCT m.path) - 1), '')) AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'artifact', min(m.filename),
                   'lines', min(m.lines), 'comments_only', json(iif(min(m.comments_only), 'true', 'false')),
                   'touches', group_concat(DISTINCT m.touches), 'compared_with', min(m.commit_oid))
           AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.class IN ('nowhere', 'altered') AND m.importance = 'code' AND NOT ifnull(m.comments_only, 0)
GROUP BY m.repository_id, m.package_id, m.release_id;
