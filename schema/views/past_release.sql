-- Versions as the index had them in an earlier run and does not in the one that is shown.
CREATE VIEW past_release AS
SELECT s.package_id, s.release_id AS id, i.version, i.order_key, s.published_at, s.yanked, s.files,
       (SELECT b.started_at FROM run AS b WHERE b.id < s.until ORDER BY b.id DESC LIMIT 1)
           AS last_seen_at,
       g.started_at AS gone_at
FROM stored_release AS s
JOIN release_id AS i ON i.id = s.release_id
JOIN run AS g ON g.id = s.until
WHERE s.until <= (SELECT run FROM as_of);
