-- How the fleet's repositories and packages belong together; of several repositories, is_primary
-- is the one that `package` shows.
CREATE VIEW link AS
SELECT s.repository_id, s.package_id, s.directory, s.state, s.evidence, s.other,
       s.repository_id IS (SELECT b.repository_id FROM linked AS b
                           WHERE b.package_id = s.package_id) AS is_primary
FROM stored_link AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
