-- What was booked on each effect. Entries of a month are added, converted and rounded once (domain §1, FX).
-- validated_to is V; evidence is ordinal × 4 + tier of the latest month with any entry.
DROP TABLE IF EXISTS judged_booked, judged_actual;
-- In one pass, as if no month had two proven entries. Where one has, there are fewer months than entries.
CREATE TEMP TABLE judged_booked ON COMMIT DROP AS
SELECT effect_id,
       count(value) AS entries,
       bit_count((bit_or(1::bigint << (ordinal %% 64)) FILTER (WHERE value IS NOT NULL))::bit(64)) AS months,
       max(ordinal) FILTER (WHERE value IS NOT NULL AND ordinal <= %(closed)s) AS validated_to,
       sum(value) FILTER (WHERE ordinal <= %(closed)s) AS cumulative,
       sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND %(closed)s) AS year,
       sum(value) FILTER (WHERE ordinal = %(closed)s) AS last_month,
       sum(value) FILTER (WHERE ordinal = %(closed)s - 1) AS month_before,
       max(evidence) AS evidence
  FROM (SELECT a.effect_id, p.ordinal,
               CASE WHEN a.tier <> 'claimed' THEN round(a.amount * e.rate, 2) END AS value,
               p.ordinal * 4 + CASE a.tier WHEN 'ledger' THEN 3 WHEN 'validated' THEN 2 ELSE 1 END AS evidence
          FROM finance_actualentry a
          JOIN judged_effect e ON e.effect_id = a.effect_id
          JOIN finance_fiscalperiod p ON p.id = a.period_id) entries
 GROUP BY effect_id;

CREATE TEMP TABLE judged_actual ON COMMIT DROP AS
WITH months AS (
  SELECT a.effect_id, p.ordinal, round(sum(a.amount) * e.rate, 2) AS value
    FROM judged_booked b
    JOIN judged_effect e ON e.effect_id = b.effect_id
    JOIN finance_actualentry a ON a.effect_id = b.effect_id AND a.tier <> 'claimed'
    JOIN finance_fiscalperiod p ON p.id = a.period_id
   WHERE b.entries <> b.months
   GROUP BY a.effect_id, p.ordinal, e.rate
), added AS (
  SELECT effect_id,
         sum(value) FILTER (WHERE ordinal <= %(closed)s) AS cumulative,
         sum(value) FILTER (WHERE ordinal BETWEEN %(year_first)s AND %(closed)s) AS year,
         sum(value) FILTER (WHERE ordinal = %(closed)s) AS last_month,
         sum(value) FILTER (WHERE ordinal = %(closed)s - 1) AS month_before
    FROM months
   GROUP BY effect_id
)
SELECT effect_id, validated_to, cumulative, year, last_month, month_before, entries > 0 AS has_proven, evidence
  FROM judged_booked
 WHERE entries = coalesce(months, 0)
 UNION ALL
SELECT b.effect_id, b.validated_to, a.cumulative, a.year, a.last_month, a.month_before, true, b.evidence
  FROM judged_booked b
  JOIN added a ON a.effect_id = b.effect_id;
ANALYZE judged_actual (effect_id);
