-- The potential light of every measure in judged_scope: `finance.rules.potential_light` for many at once.
-- judged_promise holds what the last gate's snapshot promised, for measures without a baseline. No milestone is read.
-- Each step is materialized, or the planner would compute its expressions anew wherever the next one names them.
DROP TABLE IF EXISTS judged_potential;
CREATE TEMP TABLE judged_potential ON COMMIT DROP AS
WITH disputed AS (
  SELECT DISTINCT measure_id FROM finance_dispute WHERE closed_on IS NULL
), cases AS MATERIALIZED (
  SELECT s.measure_id, s.stage, s.lifecycle, m.*,
         CASE WHEN m.baseline_id IS NOT NULL OR m.promised THEN m.reference
              WHEN m.has_rate THEN p.committed END AS compared,
         -- A decision and a take-over are the start of a forecast.
         CASE WHEN greatest(u.updated_on, u.confirmed_on, s.taken_over_on, m.frozen_on) > %(on)s THEN %(on)s
              ELSE greatest(u.updated_on, u.confirmed_on, s.taken_over_on, m.frozen_on) END AS touched_on,
         d.measure_id IS NOT NULL AS disputed,
         t.ordinal AS taken_over_in
    FROM judged_scope s
    JOIN (SELECT measure_id AS id, baseline_id, frozen_on, promised, has_rate, basis, reference, forecast, fy_reference, fy_latest,
                 ytd_reference, ytd_actual, closed_forecast, closed_actual, before_forecast, before_actual,
                 cost_reference, cost_forecast, effect_starts_on
            FROM judged_money) m ON m.id = s.measure_id
    LEFT JOIN judged_promise p ON p.measure_id = s.measure_id
    LEFT JOIN finance_forecastupkeep u ON u.measure_id = s.measure_id
    LEFT JOIN disputed d ON d.measure_id = s.measure_id
    LEFT JOIN finance_fiscalperiod t ON s.taken_over_on BETWEEN t.starts_on AND t.ends_on
), asked AS MATERIALIZED (
  SELECT c.*,
         CASE WHEN lifecycle <> 'active' THEN lifecycle
              WHEN basis = 'none' THEN 'no_basis'
              WHEN stage = 5 THEN ''
              WHEN compared IS NULL THEN 'nothing_to_compare' END AS silent,
         effect_starts_on IS NOT NULL
           AND %(on)s >= (effect_starts_on - make_interval(months => %(forecast_stale_months)s))::date
           AND (touched_on IS NULL
                OR (touched_on + make_interval(months => %(forecast_stale_months)s))::date < %(on)s) AS is_stale,
         closed_forecast <> 0 AND closed_actual IS NOT NULL AS closed_proven,
         before_forecast <> 0 AND before_actual IS NOT NULL AS before_proven,
         -- Which threshold a ratio falls below, exactly: att < t is value - reference < -(1 - t) * |reference|.
         CASE WHEN compared = 0 THEN CASE WHEN 0 - forecast > 0 AND 0 - forecast >= %(materiality)s THEN 'none' END
              WHEN forecast - compared < -(1 - %(run_rate_red)s) * abs(compared) THEN 'red'
              WHEN forecast - compared < -(1 - %(run_rate_amber)s) * abs(compared) THEN 'amber' END AS run_rate_below,
         CASE WHEN fy_reference = 0 THEN CASE WHEN 0 - fy_latest > 0 AND 0 - fy_latest >= %(materiality)s THEN 'none' END
              WHEN fy_latest - fy_reference < -(1 - %(fiscal_year_red)s) * abs(fy_reference) THEN 'red'
              WHEN fy_latest - fy_reference < -(1 - %(fiscal_year_amber)s) * abs(fy_reference) THEN 'amber' END AS year_below,
         CASE WHEN ytd_reference = 0 THEN CASE WHEN 0 - ytd_actual > 0 AND 0 - ytd_actual >= %(materiality)s THEN 'none' END
              WHEN ytd_actual - ytd_reference < -(1 - %(year_to_date_amber)s) * abs(ytd_reference) THEN 'amber' END AS to_date_below,
         CASE WHEN closed_forecast = 0 OR closed_actual IS NULL THEN NULL
              WHEN closed_actual - closed_forecast < -(1 - %(last_month_red)s) * abs(closed_forecast) THEN 'red'
              WHEN closed_actual - closed_forecast < -(1 - %(last_month_amber)s) * abs(closed_forecast) THEN 'amber' END AS month_below,
         closed_forecast <> 0 AND before_forecast <> 0
           AND closed_actual - closed_forecast < -(1 - %(last_two_months_red)s) * abs(closed_forecast)
           AND before_actual - before_forecast < -(1 - %(last_two_months_red)s) * abs(before_forecast) AS both_below,
         %(closed)s IS NOT NULL AND closed_forecast <> 0 AND before_forecast <> 0
           AND closed_actual IS NULL AND before_actual IS NULL
           AND (taken_over_in IS NULL OR %(closed)s - 1 >= taken_over_in) AS is_unproven,
         CASE WHEN cost_reference = 0 THEN cost_reference - cost_forecast > 0
                AND cost_reference - cost_forecast >= %(materiality)s
              ELSE cost_reference - cost_forecast > (%(cost_amber)s - 1) * abs(cost_reference) END AS cost_over
    FROM cases c
), levels AS MATERIALIZED (
  -- A shortfall below materiality caps every ratio; so does a small part of the commitment that of the year.
  SELECT a.*,
         CASE WHEN run_rate_below = 'red' AND compared - forecast >= %(materiality)s THEN 'red'
              WHEN run_rate_below IS NOT NULL THEN 'amber' END AS run_rate_is,
         CASE WHEN year_below = 'red' AND fy_reference - fy_latest >= %(materiality)s
                AND abs(fy_reference) >= %(full_judgement_share)s * abs(compared) THEN 'red'
              WHEN year_below IS NOT NULL THEN 'amber' END AS year_is,
         CASE WHEN month_below = 'red' AND closed_forecast - closed_actual >= %(materiality)s THEN 'red'
              WHEN month_below IS NOT NULL THEN 'amber' END AS month_is,
         CASE WHEN both_below AND closed_forecast + before_forecast - closed_actual - before_actual >= %(materiality)s
                THEN 'red' WHEN both_below THEN 'amber' END AS both_is
    FROM asked a
), reasoned AS MATERIALIZED (
  SELECT l.*,
         CASE WHEN run_rate_is IS NOT NULL THEN jsonb_build_object('code', 'run_rate', 'light', run_rate_is, 'params',
           jsonb_build_object('value', round(forecast, 2)::text, 'reference', round(compared, 2)::text)
           || CASE run_rate_below WHEN 'red' THEN jsonb_build_object('threshold', %(run_rate_red_text)s)
                WHEN 'amber' THEN jsonb_build_object('threshold', %(run_rate_amber_text)s) ELSE '{}' END)::text END AS run_rate_reason,
         CASE WHEN year_is IS NOT NULL THEN jsonb_build_object('code', 'fiscal_year', 'light', year_is, 'params',
           jsonb_build_object('value', round(fy_latest, 2)::text, 'reference', round(fy_reference, 2)::text)
           || CASE year_below WHEN 'red' THEN jsonb_build_object('threshold', %(fiscal_year_red_text)s)
                WHEN 'amber' THEN jsonb_build_object('threshold', %(fiscal_year_amber_text)s) ELSE '{}' END)::text END AS year_reason,
         CASE WHEN month_is IS NOT NULL THEN jsonb_build_object('code', 'last_month', 'light', month_is, 'params',
           jsonb_build_object('month', %(closed_name)s, 'value', round(closed_actual, 2)::text,
             'reference', round(closed_forecast, 2)::text, 'threshold',
             CASE month_below WHEN 'red' THEN %(last_month_red_text)s ELSE %(last_month_amber_text)s END))::text END AS month_reason,
         CASE WHEN both_is IS NOT NULL THEN jsonb_build_object('code', 'last_two_months', 'light', both_is, 'params',
           jsonb_build_object('value', round(closed_actual + before_actual, 2)::text,
             'reference', round(closed_forecast + before_forecast, 2)::text,
             'threshold', %(last_two_months_red_text)s))::text END AS both_reason,
         CASE WHEN disputed THEN jsonb_build_object('code', 'dispute_open', 'light', 'red',
           'params', jsonb_build_object())::text END AS dispute_reason,
         CASE WHEN is_unproven THEN jsonb_build_object('code', 'unproven', 'light', 'red', 'params',
           jsonb_build_object('from', %(before_name)s, 'to', %(closed_name)s))::text END AS unproven_reason,
         CASE WHEN to_date_below IS NOT NULL THEN jsonb_build_object('code', 'year_to_date', 'light', 'amber', 'params',
           jsonb_build_object('value', round(ytd_actual, 2)::text, 'reference', round(ytd_reference, 2)::text)
           || CASE to_date_below WHEN 'amber' THEN jsonb_build_object('threshold', %(year_to_date_amber_text)s)
                ELSE '{}' END)::text END AS to_date_reason,
         CASE WHEN cost_over THEN jsonb_build_object('code', 'one_off_cost', 'light', 'amber', 'params',
           jsonb_build_object('value', round(cost_forecast, 2)::text, 'reference', round(cost_reference, 2)::text,
             'threshold', %(cost_amber_text)s))::text END AS cost_reason,
         CASE WHEN is_stale THEN jsonb_build_object('code', 'forecast_stale', 'light', 'amber', 'params',
           jsonb_build_object('months', %(forecast_stale_months)s))::text END AS stale_reason
    FROM levels l
), judged AS (
  SELECT measure_id, stage, compared, touched_on, is_stale, silent,
         CASE silent WHEN '' THEN 'green'
              ELSE coalesce(greatest(run_rate_is, year_is, month_is, both_is,
                CASE WHEN disputed OR is_unproven THEN 'red' END,
                CASE WHEN to_date_below IS NOT NULL OR cost_over OR is_stale THEN 'amber' END), 'green') END AS colour,
         concat_ws(',',
           CASE run_rate_is WHEN 'red' THEN run_rate_reason END,
           CASE year_is WHEN 'red' THEN year_reason END,
           CASE month_is WHEN 'red' THEN month_reason END,
           CASE both_is WHEN 'red' THEN both_reason END,
           dispute_reason,
           unproven_reason,
           CASE run_rate_is WHEN 'amber' THEN run_rate_reason END,
           CASE year_is WHEN 'amber' THEN year_reason END,
           CASE month_is WHEN 'amber' THEN month_reason END,
           CASE both_is WHEN 'amber' THEN both_reason END,
           to_date_reason,
           cost_reason,
           stale_reason) AS reasons
    FROM reasoned
)
SELECT measure_id, touched_on, is_stale,
       CASE WHEN silent <> '' THEN 'grey' ELSE colour END AS light,
       CASE WHEN silent <> ''
            THEN jsonb_build_array(jsonb_build_object('code', silent, 'light', 'grey', 'params', jsonb_build_object()))
            WHEN silent = '' THEN '[]'::jsonb
            ELSE ('[' || reasons || ']')::jsonb END AS reasons,
       stage < 3 AND coalesce(silent, '') = '' AS hollow
  FROM judged;
CREATE UNIQUE INDEX ON judged_potential (measure_id);
