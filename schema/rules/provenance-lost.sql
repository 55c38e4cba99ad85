-- id: provenance-lost
-- severity: high
-- title: A release without the provenance that earlier ones have
-- needs: index, provenance
-- help: It was not published as those before it: find out by whom and how. Publish through the workflow again,
--   and let the index accept nothing else.
--
-- Of the same kind of file: a project may attest its wheels alone. Of files that nobody asked about,
-- some indexes' pages tell.
WITH seen AS MATERIALIZED (
    SELECT repository_id, package_id, release_id, package, version, order_key, filename, kind, state
    FROM provenance
    WHERE link IN ('configured', 'mutual', 'corroborated') AND state <> 'unknown'
    UNION
    SELECT r.repository_id, r.package_id, r.id, r.package, r.version, r.order_key, f.filename, f.kind,
           iif(f.provenance = '', 'absent', 'known')
    FROM file AS f
    JOIN release AS r ON r.id = f.release_id
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND f.provenance IS NOT NULL),
known AS MATERIALIZED (
    SELECT DISTINCT repository_id, package_id, kind, order_key, version
    FROM seen WHERE state = 'known'),
lost AS MATERIALIZED (
    SELECT v.repository_id, v.package_id, v.release_id, v.package, v.version, v.filename,
           e.version AS earlier, max(e.order_key)
    FROM seen AS v
    JOIN known AS e ON e.repository_id = v.repository_id AND e.package_id = v.package_id
        AND e.kind IS v.kind AND e.order_key < v.order_key
    WHERE v.state = 'absent'
    GROUP BY v.repository_id, v.release_id, v.filename)
SELECT s.repository_id, s.package_id, s.version,
       format('%s %s has no provenance for %s%s; %s had', s.package, s.version, min(s.filename),
              iif(count(*) > 1, format(' and %d more', count(*) - 1), ''), max(s.earlier)) AS message,
       json_object('files', json_group_array(s.filename), 'earlier', max(s.earlier)) AS evidence
FROM lost AS s
GROUP BY s.repository_id, s.package_id, s.release_id;
