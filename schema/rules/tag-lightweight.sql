-- id: tag-lightweight
-- severity: info
-- title: A release's tag is lightweight
-- needs: index, refs
-- help: Use annotated (or signed) tags for releases: they say who tagged, and when.
--
-- Where it is the package's habit (five or more, and at least half of its tagged releases), one line
-- for the package; else one for each tag.
WITH habit AS (
    SELECT package_id, count(*) AS tagged, sum(tag_kind = 'lightweight') AS lightweight,
           sum(tag_kind = 'lightweight') >= max(5, count(*) / 2.0) AS is_habit
    FROM release
    WHERE link IN ('configured', 'mutual', 'corroborated') AND files > 0 AND tag_state = 'known'
    GROUP BY package_id),
light AS (
    SELECT r.repository_id, r.package_id, r.package, r.version, r.tag, r.tag_commit,
           r.committed_at, h.tagged, h.lightweight, h.is_habit
    FROM release AS r
    JOIN habit AS h ON h.package_id = r.package_id
    WHERE r.files > 0 AND r.tag_state = 'known' AND r.tag_kind = 'lightweight')
SELECT repository_id, package_id, version, tag,
       format('Tag %s of %s %s is lightweight: it does not say who made it, or when', tag, package,
              version) AS message,
       json_object('tag', tag, 'commit', tag_commit, 'committed_at', committed_at) AS evidence
FROM light
WHERE NOT is_habit
UNION ALL
SELECT repository_id, package_id, NULL, NULL,
       format('Of %s tagged releases of %s %s have lightweight tags, which do not say who made '
              || 'them, or when', tagged, package, lightweight),
       json_object('tagged', tagged, 'lightweight', lightweight)
FROM light
WHERE is_habit
GROUP BY package_id;
