-- L of each judged effect: the last month of its baseline (before Decided of its plan) with an amount (domain §1).
-- BETWEEN says the same as equality, but keeps the planner from taking baseline and effect for independent, which would
-- make it expect a single row and look up its month in a loop.
DROP TABLE IF EXISTS judged_last, judged_frame;
CREATE TEMP TABLE judged_last ON COMMIT DROP AS
SELECT effect_id, max(ordinal) AS last_month, min(ordinal) AS first_month
  FROM (SELECT a.effect_id, p.ordinal
          FROM finance_baselineamount a
          JOIN judged_effect e ON e.baseline_id = a.baseline_id AND a.effect_id BETWEEN e.effect_id AND e.effect_id
          JOIN finance_fiscalperiod p ON p.id = a.period_id
         WHERE a.amount <> 0 AND e.judged
         UNION ALL
        SELECT a.effect_id, p.ordinal
          FROM finance_planamount a
          JOIN judged_effect e ON e.effect_id = a.effect_id AND e.baseline_id IS NULL
          JOIN finance_fiscalperiod p ON p.id = a.period_id
         WHERE a.amount <> 0 AND e.judged) nonzero
 GROUP BY effect_id;

CREATE TEMP TABLE judged_frame ON COMMIT DROP AS
SELECT e.effect_id, e.baseline_id, e.rate, l.first_month, l.last_month, a.validated_to
  FROM judged_effect e
  LEFT JOIN judged_last l ON l.effect_id = e.effect_id
  LEFT JOIN judged_actual a ON a.effect_id = e.effect_id
 WHERE e.judged OR e.cost;
CREATE UNIQUE INDEX ON judged_frame (effect_id);
ANALYZE judged_frame (effect_id, baseline_id);
