-- Writing facts. Each line below is one kind of fact: name | subject | key | values. The statements
-- after them are made once for each (embed.py): they bring stored_NAME in line with incoming_NAME,
-- which holds all rows of one subject as they are now, and write only the difference.
-- What a run older than all that are kept saw alone goes with it, unless a "-- keep:" line says
-- otherwise: name | which of its rows rules, views or later runs look back at.
--
-- fact: scope          |                           | repository_id package_id |
-- fact: repository     | repository_id             | | owner name visibility default_branch forge_licence archived fork disabled named
-- fact: refs           | repository_id             | | digest head_ref head_oid head_committed_at reader
-- fact: tag            | repository_id             | name | oid commit_oid kind tagged_at committed_at on_default_branch
-- fact: tag_signature  | repository_id             | tag | is_signed
-- fact: action_pin     | repository_id             | action commit_oid |
-- fact: lost_tip       | repository_id             | oid |
-- fact: project        | repository_id             | directory | name normal backend licence licence_state licence_path changelog_path candidate
-- fact: declaration    | repository_id             | commit_oid directory | name normal kind version order_key is_prerelease origin reason
-- fact: package        | package_id                | | state display licence organisation urls status status_reason note incomplete
-- fact: also_at        | package_id                | index_url |
-- fact: release        | package_id                | release_id | published_at yanked yanked_reason files sdist wheel
-- fact: file           | package_id                | release_id filename | kind url sha256 size uploaded_at yanked provenance
-- fact: link           | repository_id             | package_id | directory state evidence other
-- fact: denotes        | repository_id             | package_id order_key tag | version is_prerelease how preferred
-- fact: release_source | repository_id             | release_id | version_commit_state version_commit version_committed_at changelog_state changelog_path changelog_line changelog_at
-- fact: skipped        | repository_id             | package_id order_key | version commit_oid committed_at
-- fact: contents       | repository_id release_id  | filename | package_id kind sha256 state reason detail verdict commit_oid committed_at relation members same
-- fact: content_member | repository_id release_id  | filename path class | package_id importance reason git_path blob first_commit first_at late lines comments_only touches secret
-- fact: provenance     | repository_id release_id  | filename | package_id kind state reason detail
-- fact: attestation    | repository_id release_id  | filename number | package_id predicate publisher publisher_repository workflow environment identity repository repository_forge_id on_forge commit_oid ref integrated_at fault chain relation
-- fact: workflow       | repository_id             | path | state reason detail triggers
-- fact: publish        | repository_id             | workflow path line | tool state reason environment ways loose checked pinned credential
-- fact: forge          | repository_id             | | state reason detail
-- fact: forge_release  | repository_id             | number | tag name draft prerelease latest created_at published_at commit_oid
-- fact: forge_commit   | repository_id oid         | | state signature checks pull_state pull url author merged_by merged_at base head_oid merge_oid reviewed reviews
-- fact: coverage       | repository_id package_id organisation | fact | status reason detail
-- fact: finding        |                           | rule repository_id package_id version tag detail | severity standing message evidence first_run

-- keep: tag      | 1
-- keep: package  | 1
-- keep: release  | 1
-- keep: file     | 1
-- keep: link     | 1
-- keep: denotes  | 1
-- keep: refs     | s.head_oid IN (SELECT t.oid FROM stored_lost_tip AS t WHERE t.repository_id = s.repository_id)
-- keep: finding  | s.until = ?1
-- keep: coverage | s.status IN ('known', 'absent') AND NOT EXISTS (SELECT 1 FROM stored_coverage AS n WHERE n.repository_id = s.repository_id AND n.package_id = s.package_id AND n.organisation = s.organisation AND n.fact = s.fact AND n.status = s.status AND n.until > s.until AND n.until <= ?1)

-- each: {fact}_clear
DELETE FROM incoming_{fact};

-- each: {fact}_add
INSERT OR IGNORE INTO incoming_{fact} ({columns}) VALUES ({marks});

-- each: {fact}_close
UPDATE stored_{fact} AS s SET until = ?1
WHERE {is_subject} AND s.until IS NULL AND NOT EXISTS (
    SELECT 1 FROM incoming_{fact} AS i WHERE {same_key} AND {same_values});

-- each: {fact}_open
INSERT OR REPLACE INTO stored_{fact} ({columns}, since)
SELECT i.*, ?1 FROM incoming_{fact} AS i
WHERE NOT EXISTS (
    SELECT 1 FROM stored_{fact} AS s
    WHERE {same_key} AND s.until IS NULL AND {same_values});

-- ?1: the first run that is kept.
-- each: {fact}_prune
DELETE FROM stored_{fact} AS s
WHERE {is_gone} OR (s.until <= ?1 AND NOT ({is_kept}));

-- Runs whose days are still told: when a row began, when it was seen last, when it was gone.
-- each: {fact}_runs
INSERT OR IGNORE INTO temp.named_run
SELECT since FROM stored_{fact} WHERE since < ?1
UNION SELECT until FROM stored_{fact} WHERE until < ?1
UNION SELECT (SELECT max(r.id) FROM run AS r WHERE r.id < s.until)
      FROM stored_{fact} AS s WHERE s.until <= ?1;

-- Made from the table itself: without its columns' types no comparison of the two finds by key.
-- script: {fact}_incoming
CREATE TEMP TABLE incoming_{fact} AS SELECT {columns} FROM stored_{fact} WHERE 0;
CREATE UNIQUE INDEX temp.incoming_{fact}_key ON incoming_{fact} ({keys});
