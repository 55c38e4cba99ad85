-- Versions on the index, each with the tag that denotes it and what the repository says about it.
-- tag_state and the other *_state columns: 'known', 'absent' or 'unknown' (could not look, or no
-- repository to look in); what a rule says about absence asks for 'absent'.
-- snapshot for rules
CREATE VIEW release AS
SELECT g.release_id AS id, g.repository_id, g.package_id, g.name AS package, g.version, g.normal,
       g.order_key, g.is_prerelease, g.published_at, g.yanked, g.yanked_reason, g.files, g.sdist,
       g.wheel, g.release_id IS g.newest_id AS is_newest, g.link, g.directory,
       CASE WHEN g.refs_state = 'unknown' OR g.repository_id IS NULL THEN 'unknown'
            WHEN t.name IS NULL THEN 'absent'
            ELSE 'known' END AS tag_state,
       t.name AS tag, t.kind AS tag_kind, t.oid AS tag_oid, t.commit_oid AS tag_commit,
       t.tagged_at, t.committed_at, t.on_default_branch,
       e.version AS declared_at_tag, e.kind AS declared_kind_at_tag,
       e.order_key AS declared_key_at_tag, e.origin AS declared_origin_at_tag,
       coalesce(o.version_commit_state, 'unknown') AS version_commit_state,
       o.version_commit, o.version_committed_at,
       coalesce(o.changelog_state, 'unknown') AS changelog_state,
       o.changelog_path, o.changelog_line, o.changelog_at,
       -- of the sdist, else of the wheel that fits least
       (SELECT c.verdict
        FROM stored_contents AS c
        WHERE c.repository_id = g.repository_id AND c.release_id = g.release_id
          AND c.verdict IS NOT NULL
          AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
        ORDER BY c.kind <> 'sdist',
                 instr('nowhere mixed-commits other-commit review at-tag-modulo-expected at-tag',
                       c.verdict)
        LIMIT 1) AS verdict,
       -- of the files that were asked about, what is worst
       (SELECT CASE WHEN EXISTS (SELECT 1 FROM stored_attestation AS a
                                 WHERE a.repository_id = g.repository_id
                                   AND a.release_id = g.release_id AND a.fault IS NOT NULL
                                   AND (SELECT run FROM as_of)
                                       BETWEEN a.since AND ifnull(a.until - 1, 1 << 62))
                        THEN 'invalid'
                    WHEN count(*) = 0 OR max(v.state = 'unknown') THEN NULL
                    WHEN min(v.state = 'absent') THEN 'absent'
                    WHEN max(v.state = 'absent') THEN 'partial'
                    WHEN EXISTS (SELECT 1 FROM stored_attestation AS a
                                 WHERE a.repository_id = g.repository_id
                                   AND a.release_id = g.release_id AND a.chain = 'unchecked'
                                   AND (SELECT run FROM as_of)
                                       BETWEEN a.since AND ifnull(a.until - 1, 1 << 62))
                        THEN 'unchecked-chain'
                    ELSE 'verified' END
        FROM stored_provenance AS v
        WHERE v.repository_id = g.repository_id AND v.release_id = g.release_id
          AND (SELECT run FROM as_of) BETWEEN v.since AND ifnull(v.until - 1, 1 << 62))
           AS provenance,
       (SELECT y.is_signed
        FROM stored_tag_signature AS y
        WHERE y.repository_id = g.repository_id AND y.tag = t.name
          AND (SELECT run FROM as_of) BETWEEN y.since AND ifnull(y.until - 1, 1 << 62)) AS tag_signed,
       -- what the forge says of the tag, and of its commit: nothing that nobody asked
       CASE WHEN v.draft = 0 THEN 'known'
            WHEN f.state = 'known' AND t.name IS NOT NULL THEN 'absent'
            ELSE 'unknown' END AS forge_release_state,
       v.published_at AS forge_released_at, v.draft AS forge_draft,
       coalesce(q.pull_state, 'unknown') AS pull_state, q.pull, q.url AS pull_url,
       q.author AS pull_author, q.merged_by, q.merged_at, q.base AS pull_base, q.reviewed,
       q.reviews, q.checks, q.signature AS commit_signature
FROM tagged AS g
LEFT JOIN stored_tag AS t ON t.repository_id = g.repository_id AND t.name = g.tag
    AND (SELECT run FROM as_of) BETWEEN t.since AND ifnull(t.until - 1, 1 << 62)
LEFT JOIN stored_declaration AS e ON e.repository_id = g.repository_id
    AND e.commit_oid = t.commit_oid
    -- the project of this name wherever it stood then, else the one that stood where it is today
    AND e.directory = coalesce(
        (SELECT x.directory
         FROM stored_declaration AS x
         WHERE x.repository_id = g.repository_id AND x.commit_oid = t.commit_oid
           AND x.normal = g.name
           AND (SELECT run FROM as_of) BETWEEN x.since AND ifnull(x.until - 1, 1 << 62)
         ORDER BY x.directory LIMIT 1),
        g.directory)
    AND (SELECT run FROM as_of) BETWEEN e.since AND ifnull(e.until - 1, 1 << 62)
LEFT JOIN stored_release_source AS o ON o.repository_id = g.repository_id
    AND o.release_id = g.release_id
    AND (SELECT run FROM as_of) BETWEEN o.since AND ifnull(o.until - 1, 1 << 62)
LEFT JOIN stored_forge AS f ON f.repository_id = g.repository_id
    AND (SELECT run FROM as_of) BETWEEN f.since AND ifnull(f.until - 1, 1 << 62)
LEFT JOIN stored_forge_release AS v ON v.repository_id = g.repository_id
    -- one that can be seen; of several, the newest
    AND v.number = (SELECT x.number
                    FROM stored_forge_release AS x
                    WHERE x.repository_id = g.repository_id AND x.tag = t.name
                      AND (SELECT run FROM as_of) BETWEEN x.since AND ifnull(x.until - 1, 1 << 62)
                    ORDER BY x.draft, x.number DESC LIMIT 1)
    AND (SELECT run FROM as_of) BETWEEN v.since AND ifnull(v.until - 1, 1 << 62)
LEFT JOIN stored_forge_commit AS q ON q.repository_id = g.repository_id AND q.oid = t.commit_oid
    AND (SELECT run FROM as_of) BETWEEN q.since AND ifnull(q.until - 1, 1 << 62);
