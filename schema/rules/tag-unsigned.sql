-- id: tag-unsigned
-- severity: info
-- title: A release's tag is not signed
-- needs: index, refs
-- help: Sign release tags (git tag -s), so that who has the key can be told from who may push.
--
-- Of annotated tags: a lightweight one has no place for a signature. Whether a signature is good, and
-- whose, is not looked at. Where the package has two or more and none is signed, one line for it.
WITH tagged AS (
    SELECT r.*, count(*) OVER by_package AS tags, sum(r.tag_signed) OVER by_package AS signed
    FROM release AS r
    WHERE r.link IN ('configured', 'mutual', 'corroborated') AND r.files > 0
      AND r.tag_state = 'known' AND r.tag_signed IS NOT NULL
    WINDOW by_package AS (PARTITION BY r.package_id))
SELECT repository_id, package_id, version, tag,
       format('Tag %s of %s %s is not signed%s', tag, package, version,
              iif(signed > 0, format(': %s of %s are', signed, tags), '')) AS message,
       json_object('tag', tag, 'commit', tag_commit, 'tagged_at', tagged_at) AS evidence
FROM tagged
WHERE NOT tag_signed AND (signed > 0 OR tags = 1)
UNION ALL
SELECT repository_id, package_id, NULL, NULL,
       format('None of the %s annotated tags of %s is signed', tags, package),
       json_object('tags', tags)
FROM tagged
WHERE signed = 0 AND tags > 1
GROUP BY package_id;
