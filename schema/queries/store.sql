-- The database itself, its runs, and what earlier runs learned.

-- script: settings_scan
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;

-- name: schema_version
PRAGMA user_version;

-- name: application
PRAGMA application_id;

-- name: table_count
SELECT count(*) FROM main.sqlite_schema;

-- name: begin
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: batch_begin
SAVEPOINT batch;

-- name: batch_keep
RELEASE batch;

-- name: batch_undo
ROLLBACK TO batch;

-- name: integrity_check
PRAGMA integrity_check(1);

-- name: run_interrupt
UPDATE run SET state = 'interrupted' WHERE state = 'running';

-- name: run_begin
INSERT INTO run (started_at, state, arguments, program) VALUES (?1, 'running', ?2, ?3);

-- name: run_end
UPDATE run SET ended_at = ?2, state = ?3 WHERE id = ?1;

-- name: run_changed
UPDATE run SET changes = changes + ?2 WHERE id = ?1;

-- name: touch
INSERT INTO stored_scope SELECT ?1, ?2, ?3, NULL
WHERE NOT EXISTS (SELECT 1 FROM stored_scope
                  WHERE repository_id = ?1 AND package_id = ?2 AND until IS NULL);

-- Listings that a run did not ask for are no part of it. ?2: the others, each between line ends.
-- name: listings_forget
UPDATE stored_coverage SET until = ?1
WHERE fact = 'listing' AND until IS NULL
  AND instr(?2, char(10) || organisation || char(10)) = 0;

-- name: recall
SELECT value FROM memory WHERE key = ?1;

-- name: remember
INSERT INTO memory VALUES (?1, ?2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value;

-- name: repository_by_forge_id
SELECT id FROM repository_id WHERE host = ?1 AND forge_id = ?2;

-- Who has this name today; one whose number on the forge is known first, then the newest.
-- name: repository_by_name
SELECT i.id, i.forge_id
FROM stored_repository AS s JOIN repository_id AS i ON i.id = s.repository_id
WHERE s.name = ?3 COLLATE NOCASE AND s.owner = ?2 COLLATE NOCASE AND i.host = ?1
  AND s.until IS NULL
ORDER BY i.forge_id IS NULL, s.since DESC, i.id DESC LIMIT 1;

-- name: repository_nameless
SELECT i.id, i.forge_id
FROM stored_repository AS s JOIN repository_id AS i ON i.id = s.repository_id
WHERE s.name = ?3 COLLATE NOCASE AND s.owner = ?2 COLLATE NOCASE AND i.host = ?1
  AND s.until IS NULL AND i.forge_id IS NULL
ORDER BY s.since DESC, i.id DESC LIMIT 1;

-- name: repository_claim
UPDATE repository_id SET forge_id = ?2 WHERE id = ?1;

-- name: repository_new
INSERT INTO repository_id (host, forge_id) VALUES (?1, nullif(?2, 0));

-- name: known_refs
SELECT digest, head_oid, reader FROM stored_refs WHERE repository_id = ?1 AND until IS NULL;

-- Where its branches were when one of them was the default branch.
-- name: known_tips
SELECT head_ref, head_oid FROM stored_refs
WHERE repository_id = ?1 AND head_ref IS NOT NULL AND head_oid IS NOT NULL
GROUP BY head_ref, head_oid
ORDER BY max(since) DESC LIMIT 1000;

-- name: known_projects
SELECT EXISTS (SELECT 1 FROM stored_project WHERE repository_id = ?1 AND until IS NULL);

-- Of those that could not be read the first, else any.
-- name: known_workflows
SELECT state, reason, detail FROM stored_workflow WHERE repository_id = ?1 AND until IS NULL
ORDER BY state <> 'unknown', path LIMIT 1;

-- name: known_packages
SELECT p.id, p.name, p.etag, d.state, l.state, l.directory
FROM stored_link AS l
JOIN package_id AS p ON p.id = l.package_id
LEFT JOIN stored_package AS d ON d.package_id = p.id AND d.until IS NULL
WHERE l.repository_id = ?1 AND l.until IS NULL
UNION ALL
SELECT p.id, p.name, p.etag, d.state, NULL, j.directory
FROM stored_project AS j
JOIN package_id AS p ON p.name = j.normal
LEFT JOIN stored_package AS d ON d.package_id = p.id AND d.until IS NULL
WHERE j.repository_id = ?1 AND j.until IS NULL
  AND NOT EXISTS (SELECT 1 FROM stored_link AS l
                  WHERE l.repository_id = ?1 AND l.package_id = p.id AND l.until IS NULL)
ORDER BY 2, 1, 6;

-- name: known_package
SELECT p.id, p.name, p.etag, d.state,
       EXISTS (SELECT 1 FROM stored_package AS w WHERE w.package_id = p.id AND w.state = 'known'),
       EXISTS (SELECT 1 FROM stored_also_at AS a WHERE a.package_id = p.id AND a.until IS NULL),
       d.status
FROM package_id AS p
LEFT JOIN stored_package AS d ON d.package_id = p.id AND d.until IS NULL
WHERE p.index_url = ?1 AND p.name = ?2;

-- name: package_new
INSERT INTO package_id (index_url, name) VALUES (?1, ?2);

-- name: package_etag
UPDATE package_id SET etag = ?2 WHERE id = ?1 AND etag IS NOT ?2;

-- name: package_now
SELECT p.index_url, p.name, d.state, d.display, d.licence, d.organisation, d.urls
FROM package_id AS p
LEFT JOIN stored_package AS d ON d.package_id = p.id AND d.until IS NULL
WHERE p.id = ?1;

-- name: releases_now
SELECT i.version, s.published_at, s.yanked, s.yanked_reason
FROM stored_release AS s JOIN release_id AS i ON i.id = s.release_id
WHERE s.package_id = ?1 AND s.until IS NULL
ORDER BY i.order_key, i.version;

-- name: release_find
SELECT id FROM release_id WHERE package_id = ?1 AND version = ?2;

-- name: release_new
INSERT INTO release_id (package_id, version, normal, order_key, is_prerelease)
VALUES (?1, ?2, ?3, ?4, ?5);

-- The releases of a repository's packages as they hold now, with what there is to compare them with.
-- Policy (?2) may call some historic.
-- name: contents_due
WITH bound AS MATERIALIZED (
    SELECT l.package_id, p.name, p.index_url, ifnull(l.directory, '') AS directory
    FROM stored_link AS l
    JOIN package_id AS p ON p.id = l.package_id
    WHERE l.repository_id = ?1 AND l.until IS NULL
      AND l.state IN ('configured', 'mutual', 'corroborated')),
since AS MATERIALIZED (
    SELECT b.package_id, json_extract(v.value, '$.day') AS day,
           json_extract(v.value, '$.key') AS order_key
    FROM json_each(?2, '$.since') AS v
    JOIN bound AS b ON json_extract(v.value, '$.package') = b.name
        OR (json_extract(v.value, '$.package') IS NULL
            AND b.name NOT IN (SELECT ifnull(json_extract(o.value, '$.package'), '')
                               FROM json_each(?2, '$.since') AS o))),
offered AS MATERIALIZED (
    SELECT b.*, s.release_id, i.version, i.order_key, i.is_prerelease, s.published_at, s.yanked,
           (SELECT d.tag FROM stored_denotes AS d
            WHERE d.repository_id = ?1 AND d.package_id = b.package_id
              AND d.order_key = i.order_key AND d.preferred AND d.until IS NULL
            ORDER BY d.tag LIMIT 1) AS tag
    FROM bound AS b
    JOIN stored_release AS s ON s.package_id = b.package_id AND s.until IS NULL AND s.files > 0
    JOIN release_id AS i ON i.id = s.release_id)
SELECT o.package_id, o.index_url, o.name, o.release_id, o.version, o.directory, o.tag, t.commit_oid,
       t.committed_at,
       row_number() OVER (PARTITION BY o.package_id
                          ORDER BY o.is_prerelease OR o.yanked, o.order_key DESC) = 1 AS is_newest,
       ifnull(o.order_key < min(iif(o.tag IS NULL, NULL, o.order_key))
                            OVER (PARTITION BY o.package_id), 1)
           OR EXISTS (SELECT 1 FROM since AS n
                      WHERE n.package_id = o.package_id
                        AND (o.published_at < n.day OR hex(o.order_key) < n.order_key))
           AS is_historic,
       g.basis
FROM offered AS o
LEFT JOIN stored_tag AS t ON t.repository_id = ?1 AND t.name = o.tag AND t.until IS NULL
LEFT JOIN contents_basis AS g ON g.repository_id = ?1 AND g.release_id = o.release_id
ORDER BY o.name, o.order_key DESC, o.version;

-- name: contents_files
SELECT f.filename, f.kind, f.url, f.sha256, f.size, f.uploaded_at, f.provenance
FROM stored_file AS f
WHERE f.package_id = ?1 AND f.release_id = ?2 AND f.until IS NULL
ORDER BY f.kind <> 'sdist', f.filename;

-- name: artifact_read
SELECT manifest FROM artifact WHERE sha256 = ?1 AND reader = ?2;

-- name: artifact_keep
INSERT INTO artifact VALUES (?1, ?2, ?3)
ON CONFLICT (sha256) DO UPDATE SET reader = excluded.reader, manifest = excluded.manifest;

-- name: provenance_recall
SELECT document, etag FROM provenance_answer WHERE package_id = ?1 AND sha256 = ?2;

-- name: provenance_keep
INSERT INTO provenance_answer VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (package_id, sha256) DO UPDATE SET etag = excluded.etag, document = excluded.document;

-- name: contents_judged
INSERT INTO contents_basis VALUES (?1, ?2, ?3)
ON CONFLICT (repository_id, release_id) DO UPDATE SET basis = excluded.basis;

-- What the forge is asked of a repository. ?2: when it changed last, as its listing says (NULL: not
-- listed); ?3: who was asked before is asked again, as releases come and go without git's knowledge.
-- name: forge_due
SELECT s.owner, s.name,
       coalesce(s.default_branch, iif(r.head_ref LIKE 'refs/heads/%', substr(r.head_ref, 12), NULL)),
       r.digest,
       a.repository_id IS NULL OR a.digest <> r.digest OR a.asked_at < ?3
           OR (?2 IS NOT NULL AND a.updated_at IS NOT ?2) OR f.state IS NOT 'known'
FROM stored_repository AS s
JOIN stored_refs AS r ON r.repository_id = s.repository_id AND r.until IS NULL
LEFT JOIN stored_forge AS f ON f.repository_id = s.repository_id AND f.until IS NULL
LEFT JOIN forge_asked AS a ON a.repository_id = s.repository_id
WHERE s.repository_id = ?1 AND s.until IS NULL
  AND EXISTS (SELECT 1 FROM stored_link AS l
              WHERE l.repository_id = s.repository_id AND l.until IS NULL
                AND l.state IN ('configured', 'mutual', 'corroborated'));

-- Commits of the ?2 newest tagged releases of each package, but for those of which all is known for
-- good. ?3: also of those of which it may have changed.
-- name: forge_due_commits
WITH offered AS (
    SELECT t.commit_oid, l.package_id,
           row_number() OVER (PARTITION BY l.package_id
                              ORDER BY i.order_key DESC, i.version) AS nth
    FROM stored_link AS l
    JOIN stored_release AS s ON s.package_id = l.package_id AND s.until IS NULL AND s.files > 0
    JOIN release_id AS i ON i.id = s.release_id
    JOIN stored_tag AS t ON t.repository_id = ?1 AND t.until IS NULL AND t.commit_oid IS NOT NULL
        AND t.name = (SELECT d.tag FROM stored_denotes AS d
                      WHERE d.repository_id = ?1 AND d.package_id = l.package_id
                        AND d.order_key = i.order_key AND d.preferred AND d.until IS NULL
                      ORDER BY d.tag LIMIT 1)
    WHERE l.repository_id = ?1 AND l.until IS NULL
      AND l.state IN ('configured', 'mutual', 'corroborated'))
SELECT o.commit_oid
FROM offered AS o
LEFT JOIN stored_forge_commit AS c ON c.repository_id = ?1 AND c.oid = o.commit_oid
    AND c.until IS NULL
WHERE o.nth <= ?2
  AND (c.oid IS NULL
       OR (?3 AND (c.pull_state <> 'known' OR c.reviewed IS NULL
                   OR ifnull(c.checks, 'pending') = 'pending')))
GROUP BY o.commit_oid
ORDER BY min(o.nth), o.commit_oid;

-- name: forge_asked
INSERT INTO forge_asked VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (repository_id) DO UPDATE
SET digest = excluded.digest, updated_at = coalesce(excluded.updated_at, updated_at),
    asked_at = excluded.asked_at;

-- name: run_latest
SELECT id FROM run ORDER BY state = 'complete' DESC, id DESC LIMIT 1;

-- The newest complete run that looked at the fleet: one of --offline only judged again.
-- name: run_last_scan
SELECT id, started_at FROM run
WHERE state = 'complete' AND json_extract(arguments, '$[0]') = 'scan'
  AND NOT EXISTS (SELECT 1 FROM json_each(arguments) WHERE value LIKE '--off%')
ORDER BY id DESC LIMIT 1;

-- Of what was pruned the days alone are left.
-- name: run_as_of
SELECT id FROM run
WHERE state = 'complete' AND started_at <= ?1
  AND id >= ifnull((SELECT CAST(value AS INTEGER) FROM memory WHERE key = 'pruned'), 0)
ORDER BY id DESC LIMIT 1;

-- name: run_find
SELECT id FROM run
WHERE id = ?1
  AND id >= ifnull((SELECT CAST(value AS INTEGER) FROM memory WHERE key = 'pruned'), 0);

-- name: run_before
SELECT max(id) FROM run WHERE state = 'complete' AND (?1 = 0 OR id < ?1);

-- name: chosen_set
UPDATE chosen SET run = ?1;

-- Temporary tables are this connection's own: their rollback needs no file.
-- script: chosen
PRAGMA temp.journal_mode = MEMORY;
CREATE TEMP TABLE chosen (run INTEGER);
INSERT INTO chosen VALUES (NULL);
CREATE TEMP VIEW as_of AS
SELECT id AS run, started_at, ended_at, state FROM run WHERE id = (SELECT run FROM chosen);

-- What the database holds, for doctor and for those who watch it grow.
-- name: fact_rows
SELECT (SELECT count(*) FROM stored_scope) + (SELECT count(*) FROM stored_repository)
     + (SELECT count(*) FROM stored_refs) + (SELECT count(*) FROM stored_tag)
     + (SELECT count(*) FROM stored_project) + (SELECT count(*) FROM stored_declaration)
     + (SELECT count(*) FROM stored_package) + (SELECT count(*) FROM stored_release)
     + (SELECT count(*) FROM stored_file) + (SELECT count(*) FROM stored_also_at)
     + (SELECT count(*) FROM stored_link)
     + (SELECT count(*) FROM stored_denotes) + (SELECT count(*) FROM stored_release_source)
     + (SELECT count(*) FROM stored_skipped) + (SELECT count(*) FROM stored_coverage)
     + (SELECT count(*) FROM stored_contents) + (SELECT count(*) FROM stored_content_member)
     + (SELECT count(*) FROM stored_provenance) + (SELECT count(*) FROM stored_attestation)
     + (SELECT count(*) FROM stored_tag_signature) + (SELECT count(*) FROM stored_lost_tip)
     + (SELECT count(*) FROM stored_workflow) + (SELECT count(*) FROM stored_publish)
     + (SELECT count(*) FROM stored_action_pin)
     + (SELECT count(*) FROM stored_forge) + (SELECT count(*) FROM stored_forge_release)
     + (SELECT count(*) FROM stored_forge_commit) AS rows;

-- Evaluating rules ---------------------------------------------------------------------------------

-- What an evaluation depends on beside the rules: the facts, and the day.
-- name: rules_basis
SELECT sum(changes), (SELECT substr(started_at, 1, 10) FROM as_of) FROM run;

-- By which rules a run was judged: noted where they changed.
-- name: rules_note
INSERT INTO memory
SELECT format('rules %010d', ?1), ?2
WHERE ?2 IS NOT (SELECT value FROM memory WHERE key BETWEEN 'rules 0' AND format('rules %010d', ?1)
                 ORDER BY key DESC LIMIT 1)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: rules_noted
SELECT value = ?2 FROM memory
WHERE key BETWEEN 'rules 0' AND format('rules %010d', ?1)
  AND (SELECT state FROM run WHERE id = ?1) = 'complete'
ORDER BY key DESC LIMIT 1;

-- name: is_object
SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' ELSE 0 END;

-- Whether a repository (?1) or a package (?2; the other is 0) belongs to the fleet.
-- name: in_fleet
SELECT EXISTS (SELECT 1 FROM stored_scope AS c
               WHERE c.repository_id = ?1 AND c.package_id = ?2
                 AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62));

-- name: finding_drop
DELETE FROM incoming_finding WHERE rule = ?1;

-- What the rule said of a subject of which it could not see enough this time stands: not looked at is
-- not mended. ?2 NULL: it failed, and saw nothing. Waivers are policy's, which is applied afterwards.
-- name: finding_keep
INSERT OR IGNORE INTO incoming_finding
WITH blind AS MATERIALIZED (
    SELECT repository_id, package_id FROM coverage
    WHERE (status = 'unknown' OR reason = 'no-credential')
      AND instr(', ' || ?2 || ',', ', ' || fact || ',') > 0
    UNION ALL
    -- nor is what the index has lost
    SELECT NULL, package_id FROM vanished WHERE instr(', ' || ?2 || ',', ', index,') > 0)
SELECT s.rule, s.repository_id, s.package_id, s.version, s.tag, s.detail, s.severity,
       iif(s.standing = 'waived', 'open', s.standing), s.message,
       json_remove(s.evidence, '$.waiver'), s.first_run
FROM stored_finding AS s
WHERE s.rule = ?1 AND s.until IS NULL
  AND (?2 IS NULL OR s.repository_id IN (SELECT repository_id FROM blind)
                  OR s.package_id IN (SELECT package_id FROM blind));

-- A finding that holds on keeps the run that first had it; also one that only went out of sight, as
-- its subject was not part of the runs between.
-- name: finding_first_run
UPDATE incoming_finding AS i SET first_run = ifnull((
    SELECT s.first_run FROM stored_finding AS s
    WHERE s.rule = i.rule AND s.repository_id = i.repository_id AND s.package_id = i.package_id
      AND s.version = i.version AND s.tag = i.tag AND s.detail = i.detail
      AND (s.until IS NULL OR (
            EXISTS (SELECT 1 FROM stored_scope AS c
                    WHERE c.repository_id IN (0, s.repository_id)
                      AND c.package_id IN (0, s.package_id) AND c.until = s.until)
            AND NOT EXISTS (SELECT 1 FROM stored_scope AS c
                            WHERE c.repository_id IN (0, s.repository_id)
                              AND c.package_id IN (0, s.package_id)
                              AND c.since >= s.until AND c.since < (SELECT run FROM as_of))))
    ORDER BY s.since DESC LIMIT 1), first_run);

-- The most specific severity that policy gives: of the package, of the repository, of the fleet.
-- name: policy_severity
UPDATE incoming_finding AS i SET severity = coalesce(
    (SELECT json_extract(v.value, '$.severity')
     FROM json_each(?1, '$.severity') AS v
     WHERE json_extract(v.value, '$.rule') = i.rule
       AND (json_extract(v.value, '$.package') IS NULL
            OR json_extract(v.value, '$.package') = (SELECT p.name FROM package_id AS p
                                                     WHERE p.id = i.package_id))
       AND (json_extract(v.value, '$.repository') IS NULL
            OR EXISTS (SELECT 1 FROM repository AS o
                       WHERE o.id = i.repository_id
                         AND o.full_name = json_extract(v.value, '$.repository') COLLATE NOCASE))
     ORDER BY json_extract(v.value, '$.package') IS NULL,
              json_extract(v.value, '$.repository') IS NULL, v.key DESC
     LIMIT 1), severity)
WHERE i.rule IN (SELECT json_extract(v.value, '$.rule') FROM json_each(?1, '$.severity') AS v);

-- Findings on releases before the day or below the version of the package, else of the fleet. The
-- order of the joins is fixed: without a policy there is nothing to look through.
-- name: policy_since
WITH since AS MATERIALIZED (
    SELECT json_extract(v.value, '$.package') AS package, json_extract(v.value, '$.day') AS day,
           json_extract(v.value, '$.key') AS order_key
    FROM json_each(?1, '$.since') AS v),
chosen AS MATERIALIZED (
    SELECT p.id AS package_id, s.day, s.order_key
    FROM package_id AS p
    JOIN since AS s ON s.package = p.name
        OR (s.package IS NULL AND p.name NOT IN (SELECT o.package FROM since AS o
                                                 WHERE o.package IS NOT NULL))),
old AS MATERIALIZED (
    SELECT r.package_id, r.version
    FROM chosen AS c
    CROSS JOIN release AS r ON r.package_id = c.package_id
    WHERE r.published_at < c.day OR hex(r.order_key) < c.order_key
    UNION
    SELECT d.package_id, d.version
    FROM chosen AS c
    CROSS JOIN package AS p ON p.id = c.package_id
    CROSS JOIN denotes AS d ON d.repository_id = p.repository_id AND d.package_id = p.id
    CROSS JOIN tag AS t ON t.repository_id = d.repository_id AND t.name = d.tag
    WHERE NOT EXISTS (SELECT 1 FROM release_id AS r
                      WHERE r.package_id = d.package_id AND r.version = d.version)
      AND (coalesce(t.tagged_at, t.committed_at) < c.day OR hex(d.order_key) < c.order_key))
UPDATE incoming_finding SET standing = 'historic'
WHERE standing = 'open' AND (package_id, version) IN (SELECT o.package_id, o.version FROM old AS o);

-- A waiver past its date counts again, and the finding says so. Of a finding without a version only a
-- waiver of all versions speaks.
-- name: policy_waive
WITH waive AS MATERIALIZED (
    SELECT v.key AS id, json_extract(v.value, '$.rule') AS rule,
           json_extract(v.value, '$.package') AS package,
           json_extract(v.value, '$.reason') AS reason, json_extract(v.value, '$.until') AS until,
           json_extract(v.value, '$.versions') AS ranges
    FROM json_each(?1, '$.waive') AS v),
tagged AS MATERIALIZED (
    SELECT d.package_id, d.version, min(d.order_key) AS order_key FROM denotes AS d
    WHERE EXISTS (SELECT 1 FROM waive)
    GROUP BY d.package_id, d.version),
keyed AS MATERIALIZED (
    SELECT i.rowid AS id, i.rule, p.name AS package, hex(coalesce(
               (SELECT r.order_key FROM release_id AS r
                WHERE r.package_id = i.package_id AND r.version = i.version),
               d.order_key)) AS order_key
    FROM incoming_finding AS i
    LEFT JOIN package_id AS p ON p.id = i.package_id
    LEFT JOIN tagged AS d ON d.package_id = i.package_id AND d.version = i.version
    WHERE i.standing = 'open' AND i.rule IN (SELECT rule FROM waive)),
matched AS MATERIALIZED (
    SELECT k.id, w.reason, w.until,
           row_number() OVER (PARTITION BY k.id ORDER BY w.until IS NOT NULL, w.until DESC) AS rank
    FROM keyed AS k
    JOIN waive AS w ON w.rule = k.rule AND (w.package IS NULL OR w.package = k.package)
    WHERE w.ranges IS NULL OR EXISTS (
        SELECT 1 FROM json_each(w.ranges) AS e
        WHERE k.order_key <> ''
          AND (json_extract(e.value, '$.low') IS NULL OR k.order_key > json_extract(e.value, '$.low')
               OR (k.order_key = json_extract(e.value, '$.low')
                   AND json_extract(e.value, '$.low_in')))
          AND (json_extract(e.value, '$.high') IS NULL
               OR k.order_key < json_extract(e.value, '$.high')
               OR (k.order_key = json_extract(e.value, '$.high')
                   AND json_extract(e.value, '$.high_in')))))
UPDATE incoming_finding AS i
SET standing = iif(m.until < date((SELECT started_at FROM as_of)), 'open', 'waived'),
    message = CASE WHEN m.until < date((SELECT started_at FROM as_of))
                        AND instr(i.message, ' (waived until ') = 0
                   THEN format('%s (waived until %s: %s)', i.message, m.until, m.reason)
                   ELSE i.message END,
    evidence = json_set(i.evidence, '$.waiver',
                        json_object('reason', m.reason, 'until', m.until))
FROM matched AS m
WHERE m.id = i.rowid AND m.rank = 1;

-- name: rules_counts
SELECT severity, count(*), sum(state = 'new') FROM finding
WHERE state IN ('new', 'open') GROUP BY severity;

-- name: coverage_unknown
SELECT count(*) FROM coverage WHERE status = 'unknown';

-- How large the fleet is, and what of it the forge would be asked of now: for what a scan will cost.
-- :owners: those that are listed, each between line ends; :again: as of forge_due.
-- name: fleet_size
WITH holding AS (
    SELECT DISTINCT repository_id FROM stored_link
    WHERE until IS NULL AND state IN ('configured', 'mutual', 'corroborated')),
offered AS (
    SELECT l.repository_id, t.commit_oid,
           row_number() OVER (PARTITION BY l.repository_id, l.package_id
                              ORDER BY i.order_key DESC, i.version) AS nth
    FROM stored_link AS l
    JOIN stored_release AS s ON s.package_id = l.package_id AND s.until IS NULL AND s.files > 0
    JOIN release_id AS i ON i.id = s.release_id
    JOIN stored_denotes AS d ON d.repository_id = l.repository_id AND d.package_id = l.package_id
        AND d.order_key = i.order_key AND d.preferred AND d.until IS NULL
    JOIN stored_tag AS t ON t.repository_id = l.repository_id AND t.name = d.tag
        AND t.until IS NULL AND t.commit_oid IS NOT NULL
    WHERE l.until IS NULL AND l.state IN ('configured', 'mutual', 'corroborated')),
asked AS (
    SELECT DISTINCT o.repository_id, o.commit_oid, c.oid IS NULL AS unknown
    FROM offered AS o
    LEFT JOIN stored_forge_commit AS c ON c.repository_id = o.repository_id
        AND c.oid = o.commit_oid AND c.until IS NULL
    WHERE o.nth <= 4)
SELECT (SELECT count(*) FROM stored_scope WHERE repository_id <> 0 AND until IS NULL) AS repositories,
       (SELECT count(*) FROM stored_scope WHERE package_id <> 0 AND until IS NULL) AS packages,
       (SELECT count(*) FROM holding) AS holding,
       (SELECT count(*) FROM asked) AS commits,
       (SELECT count(*) FROM holding AS h
        LEFT JOIN stored_forge AS f ON f.repository_id = h.repository_id AND f.until IS NULL
        LEFT JOIN forge_asked AS a ON a.repository_id = h.repository_id
        WHERE f.state IS NOT 'known' OR a.asked_at IS NULL OR a.asked_at < :again
           OR h.repository_id IN (SELECT repository_id FROM asked WHERE unknown)) AS due,
       (SELECT count(*) FROM asked WHERE unknown) AS due_commits,
       (SELECT count(*) FROM memory AS m, json_each(m.value, '$.pages')
        WHERE m.key LIKE 'listing %'
          AND instr(lower(:owners), char(10) || lower(replace(m.key, rtrim(m.key, replace(m.key, ' ', '')), ''))
                                    || char(10)) > 0) AS pages,
       (SELECT count(*) FROM memory AS m
        WHERE m.key LIKE 'listing %'
          AND instr(lower(:owners), char(10) || lower(replace(m.key, rtrim(m.key, replace(m.key, ' ', '')), ''))
                                    || char(10)) > 0) AS listings,
       (SELECT strftime('%s', ended_at) - strftime('%s', started_at) FROM run
        WHERE state = 'complete' AND json_extract(arguments, '$[0]') = 'scan'
        ORDER BY id DESC LIMIT 1) AS seconds;
