-- id: tag-unreadable
-- severity: low
-- title: The project files at a release's tag do not parse
-- needs: index, refs, objects
-- help: Nothing can mend a tag that is published. Look at the file there: what the release declared
--   is unknown, and so is whether it was built from that commit. Waive it, or set [policy] since.
--
-- At the tag of the newest release it is coverage, `declarations`, and the package is unknown.
SELECT r.repository_id, r.package_id, r.version, r.tag,
       format('What tag %s of %s %s declares is unknown: %s', r.tag, r.package, r.version,
              ifnull(d.reason, 'its project files do not parse')) AS message,
       json_object('tag', r.tag, 'commit', r.tag_commit, 'directory', d.directory,
                   'reason', d.reason) AS evidence
FROM release AS r
JOIN declaration AS d ON d.repository_id = r.repository_id AND d.commit_oid = r.tag_commit
    AND d.kind IS NULL AND d.directory = r.directory
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.tag_state = 'known' AND NOT r.is_newest
  AND NOT EXISTS (SELECT 1 FROM declaration AS e
                  WHERE e.repository_id = r.repository_id AND e.commit_oid = r.tag_commit
                    AND e.normal = r.package);
