-- The tables a workbook is copied into; ids are taken from the sequences on the way, so that all rows know theirs.
DROP TABLE IF EXISTS takeover_measure, takeover_milestone, takeover_series, takeover_month, takeover_effect;

CREATE TEMP TABLE takeover_measure (
  id bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('measures_measure', 'id')),
  line int NOT NULL,
  code text NOT NULL,
  node_id bigint NOT NULL,
  name text NOT NULL,
  sort_key text NOT NULL,
  description text NOT NULL,
  problem text NOT NULL,
  owner_id bigint NOT NULL,
  controller_id bigint,
  sponsor_id bigint,
  committee_id bigint,
  business_unit_id bigint,
  function_id bigint,
  legal_entity_id bigint,
  currency text NOT NULL,
  likely_potential numeric,
  reference_base numeric,
  reference_source text NOT NULL,
  due_identified date,
  due_detailed date,
  due_decided date,
  due_implemented date,
  due_closed date,
  stage smallint NOT NULL,
  lifecycle text NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE takeover_milestone (
  id bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('measures_milestone', 'id')),
  line int NOT NULL,
  measure text NOT NULL,
  name text NOT NULL,
  is_critical boolean NOT NULL,
  weight numeric NOT NULL,
  baseline_on date NOT NULL,
  forecast_on date NOT NULL,
  actual_on date
) ON COMMIT DROP;

CREATE TEMP TABLE takeover_series (
  line int NOT NULL,
  measure text NOT NULL,
  effect text NOT NULL,
  nature text NOT NULL,
  recurrence text NOT NULL,
  hardness text NOT NULL,
  pnl_line_id bigint,
  gl_account_id bigint,
  cost_centre_id bigint,
  scenario text NOT NULL,
  amounts numeric[] NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE takeover_month (place int NOT NULL, period_id bigint NOT NULL) ON COMMIT DROP;
