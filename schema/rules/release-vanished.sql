-- id: release-vanished
-- severity: medium
-- title: A package or a release that the index had and has no longer
-- needs: index
-- help: Find out who removed it and why: whoever registers the name next is trusted by everyone who
--   installs it. Publish it again, or take the name out of the project if that was meant.
--
-- What other rules said of it stands: gone is not mended. Of the repository that it belonged to when
-- it was last seen: without the index's word, all that is left of a link is what the repository
-- itself says. A version counts as gone too when nothing of it can be installed any more.
SELECT p.repository_id, p.id AS package_id, NULL AS version,
       format('The index no longer has %s%s: it did until %s', p.name,
              ifnull(' (' || p.index_status || ')', ''), substr(p.index_lost_at, 1, 10)) AS message,
       json_object('last_seen_at', p.index_lost_at, 'status', p.index_status,
                   'status_reason', p.index_status_reason,
                   'versions', (SELECT count(*) FROM release_id AS i WHERE i.package_id = p.id))
           AS evidence
FROM package AS p
WHERE p.index_state = 'absent' AND p.index_lost_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM past_link AS l
              WHERE l.package_id = p.id AND l.repository_id = p.repository_id
                AND l.state IN ('configured', 'mutual', 'corroborated'))
UNION ALL
SELECT p.repository_id, p.id, v.version,
       format('The index no longer has %s %s: it did until %s', p.name, v.version,
              substr(v.last_seen_at, 1, 10)),
       json_object('last_seen_at', v.last_seen_at, 'gone_before', v.gone_at,
                   'published_at', v.published_at, 'files', v.files)
FROM (SELECT id, package_id, version, published_at, files, gone_at, max(last_seen_at) AS last_seen_at
      FROM past_release
      WHERE files > 0
      GROUP BY id) AS v
JOIN package AS p ON p.id = v.package_id
WHERE p.index_state = 'known' AND p.link IN ('configured', 'mutual', 'corroborated')
  AND NOT EXISTS (SELECT 1 FROM release AS r WHERE r.id = v.id AND r.files > 0);
