-- How repositories and packages belonged together, in the run that is shown or an earlier one.
CREATE VIEW past_link AS
SELECT s.repository_id, s.package_id, s.state
FROM stored_link AS s
WHERE s.since <= (SELECT run FROM as_of);
