-- id: provenance-contradicts-tag
-- severity: critical
-- title: Provenance that contradicts the tag
-- needs: index, refs, objects, contents, provenance
-- help: Somebody published it from elsewhere, or the statement is not about this file. Find out who, with the
--   run that the certificate names; until it is clear, yank the release and revoke what may publish.
--
-- Publishing from the tag's commit is what is expected. The run may also have been started for a
-- commit before it, when only version and changelog came between, or for any commit of the default
-- branch, when the files are the tag's all the same. What is invalid proves nothing and is told first.
WITH judged AS MATERIALIZED (
    SELECT a.*, r.tag, r.tag_state, r.tag_commit, r.verdict, o.full_name, o.forge_id, o.refs_state,
           (SELECT d.version FROM denotes AS d
            WHERE d.repository_id = a.repository_id AND d.package_id = a.package_id
              AND d.tag = substr(a.ref, 11) AND d.order_key <> a.order_key
              AND a.ref LIKE 'refs/tags/%'
            ORDER BY d.order_key LIMIT 1) AS ref_version,
           lower(substr(a.repository, instr(a.repository, '/') + 1)) <> lower(o.full_name)
               AS is_named_otherwise,
           CAST(a.repository_forge_id AS INTEGER) <> o.forge_id AS is_another
    FROM attestation AS a
    JOIN release AS r ON r.id = a.release_id AND r.repository_id = a.repository_id
    JOIN repository AS o ON o.id = a.repository_id
    WHERE a.link IN ('configured', 'mutual', 'corroborated')),
-- the gravest first; NULL: nothing speaks against it
ranked AS MATERIALIZED (
    SELECT j.*,
           CASE WHEN j.fault IN ('signature', 'subject', 'window') THEN j.fault
                WHEN j.fault = 'chain' THEN 'chain'
                -- a repository keeps its number when it is renamed
                WHEN NOT j.on_forge OR ifnull(j.is_another, j.is_named_otherwise) THEN 'repository'
                WHEN j.ref_version IS NOT NULL THEN 'ref'
                WHEN j.refs_state <> 'known' THEN NULL
                WHEN j.relation = 'unknown' THEN 'commit'
                WHEN j.tag_state <> 'known' THEN NULL
                WHEN j.relation = 'elsewhere' THEN 'commit'
                WHEN j.relation IN ('ancestor', 'branch')
                     AND j.verdict NOT IN ('at-tag', 'at-tag-modulo-expected', 'review')
                     THEN 'commit' END AS what
    FROM judged AS j),
first AS MATERIALIZED (
    SELECT *, row_number() OVER (
               PARTITION BY repository_id, package_id, release_id
               ORDER BY instr('signature subject window repository ref commit chain', what),
                        filename, number) AS nth
    FROM ranked WHERE what IS NOT NULL)
SELECT n.repository_id, n.package_id, n.version, n.tag,
       iif(n.what = 'chain'
           OR (n.what = 'repository' AND n.on_forge AND n.is_another IS NULL), 'high', 'critical')
           AS severity,
       format('%s %s: ', n.package, n.version) || CASE n.what
           WHEN 'signature' THEN format('the signature of the attestation of %s is not that of its '
                                        || 'statement', n.filename)
           WHEN 'subject' THEN format('what comes as the attestation of %s is that of another file',
                                      n.filename)
           WHEN 'window' THEN format('the attestation of %s was logged when its certificate was not '
                                     || 'valid', n.filename)
           WHEN 'chain' THEN format('none of the configured authorities stands behind the attestation '
                                    || 'of %s, or the file of roots is out of date', n.filename)
           WHEN 'repository' THEN format('attested to be of repository %s, which is not %s',
                                         n.repository, n.full_name)
           WHEN 'ref' THEN format('attested to be of %s, which is the tag of %s', n.ref,
                                  n.ref_version)
           ELSE format('attested to be of commit %s, ', substr(n.commit_oid, 1, 10)) ||
               CASE n.relation
                   WHEN 'unknown' THEN format('which no tag and not the default branch of %s leads to',
                                              n.full_name)
                   WHEN 'elsewhere' THEN format('which neither tag %s nor the default branch leads to',
                                                n.tag)
                   ELSE format('not that of tag %s, and its files are not the tag''s', n.tag) END END
           AS message,
       json_object('what', n.what, 'file', n.filename, 'attested_repository', n.repository,
                   'attested_repository_id', n.repository_forge_id,
                   'attested_commit', n.commit_oid, 'attested_ref', n.ref, 'relation', n.relation,
                   'identity', n.identity, 'publisher', n.publisher, 'tag_commit', n.tag_commit,
                   'logged_at', n.integrated_at) AS evidence
FROM first AS n
WHERE n.nth = 1;
