-- Packages that the index says it does not have, though an earlier run saw them there.
CREATE VIEW vanished AS
SELECT s.package_id, r.started_at AS last_seen_at
FROM stored_coverage AS s
JOIN run AS r ON r.id = (
    SELECT max(n.id)
    FROM run AS n
    WHERE n.id < (SELECT max(e.until)
                  FROM stored_coverage AS e
                  WHERE e.repository_id = 0 AND e.package_id = s.package_id
                    AND e.organisation = '' AND e.fact = 'index' AND e.status = 'known'
                    AND e.until <= s.since))
WHERE s.repository_id = 0 AND s.organisation = '' AND s.fact = 'index' AND s.status = 'absent'
  AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
