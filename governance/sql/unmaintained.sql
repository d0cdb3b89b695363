-- Measures whose forecast equals the plan in every month of every effect, asked only where nobody kept it up (D8).
DROP TABLE IF EXISTS judged_unmaintained;
CREATE TEMP TABLE judged_unmaintained ON COMMIT DROP AS
WITH asked AS (
  SELECT e.effect_id, e.measure_id, e.baseline_id
    FROM judged_potential p
    JOIN judged_scope s ON s.measure_id = p.measure_id
    JOIN judged_effect e ON e.measure_id = p.measure_id
   WHERE p.is_stale AND s.lifecycle = 'active' AND s.stage < 5
), forecast AS (
  SELECT a.effect_id, k.measure_id, k.baseline_id, a.period_id, a.amount
    FROM finance_forecastamount a JOIN asked k ON k.effect_id = a.effect_id
), kept AS (
  -- An effect without forecast rows is forecast as planned.
  SELECT DISTINCT effect_id, measure_id, baseline_id FROM forecast
), differing AS (
  SELECT measure_id
    FROM (SELECT measure_id, effect_id, period_id, amount FROM forecast
           UNION ALL
          SELECT k.measure_id, a.effect_id, a.period_id, -a.amount
            FROM finance_baselineamount a
            JOIN kept k ON k.effect_id = a.effect_id AND k.baseline_id = a.baseline_id
           UNION ALL
          SELECT k.measure_id, a.effect_id, a.period_id, -a.amount
            FROM finance_planamount a
            JOIN kept k ON k.effect_id = a.effect_id AND k.baseline_id IS NULL) both_sides
   GROUP BY measure_id, effect_id, period_id
  HAVING sum(amount) <> 0
)
SELECT DISTINCT measure_id FROM asked
EXCEPT
SELECT measure_id FROM differing;
