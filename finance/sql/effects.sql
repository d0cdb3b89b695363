-- The effects of the measures in judged_scope with the terms they are judged by (domain §1, basis).
-- baseline_id is null while no baseline is in force: then the plan gives the shape, and where `promised` the months of
-- the last gate's snapshot are what is compared with.
DROP TABLE IF EXISTS judged_terms, judged_decided_terms, judged_effect;
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

-- A reverted measure is a draft whose baseline is still in force: judged by the terms that were decided, not by those
-- its owner may be changing now.
CREATE TEMP TABLE judged_decided_terms ON COMMIT DROP AS
SELECT t.measure_id, d.effect_id, d.nature, d.recurrence, d.hardness, d.ends_on
  FROM judged_terms t
  JOIN judged_scope s ON s.measure_id = t.measure_id AND s.stage < 3
  JOIN finance_baselineeffect d ON d.baseline_id = t.baseline_id;
ANALYZE judged_decided_terms;

CREATE TEMP TABLE judged_effect ON COMMIT DROP AS
WITH in_force AS (
  SELECT e.id AS effect_id, e.measure_id, e.nature, e.recurrence, e.hardness, e.ends_on
    FROM finance_effect e
   WHERE e.measure_id NOT IN (SELECT d.measure_id FROM judged_decided_terms d)
   UNION ALL
  SELECT effect_id, measure_id, nature, recurrence, hardness, ends_on FROM judged_decided_terms
), known AS (
  SELECT e.effect_id, e.measure_id, t.baseline_id, t.promised, coalesce(t.rate, 0) AS rate,
         e.recurrence = 'recurring' AS recurring,
         e.recurrence = 'recurring' AND e.ends_on IS NULL AS continues,
         e.nature = 'ebitda' AND e.hardness = 'bottom_line' AS bottom_line,
         e.nature = 'ebitda' AND e.hardness = 'avoidance' AS avoidance,
         e.nature = 'one_off_cost' AS cost
    FROM in_force e
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
