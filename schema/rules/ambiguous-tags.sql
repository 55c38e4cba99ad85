-- id: ambiguous-tags
-- severity: low
-- title: Two tags denote one version but lead to different commits
-- needs: refs, objects
-- help: Decide which tag holds what was published, and delete the other or say so in its message.
WITH version AS MATERIALIZED (
    SELECT repository_id, package_id, order_key, min(version) AS version
    FROM denotes
    GROUP BY repository_id, package_id, order_key
    HAVING count(*) > 1),
tags AS MATERIALIZED (
    SELECT v.*, d.tag, d.preferred, t.commit_oid, t.committed_at
    FROM version AS v
    JOIN denotes AS d ON d.repository_id = v.repository_id AND d.package_id = v.package_id
        AND d.order_key = v.order_key
    JOIN tag AS t ON t.repository_id = d.repository_id AND t.name = d.tag
    ORDER BY d.tag)
SELECT v.repository_id, v.package_id, v.version,
       format('Tags that denote %s %s lead to different commits: %s', p.name, v.version,
              (SELECT group_concat(g.tag, ', ') FROM tags AS g
               WHERE g.package_id = v.package_id AND g.order_key = v.order_key)) AS message,
       (SELECT json_object('tags', json_group_array(json_object(
                   'tag', g.tag, 'commit', g.commit_oid, 'committed_at', g.committed_at,
                   'preferred', json(iif(g.preferred, 'true', 'false')))))
        FROM tags AS g
        WHERE g.package_id = v.package_id AND g.order_key = v.order_key) AS evidence
FROM version AS v
JOIN package AS p ON p.id = v.package_id AND p.repository_id = v.repository_id
WHERE p.link IN ('configured', 'mutual', 'corroborated') AND p.refs_state = 'known'
  AND (SELECT count(DISTINCT g.commit_oid) FROM tags AS g
       WHERE g.package_id = v.package_id AND g.order_key = v.order_key) > 1;
