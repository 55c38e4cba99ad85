-- Runs that nobody wants any longer, with what only they saw (store/prune.c). ?1, unless something
-- else is said: the first run that is kept. Every kept run, and every run to come, says what it would
-- have said.

-- Foreign keys are looked at once, at the end: most of them have no index to follow.
-- script: prune_open
PRAGMA foreign_keys = OFF;
CREATE TEMP TABLE kept_repository (id INTEGER PRIMARY KEY);
CREATE TEMP TABLE kept_package (id INTEGER PRIMARY KEY);
CREATE TEMP TABLE named_run (id INTEGER PRIMARY KEY);

-- script: prune_close
DROP TABLE temp.kept_repository;
DROP TABLE temp.kept_package;
DROP TABLE temp.named_run;
PRAGMA foreign_keys = ON;

-- The first of those that began at ?1 or later; at any rate the two newest complete ones stay, which
-- show the fleet and what changed in it.
-- name: prune_first
WITH complete AS (SELECT id FROM run WHERE state = 'complete' ORDER BY id DESC LIMIT 2)
SELECT min(ifnull((SELECT min(id) FROM run WHERE started_at >= ?1), 1 << 62),
           coalesce((SELECT min(id) FROM complete), (SELECT min(id) FROM run), 0));

-- The first run that an earlier one kept.
-- name: pruned
SELECT CAST(value AS INTEGER) FROM memory WHERE key = 'pruned';

-- 0 is nobody in particular.
-- name: prune_repositories
INSERT OR IGNORE INTO temp.kept_repository
SELECT 0 UNION SELECT repository_id FROM stored_scope WHERE until IS NULL OR until > ?1;

-- name: prune_packages
INSERT OR IGNORE INTO temp.kept_package
SELECT 0 UNION SELECT package_id FROM stored_scope WHERE until IS NULL OR until > ?1
UNION
-- out of sight, but not of the repository that holds it
SELECT package_id FROM stored_link
WHERE until IS NULL AND repository_id IN (SELECT id FROM temp.kept_repository);

-- Names that none of the repositories has in a run that is kept.
-- name: prune_names
SELECT i.host, s.owner, s.name
FROM stored_repository AS s
JOIN repository_id AS i ON i.id = s.repository_id
EXCEPT
SELECT i.host, s.owner, s.name
FROM stored_repository AS s
JOIN repository_id AS i ON i.id = s.repository_id
JOIN temp.kept_repository AS k ON k.id = s.repository_id
WHERE s.until IS NULL OR s.until > ?1;

-- name: prune_gone
SELECT (SELECT count(*) FROM repository_id WHERE id NOT IN (SELECT id FROM temp.kept_repository)),
       (SELECT count(*) FROM package_id WHERE id NOT IN (SELECT id FROM temp.kept_package));

-- What was asked of the index, and what files hold, of files that are no longer known.
-- name: prune_artifacts
DELETE FROM artifact
WHERE sha256 NOT IN (SELECT sha256 FROM stored_file WHERE sha256 IS NOT NULL
                     UNION SELECT sha256 FROM stored_contents WHERE sha256 IS NOT NULL);

-- name: prune_answers
DELETE FROM provenance_answer
WHERE package_id NOT IN (SELECT id FROM temp.kept_package)
   OR sha256 NOT IN (SELECT sha256 FROM stored_file WHERE sha256 IS NOT NULL);

-- name: prune_basis
DELETE FROM contents_basis
WHERE repository_id NOT IN (SELECT id FROM temp.kept_repository)
   OR release_id IN (SELECT id FROM release_id
                     WHERE package_id NOT IN (SELECT id FROM temp.kept_package));

-- name: prune_asked
DELETE FROM forge_asked WHERE repository_id NOT IN (SELECT id FROM temp.kept_repository);

-- name: prune_release_ids
DELETE FROM release_id WHERE package_id NOT IN (SELECT id FROM temp.kept_package);

-- name: prune_package_ids
DELETE FROM package_id WHERE id NOT IN (SELECT id FROM temp.kept_package);

-- name: prune_repository_ids
DELETE FROM repository_id WHERE id NOT IN (SELECT id FROM temp.kept_repository);

-- Of repositories by their id, of packages by their name. The next evaluation is not spared: what it
-- is compared with counts the changes of all runs.
-- name: prune_memory
WITH word AS MATERIALIZED (SELECT key, substr(key, instr(key, ' ') + 1) AS rest FROM memory)
DELETE FROM memory
WHERE key = 'evaluated'
   OR key IN (SELECT key FROM word
              WHERE rest = CAST(CAST(rest AS INTEGER) AS TEXT)
                AND CAST(rest AS INTEGER) NOT IN (SELECT id FROM temp.kept_repository))
   OR key IN (SELECT w.key FROM word AS w
              JOIN package_id AS p ON w.rest LIKE 'http%' AND substr(w.rest, -length(p.name) - 1) = ' ' || p.name
              GROUP BY w.key
              HAVING max(p.id IN (SELECT id FROM temp.kept_package)) = 0);

-- As {fact}_runs: since when a finding is open.
-- name: prune_days
INSERT OR IGNORE INTO temp.named_run SELECT first_run FROM stored_finding;

-- How many there are since the last time (?2).
-- name: prune_run_count
SELECT count(*) FROM run WHERE id < ?1 AND id >= ?2;

-- name: prune_runs
DELETE FROM run WHERE id < ?1 AND id NOT IN (SELECT id FROM temp.named_run);

-- name: prune_remember
INSERT INTO memory VALUES ('pruned', CAST(?1 AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: prune_check
SELECT count(*), min("table") FROM pragma_foreign_key_check;

-- script: shrink
VACUUM;
PRAGMA wal_checkpoint(TRUNCATE);
