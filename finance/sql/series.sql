-- Sums of each effect's baseline (before Decided its plan), promise and forecast, each read once. Every row is converted and rounded before it is summed;
-- raw sums serve the continuation beyond L, which is rounded before it is converted (domain §1). There is one row per
-- effect and month, so max picks a month at less cost than sum. For BETWEEN see frames.sql.
DROP TABLE IF EXISTS judged_reference, judged_promised, judged_forecast;
CREATE TEMP TABLE judged_reference ON COMMIT DROP AS
SELECT effect_id,
       sum(value) AS total,
       sum(value) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS full_year,
       sum(amount) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS raw_full_year,
       max(value) FILTER (WHERE ordinal = last_month) AS at_last,
       max(amount) FILTER (WHERE ordinal = last_month) AS raw_at_last,
       max(abs(amount)) FILTER (WHERE ordinal <= last_month - 11) AS early_size,
       sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND %(year_last)s) AS year,
       sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND validated_to) AS to_date,
       sum(value) FILTER (WHERE ordinal <= validated_to) AS cumulative,
       max(value) FILTER (WHERE ordinal = %(closed)s) AS closed_month,
       max(value) FILTER (WHERE ordinal = %(closed)s - 1) AS month_before
  FROM (SELECT a.effect_id, p.ordinal, a.amount, round(a.amount * f.rate, 2) AS value, f.last_month, f.validated_to
          FROM finance_baselineamount a
          JOIN judged_frame f ON f.baseline_id = a.baseline_id AND a.effect_id BETWEEN f.effect_id AND f.effect_id
          JOIN finance_fiscalperiod p ON p.id = a.period_id
         UNION ALL
        SELECT a.effect_id, p.ordinal, a.amount, round(a.amount * f.rate, 2), f.last_month, f.validated_to
          FROM finance_planamount a
          JOIN judged_frame f ON f.effect_id = a.effect_id AND f.baseline_id IS NULL
          JOIN finance_fiscalperiod p ON p.id = a.period_id) months
 GROUP BY effect_id;

-- The same of the last gate's snapshot. Its months may reach beyond L, which is that of the plan.
CREATE TEMP TABLE judged_promised ON COMMIT DROP AS
SELECT effect_id,
       min(ordinal) FILTER (WHERE amount <> 0) AS first_month,
       sum(value) AS total,
       sum(value) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS full_year,
       sum(amount) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS raw_full_year,
       max(value) FILTER (WHERE ordinal = last_month) AS at_last,
       max(amount) FILTER (WHERE ordinal = last_month) AS raw_at_last,
       sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND %(year_last)s) AS year,
       sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND validated_to) AS to_date,
       sum(value) FILTER (WHERE ordinal <= validated_to) AS cumulative,
       count(*) FILTER (WHERE amount <> 0 AND ordinal BETWEEN greatest(%(year_first)s, last_month + 1)
                          AND %(year_last)s) AS beyond_in_year,
       count(*) FILTER (WHERE amount <> 0 AND ordinal BETWEEN greatest(%(year_first)s, last_month + 1)
                          AND validated_to) AS beyond_to_date,
       count(*) FILTER (WHERE amount <> 0 AND ordinal > last_month AND ordinal <= validated_to) AS beyond_so_far
  FROM (SELECT a.effect_id, a.ordinal, a.amount, round(a.amount * f.rate, 2) AS value, f.last_month, f.validated_to
          FROM judged_promised_month a
          JOIN judged_frame f ON f.effect_id = a.effect_id) months
 GROUP BY effect_id;

CREATE TEMP TABLE judged_forecast ON COMMIT DROP AS
SELECT effect_id,
       sum(value) AS total,
       sum(value) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS full_year,
       sum(amount) FILTER (WHERE ordinal BETWEEN last_month - 11 AND last_month) AS raw_full_year,
       max(value) FILTER (WHERE ordinal = last_month) AS at_last,
       max(amount) FILTER (WHERE ordinal = last_month) AS raw_at_last,
       sum(value) FILTER (WHERE ordinal BETWEEN coming AND %(year_last)s) AS coming_year,
       count(*) FILTER (WHERE ordinal BETWEEN greatest(coming, last_month + 1) AND %(year_last)s
                          AND amount <> 0) AS stored_beyond,
       max(value) FILTER (WHERE ordinal = %(closed)s) AS closed_month,
       max(value) FILTER (WHERE ordinal = %(closed)s - 1) AS month_before
  FROM (SELECT a.effect_id, p.ordinal, a.amount, round(a.amount * f.rate, 2) AS value, f.last_month,
               -- The first month of the fiscal year that no actual covers.
               greatest(%(year_first)s, f.validated_to + 1) AS coming
          FROM finance_forecastamount a
          JOIN judged_frame f ON f.effect_id = a.effect_id
          JOIN finance_fiscalperiod p ON p.id = a.period_id) months
 GROUP BY effect_id;
