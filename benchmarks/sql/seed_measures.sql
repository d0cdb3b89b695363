-- Measures spread over all packages; most decided, one in twenty before the decision; three currencies.
INSERT INTO measures_measure (
  organization_id, code, package_id, name, sort_key, description, problem, owner_id, controller_id, sponsor_id,
  currency, reference_source, reference_period, budget_name, lessons_learned, effect_start_confirmed,
  stage, lifecycle, stage_since, milestones_kept_on, due_implemented,
  implementation_status, implementation_reasons, potential_status, potential_reasons, potential_hollow, version,
  business_unit_id, legal_entity_id, function_id)
SELECT %(organization)s, 'M-' || (1000 + n), pk.id, 'Measure number ' || n, 'measure number ' || n, '', '',
  %(owner)s, %(controller)s, %(sponsor)s, (ARRAY['EUR', 'USD', 'PLN'])[n %% 3 + 1], '', '', '', '', false,
  CASE WHEN n %% 20 = 0 THEN 2 WHEN n %% 7 = 0 THEN 4 ELSE 3 END, 'active', %(on)s::date - 400, %(on)s::date - 10,
  %(on)s::date + 300, 'grey', '[]', 'grey', '[]', true, 1, bu.id, le.id, fu.id
FROM generate_series(1, %(measures)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS position FROM measures_measurepackage
      WHERE organization_id = %(organization)s) pk ON pk.position = n %% 2000 + 1
LEFT JOIN portfolio_businessunit bu ON bu.organization_id = %(organization)s AND bu.code = 'BU' || (n %% 6)
LEFT JOIN portfolio_legalentity le ON le.organization_id = %(organization)s AND le.code = 'LE' || (n %% 8)
LEFT JOIN portfolio_function fu ON fu.organization_id = %(organization)s AND fu.code = 'FU' || (n %% 10);

INSERT INTO measures_milestone (organization_id, measure_id, name, position, weight, is_critical, baseline_on,
  forecast_on, actual_on, evidence_note, version)
SELECT %(organization)s, m.id, 'Milestone ' || k, k, 1, k IN (2, 5), %(on)s::date - 200 + k * 70,
  %(on)s::date - 200 + k * 70 + (m.id %% 40)::int, CASE WHEN k <= 2 THEN %(on)s::date - 200 + k * 70 END, '', 1
FROM measures_measure m CROSS JOIN generate_series(1, 5) k WHERE m.organization_id = %(organization)s;

INSERT INTO finance_effect (organization_id, measure_id, name, position, nature, recurrence, hardness, version)
SELECT %(organization)s, m.id, e.name, e.position, e.nature, e.recurrence, 'bottom_line', 1
FROM measures_measure m
CROSS JOIN (VALUES ('Saving', 1, 'ebitda', 'recurring'), ('Project cost', 2, 'one_off_cost', 'one_off'))
  AS e (name, position, nature, recurrence)
WHERE m.organization_id = %(organization)s;

INSERT INTO finance_baselineversion (organization_id, measure_id, number, is_current, frozen_on, fiscal_year,
  currency, plan_rate, reference_source, reference_period, committed, assumptions, sha256)
SELECT %(organization)s, m.id, 1, true, m.stage_since, %(year)s, m.currency,
  CASE m.currency WHEN 'USD' THEN 0.92 WHEN 'PLN' THEN 0.23 ELSE 1 END, '', '', 0, '[]', repeat('0', 64)
FROM measures_measure m WHERE m.organization_id = %(organization)s AND m.stage >= 3;

INSERT INTO finance_baselineeffect (organization_id, baseline_id, effect_id, name, nature, recurrence, hardness)
SELECT %(organization)s, b.id, e.id, e.name, e.nature, e.recurrence, e.hardness
FROM finance_baselineversion b JOIN finance_effect e ON e.measure_id = b.measure_id
WHERE b.organization_id = %(organization)s;

INSERT INTO finance_forecastupkeep (organization_id, measure_id, updated_on)
SELECT %(organization)s, m.id, %(on)s::date - 20 FROM measures_measure m WHERE m.organization_id = %(organization)s;
