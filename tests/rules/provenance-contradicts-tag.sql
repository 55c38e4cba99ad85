-- case: as it should be
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);

-- case: the signature is not of the statement
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET fault = 'signature', chain = NULL, relation = 'unknown';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: of another file
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET fault = 'subject', chain = NULL;
-- expect: 0.2.0 critical tag=v0.2.0

-- case: logged when the certificate was not valid
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET fault = 'window', chain = NULL;
-- expect: 0.2.0 critical tag=v0.2.0

-- case: no configured authority
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET fault = 'chain', chain = NULL;
-- expect: 0.2.0 high tag=v0.2.0

-- case: nobody said which authorities
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET chain = 'unchecked';

-- case: another repository by its number, whatever its name
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository_forge_id = '102';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: the repository was renamed
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository = 'github.com/acme/missile';

-- case: another name, and no number to compare
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository = 'github.com/eve/rocket', repository_forge_id = NULL;
-- expect: 0.2.0 high tag=v0.2.0

-- case: of another forge
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository = 'gitlab.com/acme/rocket', on_forge = 0;
-- expect: 0.2.0 critical tag=v0.2.0

-- case: the tag of another version
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET ref = 'refs/tags/v0.1.0', commit_oid = 'c1', relation = 'ancestor';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: a tag that denotes no version
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET ref = 'refs/tags/nightly';

-- case: a commit of nobody
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c9', ref = 'refs/heads/main', relation = 'unknown';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: a commit of nobody, without a tag
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c9', relation = 'unknown', ref = 'refs/heads/main';
DELETE FROM stored_denotes WHERE tag = 'v0.2.0';
-- expect: 0.2.0 critical

-- case: a commit that only another tag leads to
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c9', ref = 'refs/heads/x', relation = 'elsewhere';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: only version and changelog came between
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c1', ref = 'refs/heads/main', relation = 'bumped';
UPDATE stored_contents SET verdict = 'nowhere';

-- case: started for a commit of the branch, built from the tag
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c3', ref = 'refs/heads/main', relation = 'branch';

-- case: started for a commit of the branch, and not built from the tag
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c3', ref = 'refs/heads/main', relation = 'branch';
UPDATE stored_contents SET verdict = 'other-commit';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: before the tag, with code between, and not built from the tag
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c1', ref = 'refs/heads/main', relation = 'ancestor';
UPDATE stored_contents SET verdict = 'nowhere';
-- expect: 0.2.0 critical tag=v0.2.0

-- case: the certificate does not say of what
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository = NULL, repository_forge_id = NULL, on_forge = NULL, commit_oid = NULL, ref = NULL, relation = NULL;

-- case: the second attestation contradicts, the first does not
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
INSERT INTO stored_attestation SELECT repository_id, release_id, filename, 1, package_id, 'slsa', publisher, publisher_repository, workflow, environment, identity, repository, '7', on_forge, commit_oid, ref, integrated_at, fault, chain, relation, since, until FROM stored_attestation;
-- expect: 0.2.0 critical tag=v0.2.0

-- case: history could not be read
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c9', ref = 'refs/heads/main', relation = NULL;

-- case: the tags are not known today
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET commit_oid = 'c9', ref = 'refs/heads/main', relation = 'unknown';
UPDATE stored_coverage SET status = 'unknown', reason = 'timeout' WHERE fact = 'refs';

-- case: whose repository another one claims
INSERT INTO stored_provenance VALUES (1, 2, 'rocket-0.2.0.tar.gz', 1, 'sdist', 'known', NULL, NULL, 1, NULL);
INSERT INTO stored_attestation VALUES (1, 2, 'rocket-0.2.0.tar.gz', 0, 1, 'publish', 'GitHub', 'acme/rocket', 'release.yml', NULL,
    'https://github.com/acme/rocket/.github/workflows/release.yml@refs/tags/v0.2.0', 'github.com/acme/rocket', '101', 1,
    'c2', 'refs/tags/v0.2.0', '2024-03-01T10:00:00Z', NULL, 'verified', 'same', 1, NULL);
UPDATE stored_attestation SET repository_forge_id = '102';
UPDATE stored_link SET state = 'claimed';
