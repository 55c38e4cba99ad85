-- Actions of others that the workflows at the tip of the default branch use by the id of a commit.
CREATE VIEW action_pin AS
SELECT s.repository_id, o.full_name AS repository, s.action, s.commit_oid
FROM stored_action_pin AS s
JOIN repository AS o ON o.id = s.repository_id
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
