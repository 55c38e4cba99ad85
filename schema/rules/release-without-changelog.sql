-- id: release-without-changelog
-- severity: medium
-- title: A published release without a changelog entry
-- needs: index, refs, objects, projects, changelogs
-- help: Add the entry for this version, dated as it was published, and make the release procedure ask
--   for it.
--
-- Looked for at the tag, then at the default branch. Pre-releases need none. Historic: published
-- before the first release that has an entry or below the lowest such version, and all but the newest where none has, or where the
-- repository keeps no changelog at all.
WITH first AS (
    SELECT package_id,
           min(CASE WHEN changelog_state = 'known' THEN published_at END) AS kept_from,
           min(CASE WHEN changelog_state = 'known' THEN order_key END) AS kept_key
    FROM release
    GROUP BY package_id)
SELECT r.repository_id, r.package_id, r.version,
       NOT r.is_newest AND (r.changelog_path IS NULL OR ifnull(ifnull(r.published_at < f.kept_from, 0) OR r.order_key < f.kept_key, 1))
           AS historic,
       format('%s %s was published%s, but %s', r.package, r.version,
              ifnull(' on ' || substr(r.published_at, 1, 10), ''),
              ifnull(r.changelog_path || ' has no entry for it',
                     o.full_name || ' keeps no changelog')) AS message,
       json_object('published_at', r.published_at, 'looked_in', r.changelog_path,
                   'looked_at', r.changelog_at, 'head', o.head, 'tag', r.tag,
                   'first_entry_for_release_at', f.kept_from) AS evidence
FROM release AS r
JOIN repository AS o ON o.id = r.repository_id
JOIN first AS f ON f.package_id = r.package_id
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND NOT r.is_prerelease AND r.changelog_state = 'absent';
