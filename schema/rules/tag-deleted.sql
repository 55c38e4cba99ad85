-- id: tag-deleted
-- severity: high
-- title: A release's tag that was there is gone
-- needs: index, refs, objects
-- help: Make the tag again at the commit that it led to, and protect tags against deletion.
--
-- Info where the index has no such version, as what was never published may be taken back, or where
-- another tag denotes the version at the same commit.
WITH was AS (
    -- the other columns are those of the row that has the maximum (SQLite's rule for bare columns)
    SELECT repository_id, name, kind, commit_oid, last_seen_at, gone_at, max(first_run)
    FROM past_tag
    GROUP BY repository_id, name),
denoted AS (
    SELECT DISTINCT repository_id, package_id, tag, version, order_key
    FROM past_denotes)
SELECT d.repository_id, d.package_id, ifnull(r.version, d.version) AS version, d.tag,
       CASE WHEN r.files > 0 AND r.tag_commit IS NOT w.commit_oid THEN 'high' ELSE 'info' END AS severity,
       format('Tag %s of %s %s is gone: it led to commit %s until %s', d.tag, p.name,
              ifnull(r.version, d.version), ifnull(substr(w.commit_oid, 1, 12), '?'),
              substr(w.last_seen_at, 1, 10)) AS message,
       json_object('commit', w.commit_oid, 'kind', w.kind, 'last_seen_at', w.last_seen_at,
                   'gone_before', w.gone_at, 'published_at', r.published_at,
                   'other_tag', r.tag) AS evidence
FROM denoted AS d
JOIN package AS p ON p.id = d.package_id AND p.repository_id = d.repository_id
JOIN repository AS o ON o.id = d.repository_id AND o.refs_state = 'known'
JOIN was AS w ON w.repository_id = d.repository_id AND w.name = d.tag
LEFT JOIN release AS r ON r.package_id = d.package_id AND r.order_key = d.order_key
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND NOT EXISTS (SELECT 1 FROM tag AS t
                  WHERE t.repository_id = d.repository_id AND t.name = d.tag);
