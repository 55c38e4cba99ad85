-- What the projects of a commit (the default branch's tip, or a tag's) declare.
CREATE VIEW declaration AS
SELECT s.repository_id, s.commit_oid, s.directory, s.name, s.normal, s.kind, s.version,
       s.order_key, s.is_prerelease, s.origin, s.reason
FROM stored_declaration AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
