-- Workflows at the tip of the default branch, and whether they could be read in full.
CREATE VIEW workflow AS
SELECT s.repository_id, s.path, s.state, s.reason, s.detail, s.triggers
FROM stored_workflow AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
