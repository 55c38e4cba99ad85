-- id: built-from-mixed-commits
-- severity: high
-- title: Built from files of several commits
-- needs: index, refs, objects, contents
-- help: Somebody built from a work tree that is no commit. Publish from a clean checkout of the tag.
SELECT c.repository_id, c.package_id, c.version,
       format('The files of %s %s are of several commits: none holds them all', c.package, c.version)
           AS message,
       json_object('best_commit', c.commit_oid, 'members', c.members, 'same', c.same,
                   'artifact', c.filename) AS evidence
FROM contents AS c
WHERE c.link IN ('configured', 'mutual', 'corroborated')
  AND c.verdict = 'mixed-commits' AND c.kind = 'sdist';
