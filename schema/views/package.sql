-- Packages of the fleet with the one repository to judge each by (NULL: none), the newest release
-- on the index, and what the default branch's tip declares. `newest` is the highest final release
-- that can be installed, else the highest that has files.
-- snapshot: id
CREATE VIEW package AS
SELECT b.package_id AS id, b.name, coalesce(d.display, b.name) AS display, b.index_url,
       b.repository_id, b.directory, b.link, b.evidence AS link_evidence, b.other AS link_other,
       b.refs_state,
       coalesce((SELECT CASE WHEN v.status IN ('known', 'absent') THEN v.status END
                 FROM stored_coverage AS v
                 WHERE v.repository_id = 0 AND v.package_id = b.package_id
                   AND v.organisation = '' AND v.fact = 'index'
                   AND (SELECT run FROM as_of) BETWEEN v.since AND ifnull(v.until - 1, 1 << 62)),
                'unknown') AS index_state,
       (SELECT x.last_seen_at FROM vanished AS x WHERE x.package_id = b.package_id)
           AS index_lost_at,
       n.id AS newest_id, n.version AS newest, n.normal AS newest_normal,
       n.order_key AS newest_key, s.published_at AS newest_at, s.yanked AS newest_yanked,
       e.version AS declared_version, e.kind AS declared_kind, e.order_key AS declared_key,
       e.is_prerelease AS declared_is_prerelease, e.origin AS declared_origin,
       e.reason AS declared_reason, b.head,
       d.licence, d.organisation AS index_organisation, d.urls,
       d.status AS index_status, d.status_reason AS index_status_reason,
       j.licence AS project_licence, j.licence_state, j.licence_path, j.changelog_path, j.backend
FROM linked AS b
LEFT JOIN stored_package AS d ON d.package_id = b.package_id
    AND (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62)
LEFT JOIN release_id AS n ON n.id = b.newest_id
LEFT JOIN stored_release AS s ON s.package_id = b.package_id AND s.release_id = b.newest_id
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
LEFT JOIN stored_declaration AS e ON e.repository_id = b.repository_id
    AND e.commit_oid = b.head AND e.directory = b.directory
    AND (SELECT run FROM as_of) BETWEEN e.since AND ifnull(e.until - 1, 1 << 62)
LEFT JOIN stored_project AS j ON j.repository_id = b.repository_id AND j.directory = b.directory
    AND (SELECT run FROM as_of) BETWEEN j.since AND ifnull(j.until - 1, 1 << 62);
