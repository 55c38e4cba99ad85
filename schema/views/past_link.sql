-- How repositories and packages belonged together, in the run that is shown or an earlier one;
-- gone_at is when the run began that saw it otherwise, NULL where it still holds.
CREATE VIEW past_link AS
SELECT s.repository_id, s.package_id, s.state, s.evidence, s.since AS first_run, s.until AS gone_run,
       (SELECT g.started_at FROM run AS g
        WHERE g.id = s.until AND s.until <= (SELECT run FROM as_of)) AS gone_at
FROM stored_link AS s
WHERE s.since <= (SELECT run FROM as_of);
