-- What is decided about each measure, filled chunk by chunk.
DROP TABLE IF EXISTS takeover_baseline, takeover_decision, takeover_gap;

CREATE TEMP TABLE takeover_baseline (
  id bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('finance_baselineversion', 'id')),
  measure_id bigint NOT NULL,
  plan_rate numeric NOT NULL,
  committed numeric NOT NULL,
  sha256 text NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE takeover_decision (measure_id bigint NOT NULL, snapshot jsonb NOT NULL, sha256 text NOT NULL)
  ON COMMIT DROP;

CREATE TEMP TABLE takeover_gap (measure_id bigint NOT NULL, criterion text NOT NULL, params jsonb NOT NULL)
  ON COMMIT DROP;
