-- id: tag-moved
-- severity: critical
-- title: A release's tag leads to another commit than it did
-- needs: index, refs, objects
-- help: Find out who moved it and why. Put it back where it was when the release was published; what
--   is to be released anew gets a version of its own.
--
-- Against the commit at which it was first seen, so a tag that was put back is no finding. Medium
-- while the index has no such version.
WITH was AS (
    -- the other columns are those of the row that has the minimum (SQLite's rule for bare columns)
    SELECT repository_id, name, commit_oid, first_seen_at, min(first_run)
    FROM past_tag
    WHERE commit_oid IS NOT NULL
    GROUP BY repository_id, name),
now_seen AS (
    SELECT repository_id, name, max(gone_at) AS moved_at
    FROM past_tag
    GROUP BY repository_id, name)
SELECT d.repository_id, d.package_id, d.version, d.tag,
       iif(r.files > 0, 'critical', 'medium') AS severity,
       format('Tag %s of %s %s led to commit %s and leads to %s now', d.tag, p.name, d.version,
              substr(w.commit_oid, 1, 12), substr(t.commit_oid, 1, 12)) AS message,
       json_object('old_commit', w.commit_oid, 'new_commit', t.commit_oid,
                   'first_seen_at', w.first_seen_at, 'moved_before', n.moved_at,
                   'published_at', r.published_at,
                   'published_before', json(CASE WHEN r.published_at IS NULL THEN 'null'
                                                 WHEN r.published_at < n.moved_at THEN 'true'
                                                 ELSE 'false' END)) AS evidence
FROM denotes AS d
JOIN package AS p ON p.id = d.package_id AND p.repository_id = d.repository_id
JOIN tag AS t ON t.repository_id = d.repository_id AND t.name = d.tag
JOIN was AS w ON w.repository_id = d.repository_id AND w.name = d.tag
JOIN now_seen AS n ON n.repository_id = d.repository_id AND n.name = d.tag
LEFT JOIN release AS r ON r.package_id = d.package_id AND r.order_key = d.order_key
WHERE p.link IN ('configured', 'mutual', 'corroborated')
  AND t.commit_oid IS NOT NULL AND t.commit_oid <> w.commit_oid;
