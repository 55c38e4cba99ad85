-- Python projects at the tip of the default branch of the fleet's repositories.
CREATE VIEW project AS
SELECT s.repository_id, s.directory, s.name, s.normal, s.backend, s.licence, s.licence_state,
       s.licence_path, s.changelog_path, s.candidate
FROM stored_project AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
