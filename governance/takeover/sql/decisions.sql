-- The decisions, what they leave open, and the stage they bring each measure to.
INSERT INTO governance_takeover (organization_id, measure_id, batch_id, stage)
SELECT %(organization)s, id, %(batch)s, stage FROM takeover_measure ORDER BY id;

INSERT INTO governance_takeovergap (organization_id, measure_id, criterion, params)
SELECT %(organization)s, measure_id, criterion, params FROM takeover_gap ORDER BY measure_id;

INSERT INTO governance_gatedecision (
  organization_id, measure_id, kind, from_stage, to_stage, from_lifecycle, to_lifecycle, office, decided_by_id,
  reason, overrule_reason, "on", at, snapshot, sha256, deed_id)
SELECT %(organization)s, t.id, 'take_over', 0, t.stage, 'active', t.lifecycle, 'transformation_office', %(by)s,
       %(reason)s, '', %(on)s, %(at)s, d.snapshot, d.sha256, %(deed)s
FROM takeover_measure t JOIN takeover_decision d ON d.measure_id = t.id
ORDER BY t.id;

DELETE FROM takeover_measure WHERE stage = 0 AND lifecycle = 'active';

UPDATE measures_measure m SET stage = t.stage, lifecycle = t.lifecycle, version = m.version + 1
FROM takeover_measure t WHERE m.id = t.id;
