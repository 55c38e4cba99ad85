-- id: index-names-no-repository
-- severity: low
-- title: The index does not say where the source is
-- needs: index
-- help: Name the repository in the project's metadata ([project.urls] Repository = "…"); the next
--   release carries it to the index.
SELECT p.repository_id, p.id AS package_id,
       format('The index names no repository for %s, though %s publishes it', p.name,
              o.full_name) AS message,
       json_object('urls', json(iif(json_valid(p.urls), p.urls, '[]')), 'newest', p.newest, 'link', p.link,
                   'link_evidence', p.link_evidence) AS evidence
FROM package AS p
JOIN repository AS o ON o.id = p.repository_id
-- no URLs at all: the index has no place for them
WHERE p.index_state = 'known' AND p.newest IS NOT NULL AND p.urls IS NOT NULL
  AND (p.link = 'corroborated'
       OR p.link = 'configured' AND p.link_evidence = 'configured');
