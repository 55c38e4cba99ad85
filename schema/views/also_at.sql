-- Indexes that have the name of a fleet's package too, behind the one that it is taken from.
CREATE VIEW also_at AS
SELECT s.package_id, s.index_url
FROM stored_also_at AS s
JOIN stored_scope AS c ON c.package_id = s.package_id AND c.repository_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
