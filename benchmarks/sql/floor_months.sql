-- The floor under reconciliation: every month row once, converted, rounded and added up per effect.
SELECT count(*), sum(plan), sum(forecast), sum(baseline), sum(actual)
FROM bench_rate
LEFT JOIN (SELECT effect_id, sum(round(amount * rate, 2)) AS plan
           FROM finance_planamount JOIN bench_rate USING (effect_id) GROUP BY effect_id) p USING (effect_id)
LEFT JOIN (SELECT effect_id, sum(round(amount * rate, 2)) AS forecast
           FROM finance_forecastamount JOIN bench_rate USING (effect_id) GROUP BY effect_id) f USING (effect_id)
LEFT JOIN (SELECT effect_id, sum(round(amount * rate, 2)) AS baseline
           FROM finance_baselineamount JOIN bench_rate USING (effect_id) GROUP BY effect_id) b USING (effect_id)
LEFT JOIN (SELECT effect_id, sum(round(amount * rate, 2)) AS actual
           FROM finance_actualentry JOIN bench_rate USING (effect_id) WHERE tier <> 'claimed' GROUP BY effect_id) a
  USING (effect_id)
