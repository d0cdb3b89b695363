-- What the snapshot of the last gate passed promised, for measures before Decided (domain §4). Its plan by effect and
-- month where the gate froze one, else the run-rate it noted.
DROP TABLE IF EXISTS judged_promise, judged_promised_month;
CREATE TEMP TABLE judged_promise ON COMMIT DROP AS
WITH latest AS (
  SELECT DISTINCT ON (d.measure_id) d.measure_id, d.snapshot
    FROM governance_gatedecision d
    JOIN judged_scope s ON s.measure_id = d.measure_id
   -- A gate that was reverted promises nothing any more; where a baseline is in force, it is what was promised.
   WHERE s.stage < 3 AND d.to_stage <= s.stage
     AND NOT EXISTS (SELECT FROM finance_baselineversion v WHERE v.measure_id = d.measure_id AND v.is_current)
     AND d.kind IN ('advance', 'advance_conditional', 'take_over')
   ORDER BY d.measure_id, d.id DESC
)
SELECT measure_id,
       CASE WHEN snapshot #>> '{figures,basis}' <> 'none'
            THEN round((snapshot #>> '{figures,plan_run_rate}')::numeric, 2) END AS committed,
       jsonb_typeof(snapshot #> '{relevant,effects.plan}') = 'array' AS has_months,
       snapshot #> '{relevant,effects.plan}' AS plans
  FROM latest;
CREATE UNIQUE INDEX ON judged_promise (measure_id);

CREATE TEMP TABLE judged_promised_month ON COMMIT DROP AS
SELECT (effect.plan ->> 0)::bigint AS effect_id,
       split_part(month.name, '-', 1)::int * 12 + split_part(month.name, '-', 2)::int - 1 AS ordinal,
       month.amount::numeric(20, 4) AS amount
  FROM judged_promise p
 CROSS JOIN LATERAL jsonb_array_elements(p.plans) AS effect (plan)
 CROSS JOIN LATERAL jsonb_each_text(effect.plan -> 1) AS month (name, amount)
 WHERE p.has_months;
ANALYZE judged_promised_month;
