-- Which tag denoted which version of a package in an earlier run, and does not in the one that is
-- shown.
CREATE VIEW past_denotes AS
SELECT s.repository_id, s.package_id, s.tag, s.version, s.order_key, s.preferred
FROM stored_denotes AS s
WHERE s.until <= (SELECT run FROM as_of);
