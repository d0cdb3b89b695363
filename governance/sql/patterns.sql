-- The divergences that hold now: `governance.rules.divergence_codes` for many measures at once.
DROP TABLE IF EXISTS judged_pattern;
CREATE TEMP TABLE judged_pattern ON COMMIT DROP AS
WITH conflicts AS (
  -- D12: the controller of today owned or sponsored the measure before, so nobody independent judges its value.
  SELECT DISTINCT h.measure_id
    FROM measures_roleholding h
    JOIN measures_measure m ON m.id = h.measure_id AND m.controller_id = h.user_id
    JOIN judged_scope s ON s.measure_id = h.measure_id
   WHERE h.office IN ('owner', 'sponsor')
), facts AS MATERIALIZED (
  SELECT s.measure_id, s.stage, s.stage_since, s.due_closed, w.done_on,
         t.implementation, t.potential, m.has_actuals, m.has_proven,
         m.cumulative_actual - m.cumulative_reference AS excess, abs(m.cumulative_reference) AS size,
         s.lifecycle = 'active' AS active,
         s.lifecycle = 'active' AND s.stage BETWEEN 3 AND 4 AS running,
         u.measure_id IS NOT NULL AS unmaintained,
         c.measure_id IS NOT NULL AS conflict
    FROM judged_scope s
    JOIN judged_work w ON w.measure_id = s.measure_id
    JOIN judged_money m ON m.measure_id = s.measure_id
    JOIN judged_status t ON t.measure_id = s.measure_id
    LEFT JOIN judged_unmaintained u ON u.measure_id = s.measure_id
    LEFT JOIN conflicts c ON c.measure_id = s.measure_id
)
SELECT f.measure_id, pattern.code, pattern.severity
  FROM facts f
 CROSS JOIN LATERAL (VALUES
   ('D1', 'critical', running AND implementation IN ('green', 'amber') AND potential = 'red'),
   ('D2', 'high', running AND implementation = 'green' AND potential = 'amber'),
   ('D3', 'high', running AND implementation = 'red' AND potential = 'green'),
   ('D4', 'high', has_actuals AND stage < 3),
   ('D5', 'high', active AND stage = 4 AND stage_since + %(unproven_days)s <= %(on)s AND NOT has_proven),
   ('D6', 'medium', stage >= 3 AND CASE WHEN size = 0 THEN excess > 0 AND excess >= %(materiality)s
                                        ELSE excess > (%(overclaim_share)s - 1) * size END),
   ('D7', 'medium', active AND stage < 4 AND done_on + %(gate_forgotten_days)s < %(on)s),
   ('D8', 'medium', unmaintained),
   ('D12', 'critical', conflict),
   ('D13', 'medium', active AND stage < 5 AND due_closed + %(closure_overdue_days)s < %(on)s)
 ) AS pattern (code, severity, holds)
 WHERE pattern.holds;
CREATE UNIQUE INDEX ON judged_pattern (measure_id, code);
ANALYZE judged_pattern;
