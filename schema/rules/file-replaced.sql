-- id: file-replaced
-- severity: critical
-- title: A published file has other bytes than it had
-- needs: index
-- help: Treat both as suspect until somebody has compared them: files of a release never change. Find
--   out who replaced it, yank the release and publish a new version.
WITH was AS (
    -- the other columns are those of the row that has the minimum (SQLite's rule for bare columns)
    SELECT package_id, release_id, filename, sha256, first_seen_at, min(first_run)
    FROM past_file
    WHERE sha256 IS NOT NULL
    GROUP BY package_id, release_id, filename),
replaced AS (
    SELECT package_id, release_id, filename, max(gone_at) AS replaced_at
    FROM past_file
    GROUP BY package_id, release_id, filename)
SELECT r.repository_id, r.package_id, r.version, f.filename AS detail,
       format('%s of %s %s had the SHA-256 %s and has %s now', f.filename, r.package, r.version,
              substr(w.sha256, 1, 12), substr(f.sha256, 1, 12)) AS message,
       json_object('file', f.filename, 'old_sha256', w.sha256, 'new_sha256', f.sha256,
                   'first_seen_at', w.first_seen_at, 'replaced_before', n.replaced_at,
                   'uploaded_at', f.uploaded_at, 'url', f.url) AS evidence
FROM file AS f
JOIN release AS r ON r.id = f.release_id
JOIN was AS w ON w.release_id = f.release_id AND w.filename = f.filename
JOIN replaced AS n ON n.release_id = f.release_id AND n.filename = f.filename
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND f.sha256 <> w.sha256;
