-- Measures of the workbook that claim an entity, account, cost centre and month that another measure claims too;
-- with the codes of the others in the first month that is shared. As `unlinked_overlaps` does for one measure.
WITH claims AS (
  SELECT DISTINCT m.id, m.code, m.legal_entity_id, e.gl_account_id, e.cost_centre_id, a.period_id
  FROM measures_measure m
  LEFT JOIN takeover_measure t ON t.id = m.id
  JOIN finance_effect e ON e.measure_id = m.id AND e.nature = 'ebitda'
    AND e.gl_account_id IS NOT NULL AND e.cost_centre_id IS NOT NULL
  JOIN finance_planamount a ON a.effect_id = e.id AND a.amount > 0
  WHERE m.legal_entity_id IS NOT NULL
    AND COALESCE(t.stage, m.stage) >= 2 AND COALESCE(t.lifecycle, m.lifecycle) <> 'cancelled'
), shared AS (
  SELECT legal_entity_id, gl_account_id, cost_centre_id, period_id, (array_agg(code ORDER BY code))[1:21] AS codes
  FROM claims GROUP BY legal_entity_id, gl_account_id, cost_centre_id, period_id HAVING count(*) > 1
)
SELECT DISTINCT ON (c.id) c.id, (array_remove(s.codes, c.code))[1:20]
FROM claims c
JOIN shared s USING (legal_entity_id, gl_account_id, cost_centre_id, period_id)
WHERE c.id IN (SELECT id FROM takeover_measure)
ORDER BY c.id, c.period_id
