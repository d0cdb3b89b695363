-- Effects with their months: plan, forecast (the plan where none is given), actuals as claims.
INSERT INTO finance_effect (
  id, organization_id, version, measure_id, name, position, nature, recurrence, hardness, pnl_line_id, gl_account_id,
  cost_centre_id)
SELECT t.id, %(organization)s, 1, t.measure_id, t.effect,
       row_number() OVER (PARTITION BY t.measure_id ORDER BY t.line) - 1,
       t.nature, t.recurrence, t.hardness, t.pnl_line_id, t.gl_account_id, t.cost_centre_id
FROM takeover_effect t
ORDER BY t.id;

INSERT INTO finance_planamount (organization_id, effect_id, period_id, amount)
SELECT %(organization)s, e.id, p.period_id, cell.amount
FROM takeover_effect e
JOIN takeover_series s ON s.measure = e.measure AND s.effect = e.effect AND s.scenario = 'plan'
CROSS JOIN LATERAL unnest(s.amounts) WITH ORDINALITY AS cell (amount, place)
JOIN takeover_month p ON p.place = cell.place
WHERE cell.amount IS NOT NULL;

INSERT INTO finance_forecastamount (organization_id, effect_id, period_id, amount)
SELECT %(organization)s, s.id, p.period_id, cell.amount
FROM (
  SELECT DISTINCT ON (e.id) e.id, s.amounts
  FROM takeover_effect e JOIN takeover_series s ON s.measure = e.measure AND s.effect = e.effect
  WHERE s.scenario IN ('forecast', 'plan') AND num_nonnulls(VARIADIC s.amounts) > 0
  ORDER BY e.id, s.scenario
) s
CROSS JOIN LATERAL unnest(s.amounts) WITH ORDINALITY AS cell (amount, place)
JOIN takeover_month p ON p.place = cell.place
WHERE cell.amount IS NOT NULL;

INSERT INTO finance_actualentry (
  organization_id, effect_id, period_id, amount, tier, source, entered_by_id, at, deed_id)
SELECT %(organization)s, e.id, p.period_id, cell.amount, 'claimed', %(source)s, %(by)s, %(at)s, %(deed)s
FROM takeover_effect e
JOIN takeover_series s ON s.measure = e.measure AND s.effect = e.effect AND s.scenario = 'actual'
CROSS JOIN LATERAL unnest(s.amounts) WITH ORDINALITY AS cell (amount, place)
JOIN takeover_month p ON p.place = cell.place
WHERE cell.amount IS NOT NULL;

INSERT INTO finance_forecastupkeep (organization_id, measure_id, updated_on, confirmed_on)
SELECT DISTINCT %(organization)s::bigint, e.measure_id, %(on)s::date, NULL::date FROM takeover_effect e;
