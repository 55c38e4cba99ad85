-- id: built-from-dirty-tree
-- severity: high
-- title: Built from a work tree with changes
-- needs: index, refs, objects, contents
-- help: Publish from a clean checkout of the tag: the version of this build says that something was changed.
SELECT m.repository_id, m.package_id, m.version,
       format('%s %s says of itself that it was built from a changed work tree: %s', m.package,
              m.version, min(m.reason)) AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'artifact', min(m.filename)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated') AND m.class = 'dirty'
GROUP BY m.repository_id, m.package_id, m.release_id;
