-- id: tag-off-default-branch
-- severity: medium
-- title: A release's tag is not on the default branch
-- needs: index, refs, objects
-- help: Merge the released commit into the default branch, or name the release branch in the
--   contribution guide.
--
-- Where release branches are the package's habit (five or more, and at least a tenth of its tagged
-- releases), one line of severity info for the package; else one for each tag. Historic: releases
-- below the highest one that is on the default branch, and all but the newest where none is.
WITH habit AS (
    SELECT package_id, count(*) AS tagged, sum(on_default_branch = 0) AS aside,
           sum(on_default_branch = 0) >= max(5, count(*) / 10.0) AS is_habit,
           max(CASE WHEN on_default_branch = 1 THEN order_key END) AS upto
    FROM release
    WHERE link IN ('configured', 'mutual', 'corroborated') AND files > 0 AND tag_state = 'known'
    GROUP BY package_id),
aside AS (
    SELECT r.repository_id, r.package_id, r.package, r.version, r.tag, r.tag_commit,
           r.committed_at, h.tagged, h.aside, h.is_habit, o.default_branch, o.head,
           NOT r.is_newest AND ifnull(r.order_key < h.upto, 1) AS historic
    FROM release AS r
    JOIN repository AS o ON o.id = r.repository_id
    JOIN habit AS h ON h.package_id = r.package_id
    WHERE r.files > 0 AND r.tag_state = 'known' AND r.on_default_branch = 0)
SELECT repository_id, package_id, version, tag, historic, 'medium' AS severity,
       format('Tag %s of %s %s is not on the default branch %s', tag, package, version,
              ifnull(default_branch, '')) AS message,
       json_object('tag', tag, 'commit', tag_commit, 'committed_at', committed_at,
                   'default_branch', default_branch, 'head', head) AS evidence
FROM aside
WHERE NOT is_habit
UNION ALL
SELECT repository_id, package_id, NULL, NULL, 0, 'info',
       format('Of %s tagged releases of %s %s are not on the default branch %s', tagged, package,
              aside, ifnull(default_branch, '')),
       json_object('tagged', tagged, 'off_default_branch', aside,
                   'default_branch', default_branch)
FROM aside
WHERE is_habit
GROUP BY package_id;
