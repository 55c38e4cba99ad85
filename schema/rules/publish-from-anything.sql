-- id: publish-from-anything
-- severity: medium
-- title: A workflow can publish what no tag holds
-- needs: index, refs, objects, workflows
-- help: Publish from tags or releases alone: `on: push: tags:` or `on: release:`, or a condition of the job
--   such as startsWith(github.ref, 'refs/tags/').
--
-- One line a workflow. low where the job has an environment: the forge may hold it back by rules that
-- no file shows. What only running would tell is not held against it.
WITH loose AS (
    SELECT u.*, trim(iif(instr(u.loose, 'branch') > 0, ', a push to a branch', '') ||
                     iif(instr(u.loose, 'manual') > 0, ', a run by hand', '') ||
                     iif(instr(u.loose, 'schedule') > 0, ', the clock', '') ||
                     iif(instr(u.loose, 'pull-request') > 0, ', a pull request', '') ||
                     iif(instr(u.loose, 'other') > 0, ', another event', ''), ', ') AS by_what
    FROM publish AS u
    WHERE u.state = 'known' AND u.loose <> '')
SELECT repository_id, package_id, workflow AS detail,
       iif(count(environment) = count(*), 'low', 'medium') AS severity,
       format('%s:%d of %s can publish %s from %s, without a tag%s', path, line, repository, package,
              by_what, iif(environment IS NOT NULL,
                           format(', unless the environment %s holds it back',
                                  substr(environment, 1, 60)), '')) AS message,
       json_object('workflow', workflow, 'file', path, 'line', min(line), 'tool', tool,
                   'triggers', triggers, 'ways', ways, 'without_tag', loose,
                   'environment', environment, 'steps', count(*)) AS evidence
FROM loose
GROUP BY repository_id, workflow;
