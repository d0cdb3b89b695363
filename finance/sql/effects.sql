-- The effects of the measures in judged_scope with the terms they are judged by (domain §1, basis).
-- baseline_id is null while no baseline is in force: then the plan gives the shape, and where `promised` the months of
-- the last gate's snapshot are what is compared with.
DROP TABLE IF EXISTS judged_terms, judged_effect;
CREATE TEMP TABLE judged_terms ON COMMIT DROP AS
WITH near AS (
  -- The rate of the fiscal year, else the latest earlier one, else the earliest later one.
  SELECT DISTINCT ON (currency) currency, rate
    FROM finance_planrate
   ORDER BY currency, fiscal_year <= %(fiscal_year)s DESC, abs(fiscal_year - %(fiscal_year)s)
)
SELECT s.measure_id, b.id AS baseline_id, b.frozen_on,
       -- Without any rate nothing can be added: amounts count as nought and nothing is compared.
       coalesce(b.plan_rate, CASE WHEN s.currency = %(currency)s THEN 1 ELSE r.rate END) AS rate,
       b.id IS NULL AND coalesce(p.has_months, false) AS promised,
       first.committed AS original_commitment
  FROM judged_scope s
  LEFT JOIN finance_baselineversion b ON b.measure_id = s.measure_id AND b.is_current
  LEFT JOIN finance_baselineversion first ON first.measure_id = s.measure_id AND first.number = 1
  LEFT JOIN near r ON r.currency = s.currency
  LEFT JOIN judged_promise p ON p.measure_id = s.measure_id;

CREATE TEMP TABLE judged_effect ON COMMIT DROP AS
WITH known AS (
  SELECT e.id AS effect_id, e.measure_id, t.baseline_id, t.promised, coalesce(t.rate, 0) AS rate,
         e.recurrence = 'recurring' AS recurring,
         e.recurrence = 'recurring' AND e.ends_on IS NULL AS continues,
         e.nature = 'ebitda' AND e.hardness = 'bottom_line' AS bottom_line,
         e.nature = 'ebitda' AND e.hardness = 'avoidance' AS avoidance,
         e.nature = 'one_off_cost' AS cost
    FROM finance_effect e
    JOIN judged_terms t ON t.measure_id = e.measure_id
), based AS (
  SELECT k.*,
         CASE WHEN bool_or(bottom_line AND recurring) OVER measure THEN 'run_rate'
              WHEN bool_or(bottom_line) OVER measure THEN 'one_off'
              WHEN bool_or(avoidance) OVER measure THEN 'avoidance'
              ELSE 'none' END AS basis
    FROM known k
  WINDOW measure AS (PARTITION BY measure_id)
)
SELECT effect_id, measure_id, baseline_id, promised, rate, recurring, continues, cost, basis,
       CASE basis WHEN 'none' THEN false WHEN 'avoidance' THEN avoidance ELSE bottom_line END AS judged
  FROM based;
CREATE UNIQUE INDEX ON judged_effect (effect_id);
ANALYZE judged_effect (effect_id, measure_id, baseline_id);
