-- id: sdist-altered
-- severity: critical
-- title: A published file that is not what its build made
-- needs: index, refs, objects, contents
-- help: Treat it as tampered with until you know better: compare it with what your build kept, rotate the
--   credentials that can publish, yank it.
--
-- Metadata of another name or version, a member that the build's own list lacks, a RECORD that
-- disagrees, or an archive of a kind that no build makes.
SELECT m.repository_id, m.package_id, m.version, m.filename AS detail,
       format('%s is not what a build of %s %s makes: %s', m.filename, m.package, m.version,
              min(ifnull(m.reason, m.path))) AS message,
       json_object('artifact', m.filename, 'reasons', json_group_array(m.reason),
                   'files', json_group_array(m.path)) AS evidence
FROM content_member AS m
WHERE m.link IN ('configured', 'mutual', 'corroborated') AND m.class IN ('oddity', 'metadata', 'unlisted', 'record')
GROUP BY m.repository_id, m.package_id, m.release_id, m.filename;
