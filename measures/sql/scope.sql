-- The measures to be judged. What was recorded after the as-of day counts as recorded on it.
DROP TABLE IF EXISTS judged_scope;
CREATE TEMP TABLE judged_scope ON COMMIT DROP AS
SELECT m.id AS measure_id,
       m.stage,
       m.lifecycle,
       m.currency,
       CASE WHEN m.stage_since > %(on)s THEN %(on)s ELSE m.stage_since END AS stage_since,
       CASE WHEN m.taken_over_on > %(on)s THEN %(on)s ELSE m.taken_over_on END AS taken_over_on,
       -- The take-over counts as an update of the milestones.
       CASE WHEN greatest(m.milestones_kept_on, m.taken_over_on) > %(on)s THEN %(on)s
            ELSE greatest(m.milestones_kept_on, m.taken_over_on) END AS kept_on,
       CASE m.stage WHEN 0 THEN m.due_identified WHEN 1 THEN m.due_detailed
                    WHEN 2 THEN m.due_decided WHEN 3 THEN m.due_implemented END AS gate_due_on,
       m.due_closed
  FROM measures_measure m
 WHERE %(everything)s OR m.id = ANY(%(measures)s::bigint[]);
CREATE UNIQUE INDEX ON judged_scope (measure_id);
ANALYZE judged_scope (measure_id);
