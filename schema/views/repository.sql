-- Repositories of the fleet. refs_state: whether tags and branches could be read ('known'), there
-- are none ('absent', an empty repository), or nobody can tell ('unknown').
CREATE VIEW repository AS
SELECT i.id, i.host, s.owner AS organisation, s.name, s.owner || '/' || s.name AS full_name,
       i.forge_id, s.visibility, s.archived, s.fork, s.disabled, s.named,
       coalesce(s.default_branch, iif(r.head_ref LIKE 'refs/heads/%', substr(r.head_ref, 12), r.head_ref))
           AS default_branch,
       s.forge_licence, r.head_ref, r.head_oid AS head, r.head_committed_at,
       coalesce((SELECT CASE WHEN max(v.status = 'unknown') THEN 'unknown'
                             ELSE max(CASE WHEN v.fact = 'refs' AND v.status <> 'skipped'
                                           THEN v.status END)
                        END
                 FROM stored_coverage AS v
                 WHERE v.repository_id = i.id AND v.package_id = 0 AND v.organisation = ''
                   AND v.fact IN ('refs', 'objects')
                   AND (SELECT run FROM as_of) BETWEEN v.since AND ifnull(v.until - 1, 1 << 62)),
                'unknown') AS refs_state
FROM stored_scope AS c
JOIN repository_id AS i ON i.id = c.repository_id
JOIN stored_repository AS s ON s.repository_id = i.id
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
LEFT JOIN stored_refs AS r ON r.repository_id = i.id
    AND (SELECT run FROM as_of) BETWEEN r.since AND ifnull(r.until - 1, 1 << 62)
WHERE c.package_id = 0
  AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62);
