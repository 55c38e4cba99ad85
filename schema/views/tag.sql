-- Tags of the fleet's repositories. commit_oid is NULL when the tag leads to no commit.
CREATE VIEW tag AS
SELECT s.repository_id, s.name, s.kind, s.oid, s.commit_oid, s.tagged_at, s.committed_at,
       s.on_default_branch
FROM stored_tag AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
