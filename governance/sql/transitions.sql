-- What each divergence becomes. An answer holds until its last day; a closed one that holds again opens anew.
DROP TABLE IF EXISTS judged_transition;
CREATE TEMP TABLE judged_transition ON COMMIT DROP AS
SELECT d.id, coalesce(p.measure_id, d.measure_id) AS measure_id, coalesce(p.code, d.code) AS code, p.severity,
       coalesce(d.state, '') AS state_before,
       CASE WHEN p.code IS NULL THEN 'closed' ELSE 'open' END AS state_after
  FROM judged_pattern p
  FULL JOIN (SELECT known.* FROM governance_divergence known
               JOIN judged_scope s ON s.measure_id = known.measure_id) d
    ON d.measure_id = p.measure_id AND d.code = p.code
 WHERE CASE WHEN p.code IS NULL THEN d.state <> 'closed'
            ELSE d.id IS NULL OR d.state = 'closed' OR (d.state = 'answered' AND d.answered_until < %(on)s) END;
