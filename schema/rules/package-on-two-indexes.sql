-- id: package-on-two-indexes
-- severity: info
-- title: Another index of the fleet has a package of this name too
-- needs: index
-- help: Installers know no order of indexes: with an extra index, pip takes the highest version of
--   any. Use one index that forwards to the other, or hold the name on both.
SELECT p.repository_id, p.id AS package_id, a.index_url AS detail,
       format('%s is taken from %s, but %s has a package of this name too', p.name, p.index_url,
              a.index_url) AS message,
       json_object('index', p.index_url, 'also_at', a.index_url, 'newest', p.newest) AS evidence
FROM package AS p
JOIN also_at AS a ON a.package_id = p.id
WHERE p.index_state = 'known' AND (p.link IS NULL OR p.link <> 'contradicted');
