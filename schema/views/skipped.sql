-- Final versions that the history of a repository declared, and that no tag denotes and no release is.
CREATE VIEW skipped AS
SELECT s.repository_id, s.package_id, s.version, s.order_key, s.commit_oid, s.committed_at
FROM stored_skipped AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
