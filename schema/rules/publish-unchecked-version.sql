-- id: publish-unchecked-version
-- severity: medium
-- title: A workflow publishes without comparing tag and version
-- needs: index, refs, objects, projects, workflows
-- help: Before it publishes, let the workflow compare the tag with the version that the built files say, and
--   fail where they differ (`plan --workflow` has the step), or take the version from the tag.
--
-- One line a workflow. Only where files declare the version: one that comes from the tag, or that the
-- build sets, cannot differ. low where five or more tags hold the version that they say, and none
-- another one: somebody takes care of it.
WITH tags AS (
    SELECT r.repository_id, sum(r.declared_key_at_tag = r.order_key) AS agree,
           sum(r.declared_key_at_tag <> r.order_key) AS differ
    FROM release AS r
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.tag_state = 'known'
    GROUP BY r.repository_id),
declared AS (
    SELECT p.repository_id, min(p.name) AS name, p.declared_version, p.declared_origin
    FROM package AS p
    WHERE p.link IN ('configured', 'mutual', 'corroborated') AND p.newest IS NOT NULL
      AND p.declared_kind IN ('static', 'dynamic')
    GROUP BY p.repository_id)
SELECT u.repository_id, u.package_id, u.workflow AS detail,
       iif(t.agree >= 5 AND t.differ = 0, 'low', 'medium') AS severity,
       format('%s:%d of %s publishes %s without comparing the tag with the version', u.path, u.line,
              u.repository, u.package) AS message,
       json_object('workflow', u.workflow, 'file', u.path, 'line', min(u.line), 'tool', u.tool,
                   'triggers', u.triggers, 'ways', u.ways, 'declared_by', d.declared_origin,
                   'tags_that_agree', t.agree, 'tags_that_differ', t.differ) AS evidence
FROM publish AS u
JOIN declared AS d ON d.repository_id = u.repository_id
LEFT JOIN tags AS t ON t.repository_id = u.repository_id
WHERE u.state = 'known' AND u.checked = 0
GROUP BY u.repository_id, u.workflow;
