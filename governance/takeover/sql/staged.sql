-- One row per effect, with the terms of its first row.
CREATE TEMP TABLE takeover_effect ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('finance_effect', 'id')) AS id, first.*
FROM (
  SELECT DISTINCT ON (m.id, s.effect) m.id AS measure_id, s.measure, s.effect, s.line, s.nature, s.recurrence,
         s.hardness, s.pnl_line_id, s.gl_account_id, s.cost_centre_id
  FROM takeover_series s JOIN takeover_measure m ON m.code = s.measure
  ORDER BY m.id, s.effect, s.line
) first
ORDER BY first.measure_id, first.line;

ANALYZE takeover_measure, takeover_milestone, takeover_series, takeover_effect, takeover_month;
