-- id: licence-missing
-- severity: medium
-- title: A project declares a licence whose text it does not hold
-- needs: refs, objects, projects
-- help: Add the licence's text (LICENSE) to the project and to its sdist.
SELECT p.repository_id, p.id AS package_id,
       format('%s declares the licence %s, but %s holds no licence file', p.name,
              substr(p.project_licence, 1, 60), o.full_name) AS message,
       json_object('declared_licence', p.project_licence, 'directory', p.directory,
                   'index_says', p.licence, 'forge_says', o.forge_licence,
                   'commit', p.head) AS evidence
FROM package AS p
JOIN repository AS o ON o.id = p.repository_id
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.refs_state = 'known' AND p.project_licence IS NOT NULL AND p.licence_state = 'absent';
