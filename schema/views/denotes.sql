-- Which tag denotes which version of a package, whether the index has that version or not. Of
-- several tags for one version, preferred is the one to judge by.
CREATE VIEW denotes AS
SELECT s.repository_id, s.package_id, s.tag, s.version, s.order_key, s.is_prerelease, s.how,
       s.preferred
FROM stored_denotes AS s
JOIN stored_scope AS c ON c.repository_id = s.repository_id AND c.package_id = 0
    AND (SELECT run FROM as_of) BETWEEN c.since AND ifnull(c.until - 1, 1 << 62)
WHERE (SELECT run FROM as_of) BETWEEN s.since AND ifnull(s.until - 1, 1 << 62);
