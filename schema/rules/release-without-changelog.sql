-- id: release-without-changelog
-- severity: medium
-- title: A published release without a changelog entry
-- needs: index, refs, objects, projects, changelogs
-- help: Add the entry for this version, dated as it was published, and make the release procedure ask
--   for it.
--
-- Looked for at the tag, then at the default branch. Pre-releases need none. Historic: published
-- before the first release that has an entry or below the lowest such version, and all but the newest
-- where none has, or where the repository keeps no changelog at all. Five or more in a row, without
-- the newest, are one line.
WITH first AS (
    SELECT package_id,
           min(CASE WHEN changelog_state = 'known' THEN published_at END) AS kept_from,
           min(CASE WHEN changelog_state = 'known' THEN order_key END) AS kept_key
    FROM release
    GROUP BY package_id),
placed AS (
    SELECT r.*,
           sum(r.changelog_state = 'known') OVER (PARTITION BY r.package_id
                                                  ORDER BY r.order_key, r.version) AS place
    FROM release AS r
    WHERE r.files > 0 AND NOT r.is_prerelease),
lacking AS (
    SELECT r.*, o.full_name, o.head, f.kept_from,
           NOT r.is_newest AND (r.changelog_path IS NULL
                                OR ifnull(ifnull(r.published_at < f.kept_from, 0)
                                          OR r.order_key < f.kept_key, 1)) AS historic
    FROM placed AS r
    JOIN repository AS o ON o.id = r.repository_id
    JOIN first AS f ON f.package_id = r.package_id
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.changelog_state = 'absent'),
pause AS (
    SELECT package_id, place, count(*) AS releases, min(order_key) AS low, max(order_key) AS high
    FROM lacking
    WHERE NOT is_newest AND NOT historic
    GROUP BY package_id, place
    HAVING count(*) >= 5)
SELECT r.repository_id, r.package_id, r.version, r.historic,
       format('%s %s was published%s, but %s', r.package, r.version,
              ifnull(' on ' || substr(r.published_at, 1, 10), ''),
              ifnull(r.changelog_path || ' has no entry for it',
                     r.full_name || ' keeps no changelog')) AS message,
       json_object('published_at', r.published_at, 'looked_in', r.changelog_path,
                   'looked_at', r.changelog_at, 'head', r.head, 'tag', r.tag,
                   'first_entry_for_release_at', r.kept_from) AS evidence
FROM lacking AS r
LEFT JOIN pause AS p ON p.package_id = r.package_id AND p.place = r.place
WHERE p.place IS NULL OR r.is_newest OR r.historic
UNION ALL
SELECT r.repository_id, r.package_id, max(iif(r.order_key = p.high, r.version, NULL)), 0,
       format('%s releases in a row of %s, %s to %s, have no entry in %s', p.releases, r.package,
              max(iif(r.order_key = p.low, r.version, NULL)),
              max(iif(r.order_key = p.high, r.version, NULL)), max(r.changelog_path)),
       json_object('releases', p.releases, 'versions', json_group_array(r.version),
                   'looked_in', max(r.changelog_path), 'head', r.head)
FROM pause AS p
JOIN lacking AS r ON r.package_id = p.package_id AND r.place = p.place AND NOT r.is_newest
                 AND NOT r.historic
GROUP BY p.package_id, p.place;
