-- What each measure brings to the nodes and entries it belongs to: `governance.rules.rollup.sums_of` for many at once.
-- Measures outside this run bring what their current status says.
DROP TABLE IF EXISTS judged_share;
CREATE TEMP TABLE judged_share ON COMMIT DROP AS
WITH known AS (
  SELECT measure_id, stage, lifecycle, basis, implementation, potential, committed, original_commitment, planned,
         counted_forecast, confirmed, one_off_plan, one_off_forecast, weight, fresh
    FROM judged_status
   UNION ALL
  SELECT measure_id, stage, lifecycle, basis, implementation, potential, committed, original_commitment, planned,
         counted_forecast, confirmed, one_off_plan, one_off_forecast, weight, fresh
    FROM governance_measurestatus t
   WHERE NOT %(everything)s AND t.valid_to IS NULL
     AND NOT EXISTS (SELECT FROM judged_scope s WHERE s.measure_id = t.measure_id)
), placed AS MATERIALIZED (
  SELECT p.node_id, m.business_unit_id, m.legal_entity_id, m.function_id, m.controller_id, k.*,
         k.committed IS NULL AS in_pipeline,
         k.basis = 'run_rate' AS by_year, k.basis = 'one_off' AS by_sum, k.basis = 'avoidance' AS avoids,
         k.lifecycle = 'active' AS active,
         k.lifecycle = 'active' AND k.stage BETWEEN 2 AND 4 AS under_way,
         CASE WHEN k.potential = 'red' AND k.lifecycle = 'active' AND k.stage < 5 THEN abs(k.committed) END AS exposed,
         CASE k.implementation WHEN 'red' THEN 3 WHEN 'amber' THEN 2 WHEN 'green' THEN 1 ELSE 0 END AS work_badness,
         CASE k.potential WHEN 'red' THEN 3 WHEN 'amber' THEN 2 WHEN 'green' THEN 1 ELSE 0 END AS money_badness
    FROM known k
    JOIN measures_measure m ON m.id = k.measure_id
    JOIN measures_measurepackage p ON p.id = m.package_id
)
SELECT node_id, business_unit_id, legal_entity_id, function_id, controller_id,
       sum(committed) FILTER (WHERE by_year) AS committed,
       sum(abs(committed)) FILTER (WHERE by_year) AS committed_abs,
       sum(original_commitment) FILTER (WHERE by_year AND NOT in_pipeline) AS original_commitment,
       sum(counted_forecast) FILTER (WHERE by_year AND NOT in_pipeline) AS forecast,
       sum(exposed) FILTER (WHERE by_year) AS exposed,
       sum(confirmed) FILTER (WHERE by_year AND NOT in_pipeline) AS confirmed,
       sum(committed) FILTER (WHERE by_sum) AS one_off_committed,
       sum(abs(committed)) FILTER (WHERE by_sum) AS one_off_committed_abs,
       sum(counted_forecast) FILTER (WHERE by_sum AND NOT in_pipeline) AS one_off_forecast,
       sum(exposed) FILTER (WHERE by_sum) AS one_off_exposed,
       sum(committed) FILTER (WHERE avoids) AS avoidance_committed,
       sum(counted_forecast) FILTER (WHERE avoids AND NOT in_pipeline) AS avoidance_forecast,
       sum(counted_forecast) FILTER (WHERE by_year AND in_pipeline) AS pipeline,
       sum(committed) FILTER (WHERE by_year AND lifecycle = 'on_hold') AS held,
       sum(committed) FILTER (WHERE by_year AND lifecycle = 'cancelled') AS cancelled,
       sum(round((%(probabilities)s::numeric[])[stage + 1]
                 * CASE potential WHEN 'amber' THEN %(amber_discount)s WHEN 'red' THEN %(red_discount)s ELSE 1 END
                 * counted_forecast, 2)) FILTER (WHERE by_year AND active) AS weighted,
       sum(one_off_plan) FILTER (WHERE active) AS one_off_cost_plan,
       sum(one_off_forecast) FILTER (WHERE active) AS one_off_cost_forecast,
       sum(weight) AS weight,
       sum(weight) FILTER (WHERE work_badness = 3) AS weight_red,
       sum(weight) FILTER (WHERE work_badness = 2) AS weight_amber,
       sum(weight) FILTER (WHERE fresh) AS fresh_weight,
       count(*) AS measures,
       count(*) FILTER (WHERE under_way AND work_badness = 1) AS work_green,
       count(*) FILTER (WHERE under_way AND work_badness = 2) AS work_amber,
       count(*) FILTER (WHERE under_way AND work_badness = 3) AS work_red,
       count(*) FILTER (WHERE under_way AND work_badness = 0) AS work_grey,
       count(*) FILTER (WHERE NOT in_pipeline AND (by_year OR by_sum) AND money_badness = 1) AS money_green,
       count(*) FILTER (WHERE NOT in_pipeline AND (by_year OR by_sum) AND money_badness = 2) AS money_amber,
       count(*) FILTER (WHERE NOT in_pipeline AND (by_year OR by_sum) AND money_badness = 3) AS money_red,
       count(*) FILTER (WHERE NOT in_pipeline AND (by_year OR by_sum) AND money_badness = 0) AS money_grey,
       -- The worst by the worse of its lights, then money before work, then what is at stake, then the older.
       max(ARRAY[greatest(work_badness, money_badness), money_badness, work_badness, coalesce(exposed, 0),
                 abs(coalesce(committed, 0)), -measure_id]::numeric[]) AS worst
  FROM placed
 GROUP BY node_id, business_unit_id, legal_entity_id, function_id, controller_id;
ANALYZE judged_share;
