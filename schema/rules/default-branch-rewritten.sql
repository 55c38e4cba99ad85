-- id: default-branch-rewritten
-- severity: high
-- title: The default branch does not lead to a commit that was its tip
-- needs: refs, objects
-- help: Find out who forced the push: releases built from the lost commits have no source on the branch
--   any more. Protect the branch against forced pushes.
--
-- The most recent of the lost tips; of repositories that hold a package of ours.
WITH lost AS (
    -- the other columns are those of the row that has the maximum (SQLite's rule for bare columns)
    SELECT repository_id, oid, committed_at, last_seen_at, gone_at, count(*) AS tips,
           max(last_seen_at)
    FROM lost_tip
    GROUP BY repository_id)
SELECT l.repository_id,
       format('%s of %s was rewritten: %s, its tip until %s, is no ancestor of %s',
              ifnull(o.default_branch, 'The default branch'), o.full_name, substr(l.oid, 1, 12),
              substr(l.last_seen_at, 1, 10), substr(o.head, 1, 12)) AS message,
       json_object('old_tip', l.oid, 'committed_at', l.committed_at, 'new_tip', o.head,
                   'last_seen_at', l.last_seen_at, 'rewritten_before', l.gone_at, 'lost_tips', l.tips)
           AS evidence
FROM lost AS l
JOIN repository AS o ON o.id = l.repository_id
WHERE EXISTS (SELECT 1 FROM package AS p
              WHERE p.repository_id = l.repository_id
                AND p.link IN ('configured', 'mutual', 'corroborated'));
