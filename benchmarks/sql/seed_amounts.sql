-- 36 months of plan and forecast for the saving, three months for the cost; 18 months of validated actuals.
INSERT INTO finance_planamount (organization_id, effect_id, period_id, amount)
SELECT %(organization)s, e.id, p.id,
  CASE e.nature WHEN 'ebitda' THEN least(p.k, 6) * (100 + e.id %% 900) + 0.37 ELSE -(500 + e.id %% 100) END
FROM finance_effect e
CROSS JOIN (SELECT id, row_number() OVER (ORDER BY ordinal) AS k FROM finance_fiscalperiod
            WHERE organization_id = %(organization)s AND ordinal BETWEEN %(first)s AND %(first)s + 35) p
WHERE e.organization_id = %(organization)s AND (e.nature = 'ebitda' OR p.k <= 3);

INSERT INTO finance_forecastamount (organization_id, effect_id, period_id, amount)
SELECT a.organization_id, a.effect_id, a.period_id,
  CASE WHEN a.effect_id %% 10 < 2 THEN round(a.amount * (0.6 + (a.effect_id %% 5) * 0.1), 4) ELSE a.amount END
FROM finance_planamount a WHERE a.organization_id = %(organization)s;

INSERT INTO finance_baselineamount (organization_id, baseline_id, effect_id, period_id, amount)
SELECT a.organization_id, b.id, a.effect_id, a.period_id, a.amount
FROM finance_planamount a JOIN finance_effect e ON e.id = a.effect_id
JOIN finance_baselineversion b ON b.measure_id = e.measure_id
WHERE a.organization_id = %(organization)s;

INSERT INTO finance_actualentry (organization_id, effect_id, period_id, amount, tier, source, entered_by_id, at)
SELECT a.organization_id, a.effect_id, a.period_id, round(a.amount * (0.85 + (a.effect_id %% 30) * 0.01), 4),
  'validated', 'posting', %(controller)s, now()
FROM finance_forecastamount a JOIN finance_fiscalperiod p ON p.id = a.period_id
WHERE a.organization_id = %(organization)s AND p.ordinal < %(first)s + 18;
