-- Versions on the index, each with the tag that denotes it: what counts need. `release` adds what
-- the tag's tree and the history say.
CREATE VIEW tagged AS
SELECT s.release_id, i.version, i.normal, i.order_key, i.is_prerelease, s.published_at, s.yanked,
       s.yanked_reason, s.files, s.sdist, s.wheel,
       b.package_id, b.name, b.repository_id, b.directory, b.link, b.newest_id, b.refs_state,
       (SELECT d.tag
        FROM stored_denotes AS d
        WHERE d.repository_id = b.repository_id AND d.package_id = b.package_id
          AND d.order_key = i.order_key AND d.preferred
          AND (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62)
        ORDER BY d.tag LIMIT 1) AS tag
FROM linked AS b
CROSS JOIN stored_release AS s ON s.package_id = b.package_id
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
CROSS JOIN release_id AS i ON i.id = s.release_id;
