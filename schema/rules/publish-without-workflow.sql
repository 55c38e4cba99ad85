-- id: publish-without-workflow
-- severity: low
-- title: A package that no workflow of its repository publishes
-- needs: index, refs, objects, workflows
-- clock: yes
-- help: Publish from a workflow, by a tag and with trusted publishing (`plan --workflow` writes one), so that
--   what is released is what the repository holds. Where another service does it, waive this.
--
-- Packages with a release in the last two years. One line a repository. Nothing is said where a step
-- may publish and nobody can tell, or where signed statements say who published.
SELECT p.repository_id, CASE count(*) WHEN 1 THEN min(p.id) END AS package_id,
       format('No workflow of %s publishes %s', o.full_name,
              iif(count(*) = 1, min(p.name), format('its %d packages', count(*)))) AS message,
       json_object('packages', json_group_array(p.name), 'newest_at', max(p.newest_at),
                   'workflows', (SELECT count(*) FROM workflow AS w
                                 WHERE w.repository_id = p.repository_id),
                   'commit', p.head) AS evidence
FROM package AS p
JOIN repository AS o ON o.id = p.repository_id
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND p.refs_state = 'known' AND p.index_state = 'known'
  AND julianday(p.newest_at) >= julianday((SELECT started_at FROM as_of)) - 730
  AND EXISTS (SELECT 1 FROM coverage AS v
              WHERE v.repository_id = p.repository_id AND v.fact = 'workflows'
                AND v.status IN ('known', 'absent'))
  AND NOT EXISTS (SELECT 1 FROM publish AS u WHERE u.repository_id = p.repository_id)
  AND NOT EXISTS (SELECT 1 FROM provenance AS a
                  WHERE a.package_id = p.id AND a.release_id = p.newest_id AND a.state = 'known')
GROUP BY p.repository_id;
