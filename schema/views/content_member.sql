-- What published files hold that is not the same in the repository: a row a member, or of the whole
-- file (path NULL). `class` says what became of it (README.md), `lines` where the published text
-- differs, first_commit and first_at which commit first held these bytes.
-- snapshot for rules: release_id
CREATE VIEW content_member AS
SELECT c.repository_id, c.package_id, c.release_id, c.package, c.version, c.order_key, c.filename,
       c.kind, c.uploaded_at, c.verdict, c.commit_oid, c.relation, c.link, c.early,
       nullif(s.path, '') AS path,
       s.class, s.importance, s.reason, s.git_path, s.blob, s.first_commit, s.first_at, s.late, s.lines,
       s.comments_only, s.touches, s.secret
FROM contents AS c
JOIN stored_content_member AS s ON s.repository_id = c.repository_id
    AND s.release_id = c.release_id AND s.filename = c.filename
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
WHERE c.state = 'known';
