-- What is attested of published files: publisher, the certificate's repository, commit and ref, what
-- makes it invalid (`fault`), whether a configured authority stands behind it (`chain`), and where
-- the commit stands (`relation`).
-- snapshot for rules: release_id
CREATE VIEW attestation AS
SELECT v.repository_id, v.package_id, v.release_id, v.package, v.version, v.order_key, v.filename,
       v.kind, v.link, s.number, s.predicate, s.publisher, s.publisher_repository, s.workflow,
       s.environment, s.identity, s.repository, s.repository_forge_id, s.on_forge, s.commit_oid,
       s.ref, s.integrated_at, s.fault, s.chain, s.relation
FROM provenance AS v
JOIN stored_attestation AS s ON s.repository_id = v.repository_id
    AND s.release_id = v.release_id AND s.filename = v.filename
    AND (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62)
WHERE v.state = 'known';
