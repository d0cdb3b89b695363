-- Measures as they start, Defined and active, with their packages and milestones.
INSERT INTO measures_measurepackage (organization_id, node_id)
SELECT DISTINCT %(organization)s::bigint, t.node_id
FROM takeover_measure t
WHERE NOT EXISTS (SELECT FROM measures_measurepackage p WHERE p.node_id = t.node_id);

INSERT INTO measures_measure (
  id, organization_id, version, code, package_id, name, sort_key, description, problem, owner_id, controller_id,
  sponsor_id, committee_id, business_unit_id, function_id, legal_entity_id, currency, likely_potential,
  reference_base, reference_source, reference_period, budget_name, lessons_learned, effect_start_confirmed,
  due_identified, due_detailed, due_decided, due_implemented, due_closed, stage, lifecycle, stage_since,
  taken_over_on, milestones_kept_on, implementation_status, implementation_reasons, potential_status,
  potential_reasons, potential_hollow)
SELECT t.id, %(organization)s, 1, t.code, p.id, t.name, t.sort_key, t.description, t.problem, t.owner_id,
       t.controller_id, t.sponsor_id, t.committee_id, t.business_unit_id, t.function_id, t.legal_entity_id, t.currency,
       t.likely_potential, t.reference_base, t.reference_source, '', '', '', false,
       t.due_identified, t.due_detailed, t.due_decided, t.due_implemented, t.due_closed, 0, 'active', %(on)s,
       %(on)s, %(on)s, 'grey', '[]', 'grey', '[]', true
FROM takeover_measure t JOIN measures_measurepackage p ON p.node_id = t.node_id
ORDER BY t.id;

INSERT INTO measures_milestone (
  id, organization_id, version, measure_id, name, position, weight, is_critical, owner_id, baseline_on, forecast_on,
  actual_on, evidence_note)
SELECT t.id, %(organization)s, 1, m.id, t.name, row_number() OVER (PARTITION BY m.id ORDER BY t.line) - 1, t.weight,
       t.is_critical, m.owner_id, t.baseline_on, t.forecast_on, t.actual_on, ''
FROM takeover_milestone t JOIN takeover_measure m ON m.code = t.measure
ORDER BY t.id;
