-- id: release-checks-failed
-- severity: medium
-- title: A published release whose checks did not pass
-- needs: index, refs, forge
-- help: Publish only from a commit whose checks are green: let the workflow that publishes need them.
--
-- Checks and commit statuses of the commit that the tag leads to, as the forge sums them up. That none
-- ran counts where they did for another release of the package.
WITH looked AS (
    SELECT r.*, sum(r.checks IN ('success', 'failure')) OVER (PARTITION BY r.package_id) AS checked
    FROM release AS r
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.files > 0
      AND r.tag_state = 'known' AND r.checks IS NOT NULL)
SELECT repository_id, package_id, version, tag,
       iif(checks = 'failure',
           format('Checks of %s, the commit of %s %s (tag %s), failed', substr(tag_commit, 1, 12),
                  package, version, tag),
           format('No check ran on %s, the commit of %s %s (tag %s)', substr(tag_commit, 1, 12),
                  package, version, tag)) AS message,
       json_object('tag', tag, 'commit', tag_commit, 'checks', checks) AS evidence
FROM looked
WHERE checks = 'failure' OR (checks = 'absent' AND checked > 0);
