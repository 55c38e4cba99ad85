-- The run that all views show: the newest complete one, else the newest at all. A program that wants
-- another run makes the views again as temporary ones beside an as_of of its own.
CREATE VIEW as_of AS
SELECT id AS run, started_at, ended_at, state
FROM run
ORDER BY state = 'complete' DESC, id DESC
LIMIT 1;
