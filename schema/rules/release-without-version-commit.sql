-- id: release-without-version-commit
-- severity: high
-- title: A published version that no commit ever declared
-- needs: index, refs, objects, projects, declarations
-- help: The version was set in a tree that never became a commit of this repository. Find the tree
--   it was built from (another branch, a stash, the builder's disk), commit it, tag it.
--
-- Historic: published before the first release whose version a commit declares (where the index does
-- not tell when: of a lower version), and all but the newest where no commit ever declared one.
WITH first AS (
    SELECT package_id,
           min(CASE WHEN version_commit_state = 'known' THEN published_at END) AS declared_from,
           min(CASE WHEN version_commit_state = 'known' THEN order_key END) AS declared_key
    FROM release
    GROUP BY package_id)
SELECT r.repository_id, r.package_id, r.version,
       NOT r.is_newest AND coalesce(r.published_at < f.declared_from, r.order_key < f.declared_key, 1) AS historic,
       format('No commit of %s ever declared version %s of %s, which was published%s',
              o.full_name, r.version, r.package,
              ifnull(' on ' || substr(r.published_at, 1, 10), '')) AS message,
       json_object('published_at', r.published_at, 'head', o.head,
                   'first_declared_release_at', f.declared_from, 'tag', r.tag,
                   'declared_at_tag', r.declared_at_tag) AS evidence
FROM release AS r
JOIN repository AS o ON o.id = r.repository_id
JOIN first AS f ON f.package_id = r.package_id
WHERE r.link IN ('configured', 'mutual', 'corroborated')
  AND r.files > 0 AND r.version_commit_state = 'absent'
  -- at its tag the files leave the version to the tag or to code: nothing to be declared
  AND ifnull(r.declared_kind_at_tag IN ('vcs', 'opaque', 'placeholder', 'none'), 0) = 0;
