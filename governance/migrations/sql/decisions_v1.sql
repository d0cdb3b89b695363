-- What the database itself guarantees about decisions beside the gates, and about conditions (domain §2).

-- Held, resumed, cancelled, reverted or reopened is only what somebody proposed and somebody else decided.
ALTER TABLE governance_gatedecision ADD CONSTRAINT decision_needs_proposal CHECK (
  kind NOT IN ('hold', 'resume', 'cancel', 'revert', 'reopen') OR proposal_id IS NOT NULL
);
-- What is closed is neither held nor cancelled; it is reopened first.
ALTER TABLE governance_gatedecision ADD CONSTRAINT decision_before_closure CHECK (
  kind NOT IN ('hold', 'resume', 'cancel') OR from_stage < 5
);

CREATE TRIGGER proposal_actor BEFORE INSERT ON governance_proposal FOR EACH ROW
  WHEN (NEW.proposed_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a proposal is made by the person who acts');
CREATE TRIGGER proposal_starts_open BEFORE INSERT ON governance_proposal FOR EACH ROW
  WHEN (NEW.state <> 'open')
  EXECUTE FUNCTION refuse_row('a proposal is answered afterwards');
CREATE TRIGGER proposal_final BEFORE UPDATE ON governance_proposal
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes('state');
CREATE TRIGGER proposal_leaves_open_once BEFORE UPDATE ON governance_proposal FOR EACH ROW
  WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_row('a proposal is answered once');
CREATE TRIGGER append_only BEFORE DELETE ON governance_proposal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_proposal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody decides what they proposed; both identities of a delegation count.
CREATE FUNCTION refuse_proposer(the_proposal bigint, person bigint, principal bigint) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM governance_proposal p
    WHERE p.id = the_proposal
      AND (p.proposed_by_id IN (person, principal) OR p.on_behalf_of_id IN (person, principal))
  ) THEN
    PERFORM refuse('decision_not_by_proposer', 'nobody decides what they proposed');
  END IF;
END $$;

CREATE FUNCTION check_decision_on_proposal() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_proposer(NEW.proposal_id, NEW.decided_by_id, NEW.on_behalf_of_id);
  IF NOT EXISTS (
    SELECT FROM governance_proposal p
    WHERE p.id = NEW.proposal_id AND p.measure_id = NEW.measure_id AND p.kind = NEW.kind
      AND p.from_stage = NEW.from_stage AND p.from_lifecycle = NEW.from_lifecycle AND p.state = 'open'
  ) THEN
    PERFORM refuse('decision_fits_proposal', 'the decision answers another proposal, or one that was answered');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_on_proposal BEFORE INSERT ON governance_gatedecision FOR EACH ROW
  WHEN (NEW.proposal_id IS NOT NULL) EXECUTE FUNCTION check_decision_on_proposal();

-- A proposal is decided exactly when there is a decision on it.
CREATE FUNCTION require_settled_proposal() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (SELECT FROM governance_proposal p WHERE p.id = NEW.proposal_id AND p.state = 'decided') THEN
    PERFORM refuse('proposal_settled', 'a decision settles its proposal');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER proposal_settled AFTER INSERT ON governance_gatedecision DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.proposal_id IS NOT NULL) EXECUTE FUNCTION require_settled_proposal();

CREATE FUNCTION require_decision_of_proposal() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (
    SELECT FROM governance_gatedecision d
    WHERE d.organization_id = NEW.organization_id AND d.measure_id = NEW.measure_id AND d.proposal_id = NEW.id
  ) THEN
    PERFORM refuse('proposal_settled', 'a proposal is decided by a decision');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER proposal_settled AFTER UPDATE ON governance_proposal DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'decided') EXECUTE FUNCTION require_decision_of_proposal();

CREATE TRIGGER proposal_word_actor BEFORE INSERT ON governance_proposalword FOR EACH ROW
  WHEN (NEW.given_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a word on a proposal is given by the person who acts');

CREATE FUNCTION check_proposal_word() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_proposer(NEW.proposal_id, NEW.given_by_id, NEW.on_behalf_of_id);
  IF NOT EXISTS (SELECT FROM governance_proposal p WHERE p.id = NEW.proposal_id AND p.state = 'open') THEN
    PERFORM refuse('decision_fits_proposal', 'the proposal was answered');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER proposal_word_on_proposal BEFORE INSERT ON governance_proposalword
  FOR EACH ROW EXECUTE FUNCTION check_proposal_word();

-- Conditions: written with the decision that made them, due within 60 days of it; only their state changes.
CREATE FUNCTION check_condition() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'open' OR NOT EXISTS (
    SELECT FROM governance_gatedecision d
    WHERE d.id = NEW.decision_id AND d.measure_id = NEW.measure_id AND d.kind = 'advance_conditional'
      AND d.transaction = pg_current_xact_id() AND NEW.due_on <= d."on" + 60
  ) THEN
    PERFORM refuse('condition_of_its_decision',
      'a condition comes open with its decision and is due within 60 days of it');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER condition_of_its_decision BEFORE INSERT ON governance_condition
  FOR EACH ROW EXECUTE FUNCTION check_condition();

CREATE FUNCTION require_condition() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (SELECT FROM governance_condition c WHERE c.decision_id = NEW.id) THEN
    PERFORM refuse('conditional_needs_condition', 'a conditional decision names its condition');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER conditional_needs_condition AFTER INSERT ON governance_gatedecision
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'advance_conditional')
  EXECUTE FUNCTION require_condition();

CREATE TRIGGER condition_final BEFORE UPDATE ON governance_condition
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes(
    'state', 'fulfilment_note', 'claimed_on', 'refusal', 'accepted_by_id', 'accepted_on');
CREATE TRIGGER condition_settled_once BEFORE UPDATE ON governance_condition FOR EACH ROW
  WHEN (OLD.state IN ('fulfilled', 'lapsed')) EXECUTE FUNCTION refuse_row('a condition is settled once');
-- The owner claims in the owner's name, somebody else accepts in the acceptor's.
CREATE TRIGGER condition_claimed_by_owner BEFORE UPDATE ON governance_condition FOR EACH ROW
  WHEN (NEW.state = 'claimed' AND (OLD.owner_id IS DISTINCT FROM acting_person()))
  EXECUTE FUNCTION refuse_row('the owner of a condition claims that it is fulfilled');
CREATE TRIGGER condition_accepted_by_another BEFORE UPDATE ON governance_condition FOR EACH ROW
  WHEN (NEW.state = 'fulfilled' AND (OLD.state <> 'claimed' OR NEW.accepted_by_id IS DISTINCT FROM acting_person()
    OR NEW.accepted_by_id = OLD.owner_id))
  EXECUTE FUNCTION refuse_row('a claimed condition is accepted by the person who acts, never by its owner');
CREATE TRIGGER append_only BEFORE DELETE ON governance_condition
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_condition
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A reverted measure is a draft again, and its promise stays in force until the next decision replaces it.
CREATE FUNCTION require_promise_kept() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF EXISTS (SELECT FROM measures_measure m WHERE m.id = NEW.measure_id AND m.stage < 3)
    AND (
      EXISTS (SELECT FROM finance_baselineversion v WHERE v.measure_id = NEW.measure_id AND v.id < NEW.id)
      OR NOT EXISTS (SELECT FROM finance_baselineversion v WHERE v.measure_id = NEW.measure_id AND v.is_current))
  THEN
    PERFORM refuse('baseline_stays_in_force', 'the baseline of a draft stays in force until the next decision');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER baseline_stays_in_force AFTER INSERT OR UPDATE ON finance_baselineversion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_promise_kept();

-- What was confirmed counts no longer once the measure is reopened.
CREATE FUNCTION require_revoked_confirmation() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF EXISTS (
    SELECT FROM finance_closureconfirmation c
    WHERE c.measure_id = NEW.id AND c.revoked_at IS NULL AND c.outcome <> 'reject'
  ) THEN
    PERFORM refuse('reopen_revokes_confirmation', 'reopening supersedes the confirmation');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER reopen_revokes_confirmation AFTER UPDATE ON measures_measure
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.stage = 5 AND NEW.stage < 5)
  EXECUTE FUNCTION require_revoked_confirmation();

-- Whoever brought measures in does not ratify them.
CREATE FUNCTION check_ratification() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM governance_importbatch b WHERE b.id = NEW.batch_id AND b.imported_by_id = NEW.ratified_by_id
  ) THEN
    PERFORM refuse('ratification_not_by_importer', 'nobody ratifies what they imported');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER ratification_not_by_importer BEFORE UPDATE ON governance_takeover FOR EACH ROW
  WHEN (NEW.ratified_by_id IS NOT NULL) EXECUTE FUNCTION check_ratification();

-- An unmet condition is seen by the light of the work.
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON governance_condition REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON governance_condition REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
