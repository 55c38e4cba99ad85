-- id: release-vanished
-- severity: medium
-- title: A package that the index had and has no longer
-- needs: index
-- help: Find out who removed it and why: whoever registers the name next is trusted by everyone who
--   installs it. Publish it again, or take the name out of the project if that was meant.
--
-- What other rules said of it stands: gone is not mended. Of the repository that it belonged to when
-- it was last seen: without the index's word, all that is left of a link is what the repository
-- itself says.
SELECT p.repository_id, p.id AS package_id,
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
                AND l.state IN ('configured', 'mutual', 'corroborated'));
