-- What the database itself guarantees about gates and closing: no step without its decision, no close without its
-- confirmation. The checks run when the transaction ends (or an action asks), so decision and change may come in any
-- order.

ALTER TABLE governance_gatedecision ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE TRIGGER a_stamp_transaction BEFORE INSERT ON governance_gatedecision
  FOR EACH ROW EXECUTE FUNCTION stamp_transaction();
-- The latest decision of a measure is asked for at every step, 20,000 times in a take-over.
CREATE INDEX decision_latest ON governance_gatedecision (organization_id, measure_id, id);

-- Which step each kind of decision may take: one at a time, no skipping.
ALTER TABLE governance_gatedecision ADD CONSTRAINT decision_legal_step CHECK (
  CASE kind
    WHEN 'advance' THEN to_stage = from_stage + 1 AND from_lifecycle = 'active' AND to_lifecycle = 'active'
    WHEN 'advance_conditional' THEN
      to_stage = from_stage + 1 AND to_stage < 5 AND from_lifecycle = 'active' AND to_lifecycle = 'active'
    WHEN 'return' THEN to_stage = from_stage AND to_lifecycle = from_lifecycle
    WHEN 'hold' THEN to_stage = from_stage AND from_lifecycle = 'active' AND to_lifecycle = 'on_hold'
    WHEN 'resume' THEN to_stage = from_stage AND from_lifecycle = 'on_hold' AND to_lifecycle = 'active'
    WHEN 'cancel' THEN to_stage = from_stage AND from_lifecycle <> 'cancelled' AND to_lifecycle = 'cancelled'
    WHEN 'revert' THEN
      to_stage = from_stage - 1 AND from_stage < 5 AND from_lifecycle = 'active' AND to_lifecycle = 'active'
    WHEN 'reopen' THEN to_lifecycle = 'active' AND (
      (from_stage = 5 AND to_stage = 4 AND from_lifecycle = 'active')
      OR (to_stage = from_stage AND from_lifecycle = 'cancelled'))
    WHEN 'take_over' THEN
      from_stage = 0 AND to_stage BETWEEN 0 AND 4 AND from_lifecycle = 'active'
      AND to_lifecycle IN ('active', 'on_hold', 'cancelled')
    ELSE false
  END
);
ALTER TABLE governance_gatedecision ADD CONSTRAINT decision_needs_submission CHECK (
  kind NOT IN ('advance', 'advance_conditional') OR submission_id IS NOT NULL
);

-- Nobody signs for somebody else.
CREATE TRIGGER decision_actor BEFORE INSERT ON governance_gatedecision FOR EACH ROW
  WHEN (NEW.decided_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a decision is recorded by the person who acts');
CREATE TRIGGER approval_actor BEFORE INSERT ON governance_gateapproval FOR EACH ROW
  WHEN (NEW.given_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('an approval is given by the person who acts');
CREATE TRIGGER waiver_actor BEFORE INSERT ON governance_waiver FOR EACH ROW
  WHEN (NEW.written_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a waiver is written by the person who acts');
CREATE TRIGGER submission_actor BEFORE INSERT ON governance_gatesubmission FOR EACH ROW
  WHEN (NEW.submitted_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a gate is submitted by the person who acts');
CREATE TRIGGER import_actor BEFORE INSERT ON governance_importbatch FOR EACH ROW
  WHEN (NEW.imported_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('an import names the person who acts');

-- Nobody decides what they submitted; both identities of a delegation count.
CREATE FUNCTION refuse_submitter(the_submission bigint, person bigint, principal bigint) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM governance_gatesubmission s
    WHERE s.id = the_submission
      AND (s.submitted_by_id IN (person, principal) OR s.on_behalf_of_id IN (person, principal))
  ) THEN
    PERFORM refuse('decision_not_by_submitter', 'nobody decides what they submitted');
  END IF;
END $$;

CREATE FUNCTION check_decision_on_submission() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_submitter(NEW.submission_id, NEW.decided_by_id, NEW.on_behalf_of_id);
  IF NOT EXISTS (
    SELECT FROM governance_gatesubmission s
    WHERE s.id = NEW.submission_id AND s.measure_id = NEW.measure_id AND s.from_stage = NEW.from_stage
      AND s.state IN ('open', 'decided')
      AND (NEW.kind NOT IN ('advance', 'advance_conditional') OR s.to_stage = NEW.to_stage)
  ) THEN
    PERFORM refuse('decision_fits_submission', 'the decision answers another measure, step or round');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_on_submission BEFORE INSERT ON governance_gatedecision FOR EACH ROW
  WHEN (NEW.submission_id IS NOT NULL) EXECUTE FUNCTION check_decision_on_submission();

CREATE FUNCTION check_approval() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_submitter(NEW.submission_id, NEW.given_by_id, NEW.on_behalf_of_id);
  RETURN NEW;
END $$;

CREATE TRIGGER approval_on_submission BEFORE INSERT ON governance_gateapproval
  FOR EACH ROW EXECUTE FUNCTION check_approval();

-- A measure stands where its latest decision put it.
CREATE FUNCTION stands_as_decided(the_measure bigint) RETURNS boolean LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM measures_measure m JOIN LATERAL (
      SELECT d.to_stage, d.to_lifecycle FROM governance_gatedecision d
      WHERE d.organization_id = m.organization_id AND d.measure_id = m.id ORDER BY d.id DESC LIMIT 1
    ) latest ON latest.to_stage = m.stage AND latest.to_lifecycle = m.lifecycle
    WHERE m.id = the_measure
  );
END $$;

CREATE FUNCTION require_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (
    SELECT FROM governance_gatedecision d
    WHERE d.organization_id = NEW.organization_id AND d.measure_id = NEW.id
      AND d.transaction = pg_current_xact_id()
      AND d.from_stage = OLD.stage AND d.to_stage = NEW.stage
      AND d.from_lifecycle = OLD.lifecycle AND d.to_lifecycle = NEW.lifecycle
  ) OR NOT stands_as_decided(NEW.id) THEN
    PERFORM refuse('stage_needs_decision', 'stage and lifecycle change by a decision of the same transaction only');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER stage_needs_decision AFTER UPDATE ON measures_measure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.stage <> NEW.stage OR OLD.lifecycle <> NEW.lifecycle) EXECUTE FUNCTION require_decision();

-- Decisions of a measure form a chain from Defined to where it stands, without a gap and without a loose end.
CREATE FUNCTION require_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
  earlier_stage smallint := 0;
  earlier_lifecycle text := 'active';
BEGIN
  SELECT d.to_stage, d.to_lifecycle INTO earlier_stage, earlier_lifecycle FROM governance_gatedecision d
  WHERE d.organization_id = NEW.organization_id AND d.measure_id = NEW.measure_id AND d.id < NEW.id
  ORDER BY d.id DESC LIMIT 1;
  IF NEW.from_stage <> COALESCE(earlier_stage, 0) OR NEW.from_lifecycle <> COALESCE(earlier_lifecycle, 'active') THEN
    PERFORM refuse('decision_follows_decision', 'a decision starts where the decision before it ended');
  END IF;
  IF NOT stands_as_decided(NEW.measure_id) THEN
    PERFORM refuse('decision_needs_change', 'a decision comes with the change it decides');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_needs_change AFTER INSERT ON governance_gatedecision DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_change();

-- A further baseline of a decided measure comes with the decision that brought it there.
CREATE FUNCTION require_baseline_decision() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF EXISTS (SELECT FROM measures_measure m WHERE m.id = NEW.measure_id AND m.stage >= 3)
    AND NOT EXISTS (
      SELECT FROM governance_gatedecision d
      WHERE d.organization_id = NEW.organization_id AND d.measure_id = NEW.measure_id
        AND d.transaction = pg_current_xact_id() AND d.from_stage < 3 AND d.to_stage >= 3)
  THEN
    PERFORM refuse('baseline_needs_decision', 'a baseline of a decided measure comes with its decision');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER baseline_needs_decision AFTER INSERT ON finance_baselineversion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_baseline_decision();

-- Submissions and take-overs: one change each.
CREATE TRIGGER submission_final BEFORE UPDATE ON governance_gatesubmission
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes('state', 'stale_fields');
CREATE TRIGGER submission_leaves_open_once BEFORE UPDATE ON governance_gatesubmission FOR EACH ROW
  WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_row('a submission is answered once');
CREATE TRIGGER append_only BEFORE DELETE ON governance_gatesubmission
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_gatesubmission
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER take_over_unratified BEFORE INSERT ON governance_takeover FOR EACH ROW
  WHEN (NEW.ratified_at IS NOT NULL OR NEW.ratified_by_id IS NOT NULL)
  EXECUTE FUNCTION refuse_row('a take-over is ratified afterwards');
CREATE TRIGGER take_over_final BEFORE UPDATE ON governance_takeover
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes('ratified_by_id', 'ratified_at');
CREATE TRIGGER take_over_ratified_once BEFORE UPDATE ON governance_takeover FOR EACH ROW
  WHEN (OLD.ratified_at IS NOT NULL OR NEW.ratified_at IS NULL)
  EXECUTE FUNCTION refuse_row('a take-over is ratified once');
CREATE TRIGGER ratification_actor BEFORE UPDATE ON governance_takeover FOR EACH ROW
  WHEN (NEW.ratified_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a take-over is ratified by the person who acts');
CREATE TRIGGER append_only BEFORE DELETE ON governance_takeover
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_takeover
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
