-- Where what is known of a package (fact 'index': its document) or a repository (fact 'refs': tags and
-- branches) was learned: asked at `source`, it has been so since the run that began at `since`, and was
-- last seen so at observed_at (NULL: never). digest is of git, the tip of the default branch.
CREATE VIEW observation AS
SELECT NULL AS repository_id, p.id AS package_id, 'index' AS fact, p.name,
       CASE WHEN d.urls IS NOT NULL THEN p.index_url || '/pypi/' || p.name || '/json'
            WHEN p.index_url LIKE '%/simple' THEN p.index_url || '/' || p.name || '/'
            WHEN d.state = 'known' THEN p.index_url || '/simple/' || p.name || '/'
            ELSE p.index_url END AS source,
       NULL AS digest,
       (SELECT r.started_at FROM run AS r WHERE r.id = max(
            d.since,
            ifnull((SELECT max(s.since) FROM stored_release AS s
                    WHERE s.package_id = p.id
                      AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)), 0),
            ifnull((SELECT max(s.since) FROM stored_file AS s
                    WHERE s.package_id = p.id
                      AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)), 0)))
           AS since,
       v.observed_at
FROM stored_package AS d
JOIN package_id AS p ON p.id = d.package_id
JOIN coverage AS v ON v.package_id = d.package_id AND v.fact = 'index'
WHERE (SELECT run FROM as_of) BETWEEN d.since AND ifnull(d.until - 1, 1 << 62)
UNION ALL
SELECT o.id, NULL, 'refs', o.head_ref, o.host || '/' || o.full_name || '.git', 'git:' || o.head,
       (SELECT r.started_at FROM run AS r WHERE r.id = s.since), v.observed_at
FROM repository AS o
JOIN stored_refs AS s ON s.repository_id = o.id
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
JOIN coverage AS v ON v.repository_id = o.id AND v.fact = 'refs';
