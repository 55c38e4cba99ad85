-- id: tag-off-default-branch
-- severity: medium
-- title: A release's tag is not on the default branch
-- needs: index, refs, objects
-- help: Merge the released commit into the default branch, or name the release branch in the
--   contribution guide.
--
-- Historic: releases below the highest one that is on the default branch, and all but the newest
-- where none is.
WITH merged AS (
    SELECT package_id, max(CASE WHEN on_default_branch = 1 THEN order_key END) AS upto
    FROM release
    GROUP BY package_id)
SELECT r.repository_id, r.package_id, r.version, r.tag,
       NOT r.is_newest AND ifnull(r.order_key < m.upto, 1) AS historic,
       format('Tag %s of %s %s is not on the default branch %s', r.tag, r.package,
              r.version, ifnull(o.default_branch, '')) AS message,
       json_object('tag', r.tag, 'commit', r.tag_commit, 'committed_at', r.committed_at,
                   'default_branch', o.default_branch, 'head', o.head) AS evidence
FROM release AS r
JOIN repository AS o ON o.id = r.repository_id
JOIN merged AS m ON m.package_id = r.package_id
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known' AND r.on_default_branch = 0;
