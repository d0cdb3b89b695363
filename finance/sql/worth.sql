-- From effects to measures: `finance.rules.figures_of` for many at once.
-- Each step is materialized, or the planner would compute its expressions anew wherever the next one names them.
DROP TABLE IF EXISTS judged_money;
CREATE TEMP TABLE judged_money ON COMMIT DROP AS
WITH reference AS (
  SELECT r.effect_id, f.first_month, r.total, r.full_year, r.raw_full_year, r.at_last, r.raw_at_last, r.year, r.to_date,
         r.cumulative, 0 AS beyond_in_year, 0 AS beyond_to_date, 0 AS beyond_so_far
    FROM judged_reference r
    JOIN judged_effect e ON e.effect_id = r.effect_id AND NOT e.promised
    JOIN judged_frame f ON f.effect_id = r.effect_id
   UNION ALL
  SELECT effect_id, first_month, total, full_year, raw_full_year, at_last, raw_at_last, year, to_date,
         cumulative, beyond_in_year, beyond_to_date, beyond_so_far
    FROM judged_promised
), framed AS MATERIALIZED (
  SELECT e.effect_id, e.measure_id, e.recurring, e.continues, e.judged, e.cost, e.rate,
         q.first_month, f.last_month, f.validated_to,
         -- Twelve months from full effect to L: some month at least eleven before L has 95 percent of its size.
         coalesce(r.early_size >= 0.95 * abs(r.raw_at_last), false) AS has_full_year,
         r.total AS p_total, r.full_year AS p_full_year, r.at_last AS p_at_last,
         q.total AS r_total, q.full_year AS r_full_year, q.at_last AS r_at_last, q.year AS r_year,
         q.raw_full_year AS r_raw_full_year, q.raw_at_last AS r_raw_at_last,
         q.to_date AS r_to_date, q.cumulative AS r_cumulative,
         coalesce(q.beyond_in_year, 0) AS beyond_in_year, coalesce(q.beyond_to_date, 0) AS beyond_to_date,
         coalesce(q.beyond_so_far, 0) AS beyond_so_far,
         -- An effect without forecast rows is forecast as planned.
         CASE WHEN p.effect_id IS NULL THEN r.total ELSE p.total END AS f_total,
         CASE WHEN p.effect_id IS NULL THEN r.full_year ELSE p.full_year END AS f_full_year,
         CASE WHEN p.effect_id IS NULL THEN r.at_last ELSE p.at_last END AS f_at_last,
         CASE WHEN p.effect_id IS NULL THEN r.raw_full_year ELSE p.raw_full_year END AS f_raw_full_year,
         CASE WHEN p.effect_id IS NULL THEN r.raw_at_last ELSE p.raw_at_last END AS f_raw_at_last,
         CASE WHEN p.effect_id IS NULL THEN coalesce(r.year, 0) - coalesce(r.to_date, 0)
              ELSE p.coming_year END AS f_coming_year,
         CASE WHEN p.effect_id IS NULL THEN r.closed_month ELSE p.closed_month END AS f_closed_month,
         CASE WHEN p.effect_id IS NULL THEN r.month_before ELSE p.month_before END AS f_month_before,
         coalesce(p.stored_beyond, 0) AS stored_beyond,
         a.cumulative AS a_cumulative, a.year AS a_year,
         a.last_month AS a_closed_month, a.month_before AS a_month_before
    FROM judged_effect e
    JOIN judged_frame f ON f.effect_id = e.effect_id
    LEFT JOIN judged_reference r ON r.effect_id = e.effect_id
    LEFT JOIN reference q ON q.effect_id = e.effect_id
    LEFT JOIN judged_forecast p ON p.effect_id = e.effect_id
    LEFT JOIN judged_actual a ON a.effect_id = e.effect_id
), continued AS MATERIALIZED (
  SELECT x.*,
         CASE WHEN continues AND last_month IS NOT NULL THEN round(round(CASE WHEN has_full_year
           THEN coalesce(r_raw_full_year, 0) / 12 ELSE coalesce(r_raw_at_last, 0) END, 4) * rate, 2) ELSE 0 END AS r_beyond,
         CASE WHEN continues AND last_month IS NOT NULL THEN round(round(CASE WHEN has_full_year
           THEN coalesce(f_raw_full_year, 0) / 12 ELSE coalesce(f_raw_at_last, 0) END, 4) * rate, 2) ELSE 0 END AS f_beyond,
         greatest(last_month, %(year_first)s - 1) AS known_to
    FROM framed x
), worth AS MATERIALIZED (
  SELECT c.*,
         CASE WHEN NOT recurring THEN coalesce(p_total, 0)
              WHEN has_full_year THEN coalesce(p_full_year, 0) ELSE 12 * coalesce(p_at_last, 0) END AS p_value,
         CASE WHEN NOT recurring THEN coalesce(r_total, 0)
              WHEN has_full_year THEN coalesce(r_full_year, 0) ELSE 12 * coalesce(r_at_last, 0) END AS r_value,
         CASE WHEN NOT recurring THEN coalesce(f_total, 0)
              WHEN has_full_year THEN coalesce(f_full_year, 0) ELSE 12 * coalesce(f_at_last, 0) END AS f_value,
         coalesce(r_year, 0) + r_beyond * greatest(0, %(year_last)s - known_to - beyond_in_year) AS fy_reference,
         coalesce(a_year, 0) + coalesce(f_coming_year, 0)
           + f_beyond * greatest(0, %(year_last)s - greatest(known_to, validated_to) - stored_beyond) AS fy_latest,
         CASE WHEN validated_to >= %(year_first)s THEN coalesce(r_to_date, 0)
           + r_beyond * greatest(0, validated_to - known_to - beyond_to_date) END AS ytd_reference,
         CASE WHEN validated_to >= %(year_first)s THEN coalesce(a_year, 0) END AS ytd_actual,
         coalesce(r_cumulative, 0) + r_beyond * greatest(0, validated_to - last_month - beyond_so_far) AS cumulative_reference,
         coalesce(a_cumulative, 0) AS cumulative_actual,
         CASE WHEN coalesce(f_closed_month, 0) = 0 AND %(closed)s > last_month
              THEN f_beyond ELSE coalesce(f_closed_month, 0) END AS closed_forecast,
         CASE WHEN coalesce(f_month_before, 0) = 0 AND %(closed)s - 1 > last_month
              THEN f_beyond ELSE coalesce(f_month_before, 0) END AS before_forecast
    FROM continued c
), summed AS (
  SELECT measure_id,
         bool_or(recurring) FILTER (WHERE judged) AS recurs,
         sum(p_value) FILTER (WHERE judged AND recurring) AS p_recurring,
         sum(p_value) FILTER (WHERE judged) AS p_all,
         sum(r_value) FILTER (WHERE judged AND recurring) AS r_recurring,
         sum(f_value) FILTER (WHERE judged AND recurring) AS f_recurring,
         sum(r_value) FILTER (WHERE judged) AS r_all,
         sum(f_value) FILTER (WHERE judged) AS f_all,
         sum(fy_reference) FILTER (WHERE judged) AS fy_reference,
         sum(fy_latest) FILTER (WHERE judged) AS fy_latest,
         sum(ytd_reference) FILTER (WHERE judged) AS ytd_reference,
         sum(ytd_actual) FILTER (WHERE judged) AS ytd_actual,
         sum(cumulative_reference) FILTER (WHERE judged) AS cumulative_reference,
         sum(cumulative_actual) FILTER (WHERE judged) AS cumulative_actual,
         sum(closed_forecast) FILTER (WHERE judged) AS closed_forecast,
         sum(before_forecast) FILTER (WHERE judged) AS before_forecast,
         sum(a_closed_month) FILTER (WHERE judged) AS closed_actual,
         sum(a_month_before) FILTER (WHERE judged) AS before_actual,
         sum(r_total) FILTER (WHERE cost) AS cost_reference,
         sum(p_total) FILTER (WHERE cost) AS cost_planned,
         sum(f_total) FILTER (WHERE cost) AS cost_forecast,
         min(first_month) FILTER (WHERE judged) AS effect_from
    FROM worth
   GROUP BY measure_id
), booked AS (
  SELECT e.measure_id, min(e.basis) AS basis, count(a.effect_id) > 0 AS has_actuals,
         coalesce(bool_or(a.has_proven), false) AS has_proven,
         (ARRAY['claimed', 'validated', 'ledger'])[max(a.evidence) & 3] AS tier
    FROM judged_effect e
    LEFT JOIN judged_actual a ON a.effect_id = e.effect_id
   GROUP BY e.measure_id
)
SELECT t.measure_id, t.baseline_id, t.frozen_on, t.promised, t.rate IS NOT NULL AS has_rate, t.original_commitment,
       coalesce(b.basis, 'none') AS basis,
       coalesce(b.tier, '') AS tier,
       coalesce(b.has_actuals, false) AS has_actuals,
       coalesce(b.has_proven, false) AS has_proven,
       coalesce(CASE WHEN s.recurs THEN s.p_recurring ELSE s.p_all END, 0.00) AS planned,
       coalesce(CASE WHEN s.recurs THEN s.r_recurring ELSE s.r_all END, 0.00) AS reference,
       coalesce(CASE WHEN s.recurs THEN s.f_recurring ELSE s.f_all END, 0.00) AS forecast,
       coalesce(s.fy_reference, 0.00) AS fy_reference,
       coalesce(s.fy_latest, 0.00) AS fy_latest,
       s.ytd_reference, s.ytd_actual,
       coalesce(s.cumulative_reference, 0.00) AS cumulative_reference,
       coalesce(s.cumulative_actual, 0.00) AS cumulative_actual,
       coalesce(s.closed_forecast, 0.00) AS closed_forecast, s.closed_actual,
       coalesce(s.before_forecast, 0.00) AS before_forecast, s.before_actual,
       coalesce(s.cost_reference, 0.00) AS cost_reference,
       coalesce(s.cost_planned, 0.00) AS cost_planned,
       coalesce(s.cost_forecast, 0.00) AS cost_forecast,
       p.starts_on AS effect_starts_on
  FROM judged_terms t
  LEFT JOIN booked b ON b.measure_id = t.measure_id
  LEFT JOIN summed s ON s.measure_id = t.measure_id
  LEFT JOIN finance_fiscalperiod p ON p.ordinal = s.effect_from;
CREATE UNIQUE INDEX ON judged_money (measure_id);
ANALYZE judged_money (measure_id);
