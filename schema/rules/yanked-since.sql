-- id: yanked-since
-- severity: info
-- title: A release that was yanked since an earlier scan
-- needs: index
-- help: See that who pins this version knows why, and that a corrected one is out.
WITH was AS (
    SELECT id, max(last_seen_at) AS last_seen_at
    FROM past_release
    WHERE NOT yanked AND files > 0
    GROUP BY id)
SELECT r.repository_id, r.package_id, r.version,
       format('%s %s was yanked after %s: %s', r.package, r.version, substr(w.last_seen_at, 1, 10),
              ifnull(nullif(r.yanked_reason, ''), 'no reason was given')) AS message,
       json_object('published_at', r.published_at, 'reason', r.yanked_reason,
                   'last_seen_at', w.last_seen_at) AS evidence
FROM release AS r
JOIN was AS w ON w.id = r.id
WHERE r.yanked AND (r.link IS NULL OR r.link NOT IN ('claimed', 'contradicted'));
