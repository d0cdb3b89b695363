-- The floor under reconciliation: every month row once, converted, rounded and added up per measure.
SELECT count(*), sum(plan), sum(forecast), sum(baseline), sum(actual)
FROM (
  SELECT e.measure_id,
    sum(a.plan) AS plan, sum(a.forecast) AS forecast, sum(a.baseline) AS baseline, sum(a.actual) AS actual
  FROM (
    SELECT effect_id, round(amount * r.rate, 2) AS plan, 0 AS forecast, 0 AS baseline, 0 AS actual
    FROM finance_planamount JOIN bench_rate r USING (effect_id)
    UNION ALL
    SELECT effect_id, 0, round(amount * r.rate, 2), 0, 0 FROM finance_forecastamount JOIN bench_rate r USING (effect_id)
    UNION ALL
    SELECT effect_id, 0, 0, round(amount * r.rate, 2), 0 FROM finance_baselineamount JOIN bench_rate r USING (effect_id)
    UNION ALL
    SELECT effect_id, 0, 0, 0, round(amount * r.rate, 2) FROM finance_actualentry JOIN bench_rate r USING (effect_id)
    WHERE tier <> 'claimed'
  ) a
  JOIN finance_effect e ON e.id = a.effect_id
  GROUP BY e.measure_id
) m
