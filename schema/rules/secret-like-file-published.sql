-- id: secret-like-file-published
-- severity: critical
-- title: A published file that looks like a secret
-- needs: index, refs, objects, contents
-- help: Look at the file. If it is one, revoke it first: what was published is copied everywhere. Then yank.
--
-- By its name, or because it binds a password, secret or token. No value is read into this database.
SELECT m.repository_id, m.package_id, m.version,
       format('%s %s was published with %s, which looks like a secret', m.package, m.version,
              min(m.path)) AS message,
       json_object('files', json_group_array(DISTINCT m.path), 'artifact', min(m.filename)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated')
  AND m.secret AND m.class IN ('nowhere', 'altered', 'ignored')
GROUP BY m.repository_id, m.package_id, m.release_id;
