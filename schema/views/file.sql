-- Files of the fleet's releases on the index; provenance: where that is, as the index says ('': there
-- is none; NULL: it does not say).
CREATE VIEW file AS
SELECT s.package_id, s.release_id, s.filename, s.kind, s.url, s.sha256, s.size, s.uploaded_at,
       s.yanked, s.provenance
FROM stored_file AS s
JOIN stored_scope AS c ON c.package_id = s.package_id AND c.repository_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
