-- Baseline v1 of every measure that is taken over as Decided or beyond: a copy of plan, terms and milestones.
INSERT INTO finance_baselineversion (
  id, organization_id, measure_id, number, is_current, frozen_on, fiscal_year, currency, plan_rate, reference_base,
  reference_source, reference_period, committed, assumptions, sha256, deed_id)
SELECT b.id, %(organization)s, m.id, 1, true, %(on)s, %(fiscal_year)s, m.currency, b.plan_rate, m.reference_base,
       m.reference_source, m.reference_period, b.committed, '[]', b.sha256, %(deed)s
FROM takeover_baseline b JOIN measures_measure m ON m.id = b.measure_id
ORDER BY b.id;

INSERT INTO finance_baselineeffect (
  organization_id, baseline_id, effect_id, name, nature, recurrence, hardness, ends_on)
SELECT %(organization)s, b.id, e.id, e.name, e.nature, e.recurrence, e.hardness, e.ends_on
FROM takeover_baseline b JOIN finance_effect e ON e.measure_id = b.measure_id
ORDER BY e.id;

INSERT INTO finance_baselineamount (organization_id, baseline_id, effect_id, period_id, amount)
SELECT %(organization)s, b.id, e.id, a.period_id, a.amount
FROM takeover_baseline b
JOIN takeover_effect e ON e.measure_id = b.measure_id
JOIN finance_planamount a ON a.effect_id = e.id;

INSERT INTO finance_baselinemilestone (
  organization_id, baseline_id, milestone_id, name, baseline_on, weight, is_critical)
SELECT %(organization)s, b.id, t.id, t.name, t.baseline_on, t.weight, t.is_critical
FROM takeover_baseline b JOIN measures_milestone t ON t.measure_id = b.measure_id
ORDER BY t.id;
