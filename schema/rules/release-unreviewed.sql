-- id: release-unreviewed
-- severity: medium
-- title: A published release that nobody else approved
-- needs: index, refs, forge
-- help: Bring releases in by a pull request that somebody else approves, and protect the default
--   branch so that nothing else gets there.
--
-- Of the commit that the tag leads to: no merged pull request brought it in, or nobody but its author
-- had approved that when it was merged. Approved, but before further pushes: low. Historic: below the
-- first version that was approved. Where two or more were looked at and none was approved, one line
-- for the package.
WITH looked AS (
    SELECT r.*, coalesce(r.reviewed, iif(r.pull_state = 'absent', 'not-brought-in', NULL)) AS how
    FROM release AS r
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.files > 0
      AND r.tag_state = 'known'),
judged AS (
    SELECT l.*, count(*) OVER by_package AS releases,
           sum(l.how LIKE 'approved%') OVER by_package AS approved,
           min(iif(l.how = 'approved', l.order_key, NULL)) OVER by_package AS approved_from
    FROM looked AS l
    WHERE l.how IS NOT NULL
    WINDOW by_package AS (PARTITION BY l.package_id))
SELECT repository_id, package_id, version, tag,
       iif(how = 'approved-earlier', 'low', 'medium') AS severity,
       ifnull(order_key < approved_from, 0) AS historic,
       CASE how
            WHEN 'not-brought-in' THEN
                format('No merged pull request brought in %s, the commit of %s %s (tag %s)',
                       substr(tag_commit, 1, 12), package, version, tag)
            WHEN 'approved-earlier' THEN
                format('Pull request #%s, which brought in %s %s, was approved before its last push: '
                       || 'what was merged nobody approved', pull, package, version)
            ELSE format('Pull request #%s, which brought in %s %s, was merged%s %s', pull, package,
                        version, ifnull(' by ' || merged_by, ''),
                        iif(how = 'changes-requested', 'although changes were asked for',
                            'without anybody''s approval'))
       END AS message,
       json_object('tag', tag, 'commit', tag_commit, 'pull_request', pull_url, 'author', pull_author,
                   'merged_by', merged_by, 'merged_at', merged_at, 'reviews', json(reviews))
           AS evidence
FROM judged
WHERE how <> 'approved' AND (approved > 0 OR releases = 1)
UNION ALL
SELECT repository_id, package_id, NULL, NULL, 'medium', 0,
       format('None of the %s newest tagged releases of %s came in by a merged, approved pull request',
              releases, package),
       json_object('releases', releases,
                   'without_pull_request', sum(how = 'not-brought-in'))
FROM judged
WHERE approved = 0 AND releases > 1
GROUP BY package_id;
