-- id: link-changed
-- severity: high
-- title: A package belongs to another repository than it did
-- needs: index, links, refs, objects, projects
-- help: See who changed it: what the index says is the publisher's word, what the repository says its
--   maintainers'. If the move was meant, waive this; if not, treat the newest release as suspect.
--
-- Where an earlier run found that repository and package belong together, and this one that they do
-- not, or that another repository is the package's.
WITH was AS (
    -- the other columns are those of the row that has the maximum (SQLite's rule for bare columns)
    SELECT l.package_id, l.repository_id, l.state, l.gone_at, max(l.gone_run)
    FROM past_link AS l
    WHERE l.state IN ('configured', 'mutual', 'corroborated') AND l.gone_at IS NOT NULL
    GROUP BY l.package_id)
SELECT p.repository_id, p.id AS package_id,
       CASE WHEN w.repository_id <> p.repository_id
            THEN format('%s belonged to %s (%s) and belongs to %s (%s) now', p.name,
                        ifnull(o.full_name, 'another repository'), w.state, x.full_name, p.link)
            ELSE format('%s and %s belonged together (%s) and do not any more (%s%s)', x.full_name,
                        p.name, w.state, p.link, ifnull(': ' || p.link_other, '')) END AS message,
       json_object('old_link', w.state, 'old_repository', o.full_name, 'link', p.link,
                   'repository', x.full_name, 'other', p.link_other, 'changed_before', w.gone_at)
           AS evidence
FROM package AS p
JOIN was AS w ON w.package_id = p.id
JOIN repository AS x ON x.id = p.repository_id
LEFT JOIN repository AS o ON o.id = w.repository_id
WHERE p.index_state = 'known' AND p.link IS NOT NULL
  AND (p.link IN ('claimed', 'contradicted')
       OR (w.repository_id <> p.repository_id
           AND NOT EXISTS (SELECT 1 FROM link AS l
                           WHERE l.package_id = p.id AND l.repository_id = w.repository_id
                             AND l.state IN ('configured', 'mutual', 'corroborated'))));
