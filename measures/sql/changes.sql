-- Measures whose lights, or the reasons for them, are no longer what the last run found.
DROP TABLE IF EXISTS judged_change;
CREATE TEMP TABLE judged_change ON COMMIT DROP AS
SELECT m.id, m.implementation_status AS implementation_before, m.potential_status AS potential_before
  FROM measures_measure m
  JOIN judged_status j ON j.measure_id = m.id
 WHERE (m.implementation_status, m.potential_status, m.potential_hollow, m.implementation_reasons, m.potential_reasons)
       IS DISTINCT FROM (j.implementation, j.potential, j.hollow, j.implementation_reasons, j.potential_reasons);
