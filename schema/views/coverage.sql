-- What was looked at and what could not be, and why (the vocabulary of `reason`: README.md).
-- observed_at: this run, for what it looked at; for what is unknown, when it was last known.
CREATE VIEW coverage AS
SELECT nullif(s.organisation, '') AS organisation, nullif(s.repository_id, 0) AS repository_id,
       nullif(s.package_id, 0) AS package_id, s.fact, s.status, s.reason,
       coalesce(s.detail,
                CASE WHEN s.fact = 'index' AND s.status = 'absent'
                     THEN (SELECT 'the index no longer has it (it did until ' ||
                                  x.last_seen_at || ')'
                           FROM vanished AS x WHERE x.package_id = s.package_id) END) AS detail,
       CASE WHEN s.status <> 'unknown' THEN (SELECT started_at FROM as_of)
            ELSE (SELECT r.started_at
                  FROM stored_coverage AS e
                  JOIN run AS r ON r.id < e.until AND r.id < (SELECT run FROM as_of)
                  WHERE e.repository_id = s.repository_id AND e.package_id = s.package_id
                    AND e.organisation = s.organisation AND e.fact = s.fact
                    AND e.status IN ('known', 'absent') AND e.until <= s.since
                  ORDER BY r.id DESC LIMIT 1)
       END AS observed_at
FROM stored_coverage AS s
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
  AND (s.repository_id = 0 OR EXISTS (
        SELECT 1 FROM stored_scope AS c
        WHERE c.repository_id = s.repository_id AND c.package_id = 0
          AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
  AND (s.package_id = 0 OR EXISTS (
        SELECT 1 FROM stored_scope AS c
        WHERE c.repository_id = 0 AND c.package_id = s.package_id
          AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)))
UNION ALL
-- what only the forge can tell
SELECT NULL, f.repository_id, NULL, 'forge', f.state, f.reason, f.detail,
       iif(f.state = 'known', (SELECT started_at FROM as_of), NULL)
FROM stored_forge AS f
JOIN stored_scope AS c ON c.repository_id = f.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN f.since AND ifnull(f.until - 1, 1 << 62)
UNION ALL
-- files of the index that could not be told apart; of a version that it lists, or perhaps of another
SELECT NULL, NULL, d.package_id, 'files', iif(d.incomplete, 'unknown', 'known'),
       iif(d.incomplete, 'bad-answer', NULL), d.note, (SELECT started_at FROM as_of)
FROM stored_scope AS c
JOIN stored_package AS d ON d.package_id = c.package_id AND d.note IS NOT NULL
    AND (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62)
WHERE c.package_id <> 0 AND c.repository_id = 0
  AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
UNION ALL
-- published files that could not be compared: the first of them says why
SELECT NULL, NULL, c.package_id, 'contents', 'unknown', c.reason,
       c.detail || iif(count(*) > 1, format(' (and %d more)', count(*) - 1), ''), NULL
FROM (SELECT * FROM contents WHERE state = 'unknown' ORDER BY order_key DESC, filename) AS c
GROUP BY c.package_id
UNION ALL
-- where all could be, when the last of them was
SELECT NULL, NULL, c.package_id, 'contents', 'known', NULL, NULL,
       (SELECT r.started_at FROM run AS r WHERE r.id = c.run)
FROM (SELECT package_id, max(since) AS run, max(state = 'unknown') AS unread
      FROM contents GROUP BY package_id) AS c
WHERE NOT c.unread
UNION ALL
-- published files whose provenance could not be asked for, or not be read
SELECT NULL, NULL, v.package_id, 'provenance', 'unknown', v.reason,
       v.detail || iif(count(*) > 1, format(' (and %d more)', count(*) - 1), ''), NULL
FROM (SELECT * FROM provenance WHERE state = 'unknown' ORDER BY order_key DESC, filename) AS v
GROUP BY v.package_id
UNION ALL
-- where all could be
SELECT NULL, NULL, v.package_id, 'provenance', 'known', NULL, NULL,
       (SELECT r.started_at FROM run AS r WHERE r.id = v.run)
FROM (SELECT package_id, max(since) AS run, max(state = 'unknown') AS unread
      FROM provenance GROUP BY package_id) AS v
WHERE NOT v.unread
UNION ALL
-- a published package that no repository of the fleet holds, or only one that nobody else says is its
-- own: nothing to compare with
SELECT NULL, NULL, b.package_id, 'repository', 'unknown', 'not-found',
       iif(b.repository_id IS NULL, 'no repository of this scan holds ',
           'only the repository itself says that it publishes ') || b.name ||
           ': name the right one with --package ' || b.name || '=OWNER/NAME',
       NULL
FROM linked AS b
WHERE b.newest_id IS NOT NULL AND ifnull(b.link, 'claimed') = 'claimed'
UNION ALL
-- one that the user says is in a repository that holds projects, none of that name
SELECT NULL, NULL, b.package_id, 'repository', 'unknown', 'not-found',
       (SELECT o.full_name FROM repository AS o WHERE o.id = b.repository_id) ||
           ' holds no project named ' || b.name, NULL
FROM linked AS b
WHERE b.newest_id IS NOT NULL AND b.link = 'configured' AND b.directory IS NULL
  AND b.refs_state = 'known'
  AND EXISTS (SELECT 1 FROM stored_project AS j
              WHERE j.repository_id = b.repository_id
                AND (SELECT run FROM as_of) BETWEEN j.since AND ifnull(j.until - 1, 1 << 62))
  AND NOT EXISTS (SELECT 1 FROM stored_denotes AS d
                  WHERE d.repository_id = b.repository_id AND d.package_id = b.package_id
                    AND (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62));
