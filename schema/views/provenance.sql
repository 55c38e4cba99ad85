-- Published files whose provenance was asked for: known, absent, or unknown with the reason.
-- snapshot for rules: release_id
CREATE VIEW provenance AS
SELECT s.repository_id, s.package_id, s.release_id, p.name AS package, i.version, i.order_key,
       s.filename, s.kind, s.state, s.reason, s.detail, s.since, b.link
FROM stored_provenance AS s
JOIN linked AS b ON b.package_id = s.package_id AND b.repository_id = s.repository_id
JOIN package_id AS p ON p.id = s.package_id
JOIN release_id AS i ON i.id = s.release_id
-- what the index no longer has is no longer judged
JOIN stored_file AS f ON f.package_id = s.package_id AND f.release_id = s.release_id
    AND f.filename = s.filename
    AND (SELECT run FROM as_of) BETWEEN f.since AND ifnull(f.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
