-- What report/ prints. Columns and order are the contract of design section 6: two reports of one
-- run are the same bytes. :package (PEP 503), :repository ("owner/name"), :rule, :severity and
-- :state choose rows; NULL chooses all. Columns that are always NULL here wait for facts that later
-- schema versions bring.

-- name: report_run
SELECT r.id, r.started_at, r.ended_at, r.state, r.arguments, r.program
FROM run AS r
WHERE r.id = (SELECT run FROM as_of);

-- name: report_packages
WITH releases AS MATERIALIZED (
    SELECT package_id, count(*) AS releases, count(tag) AS tagged,
           repository_id IS NULL OR refs_state = 'unknown' AS unknown
    FROM tagged
    WHERE files > 0
    GROUP BY package_id),
tags AS (
    -- each package with the tag of its highest final version, else of its highest
    SELECT p.*,
           coalesce((SELECT d.tag FROM denotes AS d
                     WHERE d.repository_id = p.repository_id AND d.package_id = p.id
                       AND NOT d.is_prerelease AND d.preferred
                     ORDER BY d.order_key DESC LIMIT 1),
                    (SELECT d.tag FROM denotes AS d
                     WHERE d.repository_id = p.repository_id AND d.package_id = p.id
                       AND d.preferred
                     ORDER BY d.order_key DESC LIMIT 1)) AS tag
    FROM package AS p)
SELECT r.organisation, r.name AS repository, p.name AS package, p.link,
       p.newest AS published_version, p.newest_at AS published_at, p.tag,
       (SELECT d.version FROM denotes AS d
        WHERE d.repository_id = p.repository_id AND d.package_id = p.id AND d.tag = p.tag
          AND d.preferred
        ORDER BY d.order_key DESC LIMIT 1) AS tag_version,
       p.declared_version, p.declared_kind,
       CASE WHEN p.index_state <> 'unknown' THEN ifnull(s.releases, 0) END AS releases,
       CASE WHEN p.index_state <> 'unknown' AND ifnull(s.unknown, 0) = 0
            THEN ifnull(s.tagged, 0) END AS releases_tagged,
       CASE WHEN p.index_state <> 'unknown' AND ifnull(s.unknown, 0) = 0
            THEN ifnull(s.releases - s.tagged, 0) END AS releases_untagged,
       g.critical, g.high, g.medium, g.low, g.worst_rule, g.status
FROM tags AS p
JOIN standing AS g ON g.package_id = p.id
LEFT JOIN repository AS r ON r.id = p.repository_id
LEFT JOIN releases AS s ON s.package_id = p.id
WHERE (:package IS NULL OR p.name = :package)
  AND (:repository IS NULL OR r.full_name = :repository)
ORDER BY r.organisation, r.name, p.name, p.index_url;

-- Evidence ends with what it rests on (`observed`): the index's document, the repository's refs, the
-- tag, and of the version's files the source archives and those that the evidence names.
-- name: report_findings
WITH seen AS MATERIALIZED (SELECT * FROM observation)
SELECT (SELECT run FROM as_of) AS run, f.rule, f.severity, f.state, r.organisation,
       r.name AS repository, p.name AS package, f.version, f.tag, f.message, f.first_seen,
       json_insert(f.evidence, '$.observed', (
           SELECT json_group_array(json_object('fact', o.fact, 'name', o.name, 'source', o.source,
                                               'digest', o.digest, 'since', o.since,
                                               'observed_at', o.observed_at))
           FROM (SELECT 0 AS nth, x.fact, x.name, x.source, x.digest, x.since, x.observed_at
                 WHERE x.fact IS NOT NULL
                 UNION ALL
                 SELECT 1, g.fact, g.name, g.source, g.digest, g.since, g.observed_at
                 WHERE g.fact IS NOT NULL
                 UNION ALL
                 SELECT 2, 'tag', t.name, g.source, 'git:' || t.oid, a.started_at, g.observed_at
                 FROM stored_tag AS t
                 JOIN run AS a ON a.id = t.since
                 WHERE t.repository_id = f.repository_id AND t.name = f.tag
                   AND (SELECT run FROM as_of) BETWEEN t.since AND ifnull(t.until - 1, 1 << 62)
                 UNION ALL
                 SELECT 3, 'file', t.filename, t.url, 'sha256:' || t.sha256, a.started_at, x.observed_at
                 FROM stored_file AS t
                 JOIN run AS a ON a.id = t.since
                 WHERE t.package_id = i.package_id AND t.release_id = i.id
                   AND (t.kind = 'sdist' OR instr(f.evidence, '"' || t.filename || '"') > 0)
                   AND (SELECT run FROM as_of) BETWEEN t.since AND ifnull(t.until - 1, 1 << 62)
                 ORDER BY 1, 3) AS o)) AS evidence
FROM finding AS f
LEFT JOIN seen AS x ON x.package_id = f.package_id
LEFT JOIN seen AS g ON g.repository_id = f.repository_id
LEFT JOIN repository AS r ON r.id = f.repository_id
LEFT JOIN package_id AS p ON p.id = f.package_id
LEFT JOIN release_id AS i ON i.package_id = f.package_id AND i.version = f.version
    AND EXISTS (SELECT 1 FROM stored_release AS s
                WHERE s.package_id = i.package_id AND s.release_id = i.id
                  AND s.since <= (SELECT run FROM as_of))
WHERE (:package IS NULL OR p.name = :package)
  AND (:repository IS NULL OR r.full_name = :repository)
  AND (:rule IS NULL OR f.rule = :rule)
  AND (:severity IS NULL OR f.severity = :severity)
  AND (:state IS NULL OR f.state = :state)
ORDER BY r.organisation, r.name, p.name,
         f.state_rank, f.severity_rank, i.order_key DESC, f.rule, f.version, f.tag, f.detail;

-- name: report_releases
SELECT r.organisation, r.name AS repository, s.package, s.version, s.published_at, s.yanked,
       s.tag, s.tag_kind, s.tag_commit, s.tagged_at, s.declared_at_tag,
       nullif(s.changelog_state, 'unknown') AS changelog,
       CASE WHEN s.forge_release_state = 'known' THEN ifnull(s.forge_released_at, 'known')
            WHEN s.forge_draft THEN 'draft'
            WHEN s.forge_release_state = 'absent' THEN 'absent' END AS forge_release,
       CASE s.pull_state WHEN 'known' THEN s.pull WHEN 'absent' THEN 'absent' END AS pull_request,
       CASE WHEN s.pull_state = 'absent' THEN 0 ELSE s.reviewed = 'approved' END AS reviewed, s.sdist, s.wheel, s.provenance,
       s.verdict
FROM release AS s
LEFT JOIN repository AS r ON r.id = s.repository_id
WHERE (:package IS NULL OR s.package = :package)
  AND (:repository IS NULL OR r.full_name = :repository)
ORDER BY r.organisation, r.name, s.package, s.order_key DESC, s.version;

-- name: report_coverage
SELECT coalesce(v.organisation, r.organisation) AS organisation, r.name AS repository,
       p.name AS package, v.fact, v.status, v.reason, v.observed_at, v.detail
FROM coverage AS v
LEFT JOIN linked AS k ON k.package_id = v.package_id
LEFT JOIN repository AS r ON r.id = coalesce(v.repository_id, k.repository_id)
LEFT JOIN package_id AS p ON p.id = v.package_id
WHERE (:package IS NULL OR p.name = :package)
  AND (:repository IS NULL OR r.full_name = :repository)
ORDER BY 1, r.name, p.name, v.fact;

-- What could not be looked at, each cause once: `fact` is NULL where one cause cost several. A detail
-- that begins with the subject's name does not say it twice.
-- name: report_coverage_details
WITH unseen AS (
    SELECT coalesce(v.organisation, p.name, r.full_name) AS subject, v.fact,
           coalesce(v.detail, v.reason) AS why
    FROM coverage AS v
    LEFT JOIN repository AS r ON r.id = v.repository_id
    LEFT JOIN package_id AS p ON p.id = v.package_id
    WHERE v.status = 'unknown')
SELECT subject, CASE count(*) WHEN 1 THEN fact END AS fact,
       CASE WHEN substr(why, 1, length(subject) + 2) = subject || ': '
            THEN substr(why, length(subject) + 3) ELSE why END AS why,
       count(*) OVER () AS total
FROM unseen
GROUP BY subject, why
ORDER BY subject, min(fact);

-- Of the same rows as the other sheets show. Findings count from severity low up, info apart.
-- name: report_summary
WITH repositories AS MATERIALIZED (
    SELECT r.id FROM repository AS r
    WHERE (:repository IS NULL OR r.full_name = :repository)
      AND (:package IS NULL OR r.id IN (SELECT p.repository_id FROM package AS p
                                        WHERE p.name = :package))),
packages AS MATERIALIZED (
    SELECT p.id FROM package AS p
    WHERE (:package IS NULL OR p.name = :package)
      AND (:repository IS NULL OR p.repository_id IN (SELECT id FROM repositories))),
statuses AS MATERIALIZED (
    SELECT count(*) AS packages, sum(status = 'in-sync') AS in_sync, sum(status = 'drift') AS drift,
           sum(status = 'unpublished') AS unpublished, sum(status = 'not-ours') AS not_ours,
           sum(status = 'unknown') AS unknown
    FROM standing
    WHERE package_id IN (SELECT id FROM packages)),
releases AS MATERIALIZED (
    SELECT count(*) AS releases, count(CASE WHEN seen THEN tag END) AS tagged,
           count(CASE WHEN seen THEN 1 END) AS seen
    FROM (SELECT tag, repository_id IS NOT NULL AND refs_state <> 'unknown' AS seen
          FROM tagged
          WHERE files > 0 AND package_id IN (SELECT id FROM packages))),
findings AS MATERIALIZED (
    SELECT f.severity, f.state
    FROM finding AS f
    WHERE (:package IS NULL OR f.package_id IN (SELECT id FROM packages))
      AND (:repository IS NULL OR f.repository_id IN (SELECT id FROM repositories))
      AND (:rule IS NULL OR f.rule = :rule)
      AND (:severity IS NULL OR f.severity = :severity)
      AND (:state IS NULL OR f.state = :state)),
severities AS MATERIALIZED (
    SELECT sum(severity = 'critical') AS critical, sum(severity = 'high') AS high,
           sum(severity = 'medium') AS medium, sum(severity = 'low') AS low,
           sum(severity = 'info') AS info
    FROM findings
    WHERE state IN ('new', 'open')),
states AS MATERIALIZED (
    SELECT sum(state = 'new') AS new, sum(state = 'resolved') AS resolved,
           sum(state = 'historic') AS historic, sum(state = 'waived') AS waived
    FROM findings
    WHERE severity <> 'info'),
looks AS MATERIALIZED (
    SELECT sum(status = 'unknown') AS unknown, sum(status = 'skipped' AND fact = 'refs') AS skipped
    FROM coverage
    WHERE (:package IS NULL OR package_id IN (SELECT id FROM packages))
      AND (:repository IS NULL OR repository_id IN (SELECT id FROM repositories)
                               OR package_id IN (SELECT id FROM packages)))
SELECT (SELECT count(*) FROM repositories) AS repositories, s.packages,
       ifnull(s.in_sync, 0) AS in_sync, ifnull(s.drift, 0) AS drift,
       ifnull(s.unpublished, 0) AS unpublished,
       ifnull(s.not_ours, 0) AS not_ours, ifnull(s.unknown, 0) AS unknown,
       r.releases, r.tagged AS releases_tagged,
       r.seen - r.tagged AS releases_untagged,
       ifnull(v.critical, 0) AS critical, ifnull(v.high, 0) AS high, ifnull(v.medium, 0) AS medium,
       ifnull(v.low, 0) AS low, ifnull(v.info, 0) AS info,
       ifnull(t.new, 0) AS findings_new, ifnull(t.resolved, 0) AS findings_resolved,
       ifnull(t.historic, 0) AS findings_historic, ifnull(t.waived, 0) AS findings_waived,
       ifnull(l.unknown, 0) AS coverage_unknown, ifnull(l.skipped, 0) AS repositories_skipped
FROM statuses AS s, releases AS r, severities AS v, states AS t, looks AS l;

-- What a filter may name, one a row.
-- name: report_known_packages
SELECT name FROM package ORDER BY name;

-- name: report_known_repositories
SELECT full_name FROM repository ORDER BY full_name;

-- Rules that spoke in the run that is shown, also those that this program does not know.
-- name: report_known_rules
SELECT DISTINCT rule FROM finding ORDER BY rule;

-- name: report_card_package
SELECT r.organisation, r.name AS repository, r.full_name, r.host, p.name AS package, p.display,
       p.index_url, p.index_status, p.index_status_reason,
       p.index_state = 'known' AND p.urls IS NULL AS index_is_simple, p.link, p.link_evidence, p.link_other, p.refs_state, p.index_state,
       p.index_lost_at, p.newest AS published_version, p.newest_at AS published_at, p.newest_yanked AS yanked,
       p.directory, p.head, r.default_branch, r.head_ref, r.head_committed_at,
       p.declared_version, p.declared_kind, p.declared_origin, p.declared_reason,
       CASE WHEN substr(p.declared_key, 1, 1) > x'00' OR p.declared_key = p.newest_key
            THEN (p.declared_key > p.newest_key) - (p.declared_key < p.newest_key) END AS declared_order, p.licence,
       p.project_licence, p.licence_state, p.licence_path, p.changelog_path,
       -- 'known', 'empty' (no commit), 'none' (no project of this name at the tip) or 'unknown'
       CASE WHEN p.refs_state = 'absent' THEN 'empty'
            WHEN p.refs_state = 'known' AND p.directory IS NOT NULL THEN 'known'
            WHEN p.refs_state = 'known' AND u.why IS NULL THEN 'none'
            ELSE 'unknown' END AS tip_state,
       w.state AS publish_state, w.path AS publish_path, w.line AS publish_line, w.tool AS publish_tool,
       w.ways AS publish_ways, w.loose AS publish_loose, w.credential AS publish_credential, w.reason AS publish_reason,
       (SELECT count(*) FROM publish AS m WHERE m.repository_id = p.repository_id AND m.state = 'known') AS publish_steps,
       p.link IN ('configured', 'mutual', 'corroborated') AND EXISTS (
           SELECT 1 FROM coverage AS m WHERE m.repository_id = p.repository_id AND m.fact = 'workflows'
              AND m.status IN ('known', 'absent')) AS publish_none,
       u.why AS unseen, (SELECT started_at FROM as_of) AS observed_at
FROM package AS p
LEFT JOIN repository AS r ON r.id = p.repository_id
-- known before unknown, and of those the one that asks for most attention
LEFT JOIN publish AS w ON w.repository_id = p.repository_id
LEFT JOIN (SELECT v.repository_id, v.package_id, coalesce(v.detail, v.reason) AS why, v.fact
           FROM coverage AS v
           -- that no project here has the name is no reason to doubt it
           WHERE v.status = 'unknown' AND v.fact <> 'repository') AS u
    ON u.repository_id = p.repository_id OR u.package_id = p.id
WHERE p.name = :package
ORDER BY p.index_url, u.fact, w.state, w.loose = '', w.workflow, w.path, w.line LIMIT 1;

-- Highest version first; is_newest marks the one that the card is about. What is known of the package's
-- files is read once and joined: asked for each release, it is read as often as there are releases.
-- name: report_card_releases
WITH held AS MATERIALIZED (
    SELECT release_id, state, detail, verdict, commit_oid, relation, members,
           row_number() OVER (PARTITION BY release_id, state ORDER BY filename) AS nth,
           row_number() OVER (PARTITION BY release_id, verdict ORDER BY kind <> 'sdist', filename)
               AS nth_of_verdict
    FROM contents
    WHERE package = :package),
differing AS MATERIALIZED (
    SELECT release_id, path, class = 'other-commit' AS is_other,
           row_number() OVER (PARTITION BY release_id, class = 'other-commit'
                              ORDER BY importance, path) AS nth
    FROM content_member
    WHERE package = :package AND class IN ('nowhere', 'altered', 'ignored', 'other-commit'))
SELECT s.version, s.is_newest, s.is_prerelease, s.published_at, s.yanked, s.yanked_reason,
       s.files, s.sdist, s.wheel,
       (SELECT f.url FROM file AS f
        WHERE f.release_id = s.id AND s.is_newest AND f.kind = 'sdist'
        ORDER BY f.filename LIMIT 1) AS sdist_url,
       s.tag_state, s.tag, s.tag_kind, s.tag_oid, s.tag_commit,
       s.tagged_at, s.committed_at, s.on_default_branch, s.declared_at_tag,
       s.declared_kind_at_tag, s.declared_origin_at_tag,
       s.declared_key_at_tag = s.order_key AS declared_agrees, s.version_commit_state,
       s.version_commit, s.version_committed_at, s.changelog_state, s.changelog_path,
       s.changelog_line, s.changelog_at, s.verdict,
       c.commit_oid AS contents_commit, c.relation AS contents_relation,
       u.detail AS contents_unknown, l.members AS contents_members,
       ifnull(m.lost, 0) AS contents_lost, m.first_lost AS contents_first,
       ifnull(m.other, 0) AS contents_other,
       s.forge_release_state, s.forge_released_at, s.forge_draft, s.pull_state, s.pull,
       s.pull_author, s.merged_by, s.reviewed, s.checks, y.detail AS forge_unknown,
       (SELECT group_concat(w.value ->> 0, ', ') FROM json_each(s.reviews) AS w
        WHERE w.value ->> 1 = 'APPROVED') AS approved_by,
       s.provenance, v.detail AS provenance_unknown, v.absent AS provenance_absent,
       a.publisher AS attested_by, coalesce(a.repository, a.identity) AS attested_repository,
       a.workflow AS attested_workflow, a.commit_oid AS attested_commit,
       a.relation AS attested_relation, a.fault AS attested_fault
FROM release AS s
LEFT JOIN held AS c ON c.release_id = s.id AND c.verdict = s.verdict AND c.nth_of_verdict = 1
LEFT JOIN held AS u ON u.release_id = s.id AND u.state = 'unknown' AND u.nth = 1
LEFT JOIN (SELECT release_id, sum(members) AS members FROM held GROUP BY release_id) AS l
    ON l.release_id = s.id
LEFT JOIN (SELECT release_id, count(DISTINCT path) FILTER (WHERE NOT is_other) AS lost,
                  count(DISTINCT path) FILTER (WHERE is_other) AS other,
                  max(path) FILTER (WHERE NOT is_other AND nth = 1) AS first_lost
           FROM differing GROUP BY release_id) AS m ON m.release_id = s.id
LEFT JOIN (SELECT release_id, min(filename) FILTER (WHERE state = 'absent') AS absent,
                  max(detail) FILTER (WHERE nth = 1 AND state = 'unknown') AS detail
           FROM (SELECT release_id, filename, state, detail,
                        row_number() OVER (PARTITION BY release_id, state ORDER BY filename) AS nth
                 FROM provenance WHERE package = :package)
           GROUP BY release_id) AS v ON v.release_id = s.id
LEFT JOIN (SELECT repository_id, min(detail) AS detail FROM coverage
           WHERE fact = 'forge' AND status <> 'known' GROUP BY repository_id) AS y
    ON y.repository_id = s.repository_id
-- of several, what speaks against the release
LEFT JOIN (SELECT *, row_number() OVER (
                         PARTITION BY release_id
                         ORDER BY fault IS NULL, relation IS 'same', filename, number) AS nth
           FROM attestation WHERE package = :package) AS a ON a.release_id = s.id AND a.nth = 1
WHERE s.package = :package
ORDER BY s.order_key DESC, s.version;

-- name: report_card_findings
SELECT f.rule, f.severity, f.state, f.version, coalesce(f.version, f.tag, f.detail) AS subject,
       f.tag, f.message, f.evidence, f.first_seen
FROM finding AS f
JOIN package_id AS p ON p.id = f.package_id
LEFT JOIN release_id AS i ON i.package_id = f.package_id AND i.version = f.version
    AND EXISTS (SELECT 1 FROM stored_release AS s
                WHERE s.package_id = i.package_id AND s.release_id = i.id
                  AND s.since <= (SELECT run FROM as_of))
WHERE p.name = :package
ORDER BY f.state_rank, f.severity_rank, i.order_key DESC, f.rule, f.version, f.tag, f.detail;

-- What of each release is not the repository's, code first, some of each; `files` says how many.
-- name: report_card_contents
SELECT version, path, class, lines, comments_only, touches, first_commit, files
FROM (SELECT m.order_key, m.version, m.path, m.class, m.lines, m.comments_only, m.touches,
             m.first_commit, count(*) OVER (PARTITION BY m.release_id) AS files,
             row_number() OVER (PARTITION BY m.release_id
                                ORDER BY m.importance IS NOT 'code', m.importance, m.path,
                                         m.filename) AS nth
      FROM content_member AS m
      WHERE m.package = :package AND m.path IS NOT NULL
        AND m.class IN ('altered', 'nowhere', 'ignored', 'other-commit', 'review'))
WHERE nth <= 5
ORDER BY order_key DESC, version, nth;

-- Tags of the package that denote no version that the index has or had, highest first.
-- name: report_card_tags
SELECT d.tag, d.version, d.is_prerelease, t.commit_oid AS tag_commit, t.tagged_at, t.committed_at
FROM package AS p
CROSS JOIN denotes AS d ON d.repository_id = p.repository_id AND d.package_id = p.id
CROSS JOIN tag AS t ON t.repository_id = d.repository_id AND t.name = d.tag
WHERE p.name = :package
  AND NOT EXISTS (SELECT 1 FROM release_id AS i
                  JOIN stored_release AS s ON s.package_id = i.package_id AND s.release_id = i.id
                  WHERE i.package_id = p.id AND i.order_key = d.order_key
                    AND s.since <= (SELECT run FROM as_of))
ORDER BY d.order_key DESC, d.tag;

-- name: report_explain_package
SELECT p.id, p.link, r.full_name AS repository
FROM package AS p
LEFT JOIN repository AS r ON r.id = p.repository_id
WHERE p.name = :package
ORDER BY p.index_url;

-- Why a release of it may not have been compared; files NULL: there is no such release.
-- name: release_known
SELECT p.newest, r.full_name AS repository,
       (SELECT e.files FROM release AS e
        WHERE e.package_id = p.id AND e.version = ifnull(:version, p.newest)) AS files
FROM package AS p
LEFT JOIN repository AS r ON r.id = p.repository_id
WHERE p.name = :package
ORDER BY p.index_url;

-- What was looked at for the package and its repository.
-- name: report_explain_facts
SELECT v.fact, v.status, v.reason, v.detail
FROM package AS p
JOIN coverage AS v ON v.package_id = p.id OR v.repository_id = p.repository_id
WHERE p.name = :package
ORDER BY v.fact;

-- The files of a release, the sdist first.
-- name: recover_files
SELECT f.filename, f.kind, f.sha256, i.version, p.name AS package
FROM package AS p
JOIN file AS f ON f.package_id = p.id
JOIN release_id AS i ON i.id = f.release_id
WHERE p.name = :package AND i.version = :version
ORDER BY f.kind <> 'sdist', f.filename LIKE '%.whl' AND f.filename NOT LIKE '%-any.whl', f.filename;

-- What of a file its repository does not have at the commit that it was compared with.
-- name: recover_lost
SELECT m.path, m.class
FROM content_member AS m
WHERE m.package = :package AND m.version = :version AND m.filename = :filename
  AND m.class IN ('nowhere', 'altered', 'ignored', 'other-commit') AND NOT m.secret
ORDER BY m.path;

-- Actions by the id of a commit, as the package's own repository uses them, else as most of the fleet do.
-- name: plan_pins
SELECT action, commit_oid, repository
FROM (SELECT a.action, a.commit_oid, min(a.repository) AS repository,
             row_number() OVER (
                 PARTITION BY a.action
                 ORDER BY max(a.repository_id = p.repository_id) DESC, count(*) DESC, a.commit_oid) AS nth
      FROM action_pin AS a
      JOIN package AS p ON p.name = :package
      GROUP BY a.action, a.commit_oid)
WHERE nth = 1;

-- Each version of the package that a scan ever saw on the index, and when one last did.
-- name: gate_past
SELECT i.version,
       (SELECT max(r.started_at)
        FROM stored_release AS s
        JOIN run AS r ON r.id = (SELECT max(b.id) FROM run AS b WHERE s.until IS NULL OR b.id < s.until)
        WHERE s.release_id = i.id) AS last_seen_at
FROM package_id AS p
JOIN release_id AS i ON i.package_id = p.id
WHERE p.name = :package AND rtrim(p.index_url, '/') = rtrim(:index, '/')
  AND EXISTS (SELECT 1 FROM stored_release AS s WHERE s.release_id = i.id);

-- How the package's repository publishes today.
-- name: plan_publishes
SELECT b.path, b.line, b.tool, b.credential, b.ways
FROM publish AS b
JOIN package AS p ON p.repository_id = b.repository_id AND p.name = :package
WHERE b.state = 'known'
ORDER BY b.path, b.line
LIMIT 3;

-- Of one file of the release, the sdist if there is one: what the changelog has to tell.
-- name: plan_touched
WITH chosen AS (
    SELECT filename, sha256, release_id FROM contents
    WHERE package = :package AND version = :version AND state = 'known'
    ORDER BY kind <> 'sdist', filename LIMIT 1)
SELECT m.path, m.class, m.lines, c.sha256
FROM chosen AS c
JOIN content_member AS m ON m.release_id = c.release_id AND m.filename = c.filename
WHERE m.path IS NOT NULL AND NOT m.secret
  AND m.class IN ('altered', 'nowhere', 'other-commit') AND m.importance IN ('code', 'build')
ORDER BY m.importance <> 'code', m.path;

-- Whether that was ever asked.
-- name: recover_verdict
SELECT c.verdict, c.commit_oid
FROM contents AS c
WHERE c.package = :package AND c.version = :version AND c.filename = :filename;
