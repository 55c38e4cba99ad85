-- id: name-owned-elsewhere
-- severity: high
-- title: A project has the name of a package that belongs to another repository
-- needs: index, refs, objects, projects, links
-- help: Whoever installs this name gets the other project. Rename the project, or correct the
--   repository that the index names if the package is yours.
SELECT l.repository_id, l.package_id, coalesce(l.directory, '') AS detail,
       format('%s holds a project named %s, but on the index that name belongs to %s', o.full_name,
              p.name, ifnull(l.other, 'another repository')) AS message,
       json_object('directory', l.directory, 'index_names', l.other, 'index_says', l.evidence,
                   'newest', p.newest) AS evidence
FROM package AS p
JOIN link AS l ON l.package_id = p.id
JOIN repository AS o ON o.id = l.repository_id
WHERE p.link = 'contradicted' AND l.state = 'contradicted' AND p.index_state = 'known'
  -- the name that the index gives may be a former one of this repository
  AND NOT EXISTS (SELECT 1 FROM coverage AS c
                  WHERE c.repository_id = l.repository_id AND c.fact = 'links'
                    AND c.status = 'unknown');
