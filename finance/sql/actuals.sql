-- What was booked on each effect. Entries of a month are added, converted and rounded once (domain §1, FX).
-- validated_to is V; evidence is ordinal × 4 + tier of the latest month with any entry.
DROP TABLE IF EXISTS judged_actual;
CREATE TEMP TABLE judged_actual ON COMMIT DROP AS
WITH months AS (
  SELECT a.effect_id, p.ordinal,
         round(sum(a.amount) FILTER (WHERE a.tier <> 'claimed') * e.rate, 2) AS proven,
         max(CASE a.tier WHEN 'ledger' THEN 3 WHEN 'validated' THEN 2 ELSE 1 END) AS tier
    FROM finance_actualentry a
    JOIN judged_effect e ON e.effect_id = a.effect_id
    JOIN finance_fiscalperiod p ON p.id = a.period_id
   GROUP BY a.effect_id, p.ordinal, e.rate
)
SELECT effect_id,
       max(ordinal) FILTER (WHERE proven IS NOT NULL AND ordinal <= %(closed)s) AS validated_to,
       sum(proven) FILTER (WHERE ordinal <= %(closed)s) AS cumulative,
       sum(proven) FILTER (WHERE ordinal BETWEEN %(year_first)s AND %(closed)s) AS year,
       sum(proven) FILTER (WHERE ordinal = %(closed)s) AS last_month,
       sum(proven) FILTER (WHERE ordinal = %(closed)s - 1) AS month_before,
       bool_or(proven IS NOT NULL) AS has_proven,
       max(ordinal * 4 + tier) AS evidence
  FROM months
 GROUP BY effect_id;
