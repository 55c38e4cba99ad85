-- id: two-repositories-one-package
-- severity: medium
-- title: Two repositories hold a project of one package's name
-- needs: index, refs, objects, projects
-- help: Keep the package in one repository; rename or archive the other copy, or ignore it in the
--   configuration.
WITH holder AS (
    SELECT l.package_id, o.full_name, l.directory, l.state
    FROM link AS l
    JOIN repository AS o ON o.id = l.repository_id
    ORDER BY o.full_name)
SELECT p.repository_id, p.id AS package_id,
       format('Several repositories hold a project named %s: %s', p.name,
              (SELECT group_concat(h.full_name, ', ') FROM holder AS h
               WHERE h.package_id = p.id)) AS message,
       (SELECT json_object('repositories', json_group_array(json_object(
                   'repository', h.full_name, 'directory', h.directory, 'link', h.state)))
        FROM holder AS h
        WHERE h.package_id = p.id) AS evidence
FROM package AS p
WHERE p.link <> 'contradicted'
  AND (SELECT count(*) FROM link AS l WHERE l.package_id = p.id) > 1;
