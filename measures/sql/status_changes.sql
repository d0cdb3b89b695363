-- The facts: one row for each light that shows another colour.
INSERT INTO measures_statuschange (organization_id, measure_id, light, "before", "after", reasons, "on", at, deed_id)
SELECT m.organization_id, m.id, light.kind, light.shown, light.found, light.reasons, %(on)s, %(at)s, %(deed)s
  FROM judged_change c
  JOIN measures_measure m ON m.id = c.id
 CROSS JOIN LATERAL (VALUES
   ('implementation', c.implementation_before, m.implementation_status, m.implementation_reasons),
   ('potential', c.potential_before, m.potential_status, m.potential_reasons)
 ) AS light (kind, shown, found, reasons)
 WHERE light.shown <> light.found;
