-- Divergences open, re-open with a count, and close; each transition is recorded.
UPDATE governance_divergence d
   SET state = t.state_after,
       count = d.count + CASE WHEN t.state_before = 'closed' THEN 1 ELSE 0 END,
       opened_on = CASE WHEN t.state_before = 'closed' THEN %(on)s ELSE d.opened_on END,
       closed_on = CASE WHEN t.state_after = 'closed' THEN %(on)s END,
       answer = CASE WHEN t.state_after = 'open' THEN '' ELSE d.answer END,
       answered_by_id = CASE WHEN t.state_after = 'closed' THEN d.answered_by_id END,
       answered_until = CASE WHEN t.state_after = 'closed' THEN d.answered_until END
  FROM judged_transition t
 WHERE d.id = t.id;

INSERT INTO governance_divergence
  (organization_id, measure_id, code, severity, state, count, params, opened_on, answer)
SELECT %(organization)s, t.measure_id, t.code, t.severity, 'open', 1, '{}'::jsonb, %(on)s, ''
  FROM judged_transition t
 WHERE t.id IS NULL;

INSERT INTO governance_divergencechange (organization_id, divergence_id, "before", "after", "on", at, reason, deed_id)
SELECT d.organization_id, d.id, t.state_before, t.state_after, %(on)s, %(at)s, '', %(deed)s
  FROM judged_transition t
  JOIN governance_divergence d ON d.measure_id = t.measure_id AND d.code = t.code;
