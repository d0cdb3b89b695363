-- Measures of which a condition expired unfulfilled (domain §2): an input of the implementation light.
DROP TABLE IF EXISTS judged_unmet;
CREATE TEMP TABLE judged_unmet ON COMMIT DROP AS
SELECT DISTINCT c.measure_id
  FROM governance_condition c
  JOIN judged_scope s ON s.measure_id = c.measure_id
 WHERE c.state IN ('open', 'claimed') AND c.due_on < %(on)s;
ANALYZE judged_unmet;
