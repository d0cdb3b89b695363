-- One row per measure as `governance_measurestatus` keeps it.
DROP TABLE IF EXISTS judged_status;
CREATE TEMP TABLE judged_status ON COMMIT DROP AS
WITH facts AS MATERIALIZED (
  SELECT s.measure_id, s.stage, s.lifecycle, m.basis, m.tier,
         w.light AS implementation, w.reasons AS implementation_reasons,
         p.light AS potential, p.reasons AS potential_reasons, p.hollow,
         CASE WHEN m.baseline_id IS NOT NULL THEN m.planned END AS committed,
         m.original_commitment, m.planned, m.forecast,
         CASE WHEN s.stage = 5 THEN c.run_rate END AS confirmed,
         m.cost_planned AS one_off_plan,
         m.cost_forecast AS one_off_forecast,
         s.lifecycle = 'active' AND s.stage BETWEEN 2 AND 4 AS under_way,
         coalesce(%(on)s - greatest(w.kept_on, p.touched_on) <= %(stale_days)s, false) AS fresh
    FROM judged_scope s
    JOIN judged_work w ON w.measure_id = s.measure_id
    JOIN judged_money m ON m.measure_id = s.measure_id
    JOIN judged_potential p ON p.measure_id = s.measure_id
    LEFT JOIN finance_closureconfirmation c
      ON c.measure_id = s.measure_id AND c.revoked_at IS NULL AND c.outcome <> 'reject'
)
SELECT measure_id, stage, lifecycle, basis, tier, implementation, implementation_reasons, potential, potential_reasons,
       hollow, committed, original_commitment, planned, forecast,
       CASE WHEN lifecycle <> 'active' THEN 0.00 WHEN stage = 5 THEN coalesce(confirmed, 0.00)
            ELSE forecast END AS counted_forecast,
       confirmed, one_off_plan, one_off_forecast,
       CASE WHEN under_way THEN greatest(abs(coalesce(committed, planned)), %(materiality)s) ELSE 0 END AS weight,
       fresh
  FROM facts;
CREATE UNIQUE INDEX ON judged_status (measure_id);
ANALYZE judged_status (measure_id);
