-- Versions on the index, each with the tag that denotes it and what the repository says about it.
-- tag_state and the other *_state columns: 'known', 'absent' or 'unknown' (could not look, or no
-- repository to look in); what a rule says about absence asks for 'absent'.
-- snapshot
CREATE VIEW release AS
SELECT i.id, b.repository_id, b.package_id, b.name AS package, i.version, i.normal, i.order_key,
       i.is_prerelease, s.published_at, s.yanked, s.yanked_reason, s.files, s.sdist, s.wheel,
       i.id IS b.newest_id AS is_newest, b.link, b.directory,
       CASE WHEN b.refs_state = 'unknown' OR b.repository_id IS NULL THEN 'unknown'
            WHEN t.name IS NULL THEN 'absent'
            ELSE 'known' END AS tag_state,
       t.name AS tag, t.kind AS tag_kind, t.oid AS tag_oid, t.commit_oid AS tag_commit,
       t.tagged_at, t.committed_at, t.on_default_branch,
       e.version AS declared_at_tag, e.kind AS declared_kind_at_tag,
       e.order_key AS declared_key_at_tag, e.origin AS declared_origin_at_tag,
       coalesce(o.version_commit_state, 'unknown') AS version_commit_state,
       o.version_commit, o.version_committed_at,
       coalesce(o.changelog_state, 'unknown') AS changelog_state,
       o.changelog_path, o.changelog_line, o.changelog_at
FROM linked AS b
CROSS JOIN stored_release AS s ON s.package_id = b.package_id
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
CROSS JOIN release_id AS i ON i.id = s.release_id
LEFT JOIN stored_tag AS t ON t.repository_id = b.repository_id
    AND t.name = (SELECT d.tag
                  FROM stored_denotes AS d
                  WHERE d.repository_id = b.repository_id AND d.package_id = b.package_id
                    AND d.order_key = i.order_key
                    AND (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62)
                  ORDER BY d.preferred DESC, d.tag LIMIT 1)
    AND (SELECT run FROM as_of) BETWEEN t.since AND ifnull(t.until - 1, 1 << 62)
LEFT JOIN stored_declaration AS e ON e.repository_id = b.repository_id
    AND e.commit_oid = t.commit_oid
    -- the project of this name wherever it stood then, else the one that stood where it is today
    AND e.directory = coalesce(
        (SELECT min(x.directory)
         FROM stored_declaration AS x
         WHERE x.repository_id = b.repository_id AND x.commit_oid = t.commit_oid
           AND x.normal = b.name
           AND (SELECT run FROM as_of) BETWEEN x.since AND ifnull(x.until - 1, 1 << 62)),
        b.directory)
    AND (SELECT run FROM as_of) BETWEEN e.since AND ifnull(e.until - 1, 1 << 62)
LEFT JOIN stored_release_source AS o ON o.repository_id = b.repository_id AND o.release_id = i.id
    AND (SELECT run FROM as_of) BETWEEN o.since AND ifnull(o.until - 1, 1 << 62);
