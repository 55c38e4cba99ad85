-- id: sdist-missing
-- severity: low
-- title: A release without an sdist
-- needs: index
-- help: Publish the source beside the wheels: without it nobody can build or review what they install.
SELECT r.repository_id, r.package_id, r.version,
       format('%s %s was published without an sdist', r.package, r.version) AS message,
       json_object('wheels', r.wheel) AS evidence
FROM release AS r
WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.is_newest
  AND r.files > 0 AND r.sdist = 0;
