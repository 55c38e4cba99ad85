-- id: publish-long-lived-token
-- severity: low
-- title: A workflow publishes with a token that lives long
-- needs: index, refs, objects, workflows
-- help: Register the workflow as a trusted publisher of the project on the index, give its job the permission
--   id-token: write, and delete the token.
--
-- One line a workflow.
SELECT u.repository_id, u.package_id, u.workflow AS detail,
       format('%s:%d of %s publishes %s with a token from a secret', u.path, u.line, u.repository,
              u.package) AS message,
       json_object('workflow', u.workflow, 'file', u.path, 'line', min(u.line), 'tool', u.tool,
                   'pinned', u.pinned, 'steps', count(*)) AS evidence
FROM publish AS u
WHERE u.state = 'known' AND u.credential = 'token'
GROUP BY u.repository_id, u.workflow;
