-- Published files that were compared with the repository, or could not be (state 'unknown', with the
-- reason). commit_oid is the commit that fits best, NULL where none was there in time that holds any
-- of it; relation is how it stands to the tag's. `early`: so it is with all of the package's releases
-- up to this one, since the repository begins later, and there is a newer one.
-- snapshot for rules: release_id
CREATE VIEW contents AS
WITH held AS MATERIALIZED (
    SELECT s.package_id,
           ifnull(min(iif(s.commit_oid IS NULL, NULL, i.order_key)), max(i.order_key)) AS from_key
    FROM stored_contents AS s
    JOIN release_id AS i ON i.id = s.release_id
    WHERE s.state = 'known'
      AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
    GROUP BY s.package_id)
SELECT s.repository_id, s.package_id, s.release_id, p.name AS package, i.version, i.order_key,
       s.filename, s.kind, s.sha256, f.uploaded_at, s.state, s.reason, s.detail, s.verdict,
       s.commit_oid, s.committed_at, s.relation, s.members, s.same, s.since, b.link,
       ifnull(i.order_key < h.from_key, 0) AS early
FROM stored_contents AS s
JOIN linked AS b ON b.package_id = s.package_id AND b.repository_id = s.repository_id
JOIN package_id AS p ON p.id = s.package_id
JOIN release_id AS i ON i.id = s.release_id
-- what the index no longer has is no longer judged
JOIN stored_file AS f ON f.package_id = s.package_id AND f.release_id = s.release_id
    AND f.filename = s.filename
    AND (SELECT run FROM as_of) BETWEEN f.since AND ifnull(f.until - 1, 1 << 62)
LEFT JOIN held AS h ON h.package_id = s.package_id
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
