-- id: release-without-forge-release
-- severity: low
-- title: A published release without a release on the forge
-- needs: index, refs, forge
-- help: Make the release of the tag on the forge, with its notes: gh release create TAG --verify-tag.
--   Let the workflow that publishes do it.
--
-- Of final releases that have a tag; a draft is seen by nobody. Historic: below the first version that
-- has one. Where the package has two or more and none of them has one, one line for the package.
WITH tagged AS (
    SELECT r.*, o.full_name,
           count(*) OVER by_package AS releases,
           sum(r.forge_release_state = 'known') OVER by_package AS made,
           min(iif(r.forge_release_state = 'known', r.order_key, NULL)) OVER by_package AS made_from
    FROM release AS r
    JOIN repository AS o ON o.id = r.repository_id
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.files > 0
      AND NOT r.is_prerelease AND r.tag_state = 'known'
      AND r.forge_release_state IN ('known', 'absent')
    WINDOW by_package AS (PARTITION BY r.package_id))
SELECT repository_id, package_id, version, tag,
       ifnull(order_key < made_from, 0) AS historic,
       format('%s has no release of %s for %s %s%s', full_name, tag, package, version,
              iif(forge_draft, ', only a draft that nobody sees', '')) AS message,
       json_object('tag', tag, 'published_at', published_at, 'draft', ifnull(forge_draft, 0))
           AS evidence
FROM tagged
WHERE forge_release_state = 'absent' AND (made > 0 OR releases = 1)
UNION ALL
SELECT repository_id, package_id, NULL, NULL, 0,
       format('%s makes no releases for its tags: none of %s tagged releases of %s has one',
              full_name, releases, package),
       json_object('releases', releases)
FROM tagged
WHERE made = 0 AND releases > 1
GROUP BY package_id;
