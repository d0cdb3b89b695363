-- The implementation light of every measure in judged_scope: `measures.rules.implementation_light` for many at once.
-- Reads milestones and dates only, never money; judged_unmet names the measures of which a condition expired.
-- Each step is materialized, or the planner would compute its expressions anew wherever the next one names them.
DROP TABLE IF EXISTS judged_work;
CREATE TEMP TABLE judged_work ON COMMIT DROP AS
WITH dated AS (
  SELECT t.measure_id,
         max(greatest(coalesce(t.forecast_on, t.baseline_on), %(on)s) - t.baseline_on)
           FILTER (WHERE t.actual_on IS NULL AND t.is_critical) AS critical_slip,
         max(greatest(coalesce(t.forecast_on, t.baseline_on), %(on)s) - t.baseline_on)
           FILTER (WHERE t.actual_on IS NULL AND NOT t.is_critical) AS other_slip,
         count(*) FILTER (WHERE t.actual_on IS NULL AND t.is_critical
                            AND coalesce(t.forecast_on, t.baseline_on) + %(small_slip_days)s < %(on)s) AS overdue,
         sum(t.weight) FILTER (WHERE t.actual_on IS NULL AND t.baseline_on + %(small_slip_days)s < %(on)s) AS due,
         bool_or(t.actual_on IS NULL AND t.is_critical
                 AND t.baseline_on + %(small_slip_days)s < %(on)s) AS critical_due,
         sum(t.weight) AS total,
         max(t.baseline_on) - min(t.baseline_on) AS duration,
         CASE WHEN bool_and(t.actual_on IS NOT NULL) THEN max(t.actual_on) END AS done_on
    FROM measures_milestone t
    JOIN judged_scope s ON s.measure_id = t.measure_id
   GROUP BY t.measure_id
), facts AS MATERIALIZED (
  SELECT s.measure_id, s.stage, s.lifecycle, s.kept_on, d.done_on,
         coalesce(d.critical_slip, 0) AS critical_slip,
         coalesce(d.other_slip, 0) AS other_slip,
         coalesce(d.overdue, 0) AS overdue,
         coalesce(d.due, 0) AS due,
         coalesce(d.total, 0) AS total,
         coalesce(d.critical_due, false) AS critical_due,
         greatest(%(large_slip_days)s, trunc(%(large_slip_share)s * coalesce(d.duration, 0))::int) AS large_slip,
         %(on)s - s.gate_due_on AS gate_late,
         %(on)s - s.kept_on AS kept_ago,
         u.measure_id IS NOT NULL AS is_unmet
    FROM judged_scope s
    LEFT JOIN dated d ON d.measure_id = s.measure_id
    LEFT JOIN judged_unmet u ON u.measure_id = s.measure_id
), levels AS MATERIALIZED (
  SELECT f.*,
         CASE WHEN lifecycle <> 'active' THEN lifecycle
              WHEN stage = 5 THEN 'closed'
              WHEN stage < 2 THEN 'before_detailed' END AS silent,
         CASE WHEN critical_slip > large_slip THEN 'red'
              WHEN critical_slip > %(small_slip_days)s THEN 'amber' END AS slip_is,
         CASE WHEN overdue >= %(critical_overdue_red)s THEN 'red' END AS overdue_is,
         CASE WHEN critical_due AND 100 * due > %(progress_gap_red)s * total THEN 'red'
              WHEN 100 * due > %(progress_gap_amber)s * total THEN 'amber' END AS gap_is,
         CASE WHEN gate_late > %(gate_overdue_red_days)s THEN 'red'
              WHEN gate_late > %(gate_overdue_amber_days)s THEN 'amber' END AS gate_is,
         CASE WHEN other_slip > large_slip THEN 'amber' END AS other_is,
         CASE WHEN is_unmet THEN 'amber' END AS unmet_is,
         CASE WHEN kept_on IS NULL THEN 'amber'
              WHEN kept_ago > %(stale_days)s THEN 'amber' END AS stale_is
    FROM facts f
), reasoned AS MATERIALIZED (
  SELECT l.*,
         CASE WHEN slip_is IS NOT NULL THEN jsonb_build_object('code', 'critical_slip', 'light', slip_is, 'params',
           jsonb_build_object('days', critical_slip, 'limit',
             CASE slip_is WHEN 'red' THEN large_slip ELSE %(small_slip_days)s END))::text END AS slip_reason,
         CASE WHEN overdue_is IS NOT NULL THEN jsonb_build_object('code', 'critical_overdue', 'light', overdue_is,
           'params', jsonb_build_object('count', overdue, 'limit', %(critical_overdue_red)s))::text END AS overdue_reason,
         CASE WHEN gap_is IS NOT NULL THEN jsonb_build_object('code', 'progress_gap', 'light', gap_is, 'params',
           jsonb_build_object('points', ceil(100 * due / total)::int))::text END AS gap_reason,
         CASE WHEN gate_is IS NOT NULL THEN jsonb_build_object('code', 'gate_overdue', 'light', gate_is, 'params',
           jsonb_build_object('days', gate_late, 'limit', CASE gate_is WHEN 'red' THEN %(gate_overdue_red_days)s
             ELSE %(gate_overdue_amber_days)s END))::text END AS gate_reason,
         CASE WHEN other_is IS NOT NULL THEN jsonb_build_object('code', 'noncritical_slip', 'light', other_is, 'params',
           jsonb_build_object('days', other_slip, 'limit', large_slip))::text END AS other_reason,
         CASE WHEN unmet_is IS NOT NULL THEN jsonb_build_object('code', 'condition_unmet', 'light', unmet_is, 'params',
           jsonb_build_object())::text END AS unmet_reason,
         CASE WHEN stale_is IS NULL THEN NULL
              WHEN kept_on IS NULL THEN jsonb_build_object('code', 'milestones_never_updated', 'light', stale_is,
                'params', jsonb_build_object())::text
              ELSE jsonb_build_object('code', 'milestones_stale', 'light', stale_is, 'params',
                jsonb_build_object('days', kept_ago, 'limit', %(stale_days)s))::text END AS stale_reason
    FROM levels l
)
SELECT measure_id, kept_on, done_on,
       CASE WHEN silent IS NOT NULL THEN 'grey'
            ELSE coalesce(greatest(slip_is, overdue_is, gap_is, gate_is, other_is, unmet_is, stale_is), 'green') END AS light,
       CASE WHEN silent IS NOT NULL
            THEN jsonb_build_array(jsonb_build_object('code', silent, 'light', 'grey', 'params', jsonb_build_object()))
            -- The worst first, else in the order of the rules.
            ELSE ('[' || concat_ws(',',
              CASE slip_is WHEN 'red' THEN slip_reason END,
              overdue_reason,
              CASE gap_is WHEN 'red' THEN gap_reason END,
              CASE gate_is WHEN 'red' THEN gate_reason END,
              CASE slip_is WHEN 'amber' THEN slip_reason END,
              CASE gap_is WHEN 'amber' THEN gap_reason END,
              CASE gate_is WHEN 'amber' THEN gate_reason END,
              other_reason,
              unmet_reason,
              stale_reason) || ']')::jsonb END AS reasons
  FROM reasoned;
CREATE UNIQUE INDEX ON judged_work (measure_id);
