-- What the database itself guarantees about plan, baseline, amounts and confirmations.

-- Plan: no cell of a decided measure is written or removed, by nobody.
CREATE FUNCTION refuse_plan_when_decided() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT effect_id FROM changed) c
    JOIN finance_effect e ON e.id = c.effect_id
    JOIN measures_measure m ON m.id = e.measure_id WHERE m.stage >= 3
  ) THEN
    PERFORM refuse('plan_frozen', 'the plan is frozen from Decided on');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER plan_frozen_insert AFTER INSERT ON finance_planamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_plan_when_decided();
CREATE TRIGGER plan_frozen_update AFTER UPDATE ON finance_planamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_plan_when_decided();
CREATE TRIGGER plan_frozen_delete AFTER DELETE ON finance_planamount REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_plan_when_decided();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON finance_planamount
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON finance_forecastamount
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A cell stays where it is: only its amount changes. So old and new are compared by id, and no cell slips from
-- a draft into a decided plan.
CREATE TRIGGER cell_fixed BEFORE UPDATE ON finance_planamount FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.effect_id <> NEW.effect_id OR OLD.period_id <> NEW.period_id)
  EXECUTE FUNCTION refuse_row('a cell keeps its effect and month');
CREATE TRIGGER cell_fixed BEFORE UPDATE ON finance_forecastamount FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.effect_id <> NEW.effect_id OR OLD.period_id <> NEW.period_id)
  EXECUTE FUNCTION refuse_row('a cell keeps its effect and month');

-- A month that became another month would move every amount booked in it.
CREATE TRIGGER period_fixed BEFORE UPDATE ON finance_fiscalperiod FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.ordinal <> NEW.ordinal OR OLD.name <> NEW.name
    OR OLD.fiscal_year <> NEW.fiscal_year OR OLD.number <> NEW.number)
  EXECUTE FUNCTION refuse_row('a month keeps its name and its place in the fiscal year');

-- Effects: their terms are part of the plan.
CREATE TRIGGER effect_terms_frozen BEFORE UPDATE ON finance_effect FOR EACH ROW
  WHEN (OLD.measure_id IS DISTINCT FROM NEW.measure_id
    OR OLD.name IS DISTINCT FROM NEW.name
    OR OLD.nature IS DISTINCT FROM NEW.nature
    OR OLD.recurrence IS DISTINCT FROM NEW.recurrence
    OR OLD.hardness IS DISTINCT FROM NEW.hardness
    OR OLD.pnl_line_id IS DISTINCT FROM NEW.pnl_line_id
    OR OLD.gl_account_id IS DISTINCT FROM NEW.gl_account_id
    OR OLD.cost_centre_id IS DISTINCT FROM NEW.cost_centre_id
    OR OLD.ends_on IS DISTINCT FROM NEW.ends_on)
  EXECUTE FUNCTION refuse_when_decided('terms of effects are frozen from Decided on');
CREATE TRIGGER identity_fixed BEFORE UPDATE OF id ON finance_effect FOR EACH ROW
  WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION refuse_row('an id never changes');
CREATE TRIGGER effect_frozen_insert AFTER INSERT ON finance_effect REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows_when_decided(
    'effect_terms_frozen', 'a decided measure gets no further effect');
CREATE TRIGGER effect_frozen_delete AFTER DELETE ON finance_effect REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows_when_decided(
    'effect_terms_frozen', 'a decided measure keeps its effects');

-- Baselines: complete when the transaction that froze them ends, never touched afterwards.
ALTER TABLE finance_baselineversion ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE TRIGGER a_stamp_transaction BEFORE INSERT ON finance_baselineversion
  FOR EACH ROW EXECUTE FUNCTION stamp_transaction();
CREATE TRIGGER baseline_final BEFORE UPDATE ON finance_baselineversion
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes('is_current');
CREATE TRIGGER baseline_superseded_once BEFORE UPDATE ON finance_baselineversion FOR EACH ROW
  WHEN (NEW.is_current AND NOT OLD.is_current)
  EXECUTE FUNCTION refuse_row('a superseded baseline never comes back into force');
CREATE TRIGGER append_only BEFORE DELETE ON finance_baselineversion
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON finance_baselineversion
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_late_baseline_rows() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT baseline_id FROM changed) c
    JOIN finance_baselineversion v ON v.id = c.baseline_id WHERE v.transaction <> pg_current_xact_id()
  ) THEN
    PERFORM refuse('baseline_complete', 'nothing is added to a baseline after it was frozen');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER baseline_complete AFTER INSERT ON finance_baselineamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_baseline_rows();
CREATE TRIGGER baseline_complete AFTER INSERT ON finance_baselineeffect REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_baseline_rows();
CREATE TRIGGER baseline_complete AFTER INSERT ON finance_baselinemilestone REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_baseline_rows();

-- Nobody becomes Decided without a promise frozen in the same transaction.
CREATE FUNCTION require_fresh_baseline() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (
    SELECT FROM finance_baselineversion v
    WHERE v.measure_id = NEW.id AND v.is_current AND v.transaction = pg_current_xact_id()
  ) THEN
    PERFORM refuse('decided_needs_baseline', 'the decision freezes a baseline in the same transaction');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decided_needs_baseline AFTER UPDATE ON measures_measure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.stage >= 3 AND OLD.stage < 3) EXECUTE FUNCTION require_fresh_baseline();

CREATE FUNCTION require_baseline_in_force() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF EXISTS (SELECT FROM measures_measure m WHERE m.id = NEW.measure_id AND m.stage >= 3)
    AND NOT EXISTS (SELECT FROM finance_baselineversion v WHERE v.measure_id = NEW.measure_id AND v.is_current)
  THEN
    PERFORM refuse('decided_needs_baseline', 'a decided measure has a baseline in force');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decided_needs_baseline AFTER UPDATE ON finance_baselineversion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_current AND NOT NEW.is_current)
  EXECUTE FUNCTION require_baseline_in_force();

-- Amounts: old and new of each cell, by statement. An import says `app.importing`: its batch and deed are the record
-- of first values, and logging them again would double the cost; what it overwrites is recorded all the same.
CREATE FUNCTION record_amount_insert() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_setting('app.importing', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO finance_amountchange
    (organization_id, scenario, effect_id, period_id, before, after, user_id, deed_id, at)
  SELECT organization_id, TG_ARGV[0], effect_id, period_id, NULL, amount, acting_person(), acting_deed(), now()
  FROM new_rows;
  RETURN NULL;
END $$;

CREATE FUNCTION record_amount_update() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO finance_amountchange
    (organization_id, scenario, effect_id, period_id, before, after, user_id, deed_id, at)
  SELECT n.organization_id, TG_ARGV[0], n.effect_id, n.period_id, o.amount, n.amount,
    acting_person(), acting_deed(), now()
  FROM old_rows o JOIN new_rows n ON n.id = o.id
  WHERE o.amount <> n.amount;
  RETURN NULL;
END $$;

CREATE FUNCTION record_amount_delete() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO finance_amountchange
    (organization_id, scenario, effect_id, period_id, before, after, user_id, deed_id, at)
  SELECT organization_id, TG_ARGV[0], effect_id, period_id, amount, NULL, acting_person(), acting_deed(), now()
  FROM old_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER amount_change_insert AFTER INSERT ON finance_planamount REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_insert('plan');
CREATE TRIGGER amount_change_update AFTER UPDATE ON finance_planamount
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_update('plan');
CREATE TRIGGER amount_change_delete AFTER DELETE ON finance_planamount REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_delete('plan');
CREATE TRIGGER amount_change_insert AFTER INSERT ON finance_forecastamount REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_insert('forecast');
CREATE TRIGGER amount_change_update AFTER UPDATE ON finance_forecastamount
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_update('forecast');
CREATE TRIGGER amount_change_delete AFTER DELETE ON finance_forecastamount REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION record_amount_delete('forecast');

-- Confirmations: given by the person who acts, complete when their transaction ends, revoked at most once.
ALTER TABLE finance_closureconfirmation ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE TRIGGER a_stamp_transaction BEFORE INSERT ON finance_closureconfirmation
  FOR EACH ROW EXECUTE FUNCTION stamp_transaction();
CREATE TRIGGER confirmation_actor BEFORE INSERT ON finance_closureconfirmation FOR EACH ROW
  WHEN (NEW.confirmed_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a confirmation is given by the person who acts');
CREATE TRIGGER confirmation_final BEFORE UPDATE ON finance_closureconfirmation
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes('revoked_at', 'revoked_deed_id');
CREATE TRIGGER confirmation_revoked_once BEFORE UPDATE ON finance_closureconfirmation FOR EACH ROW
  WHEN (OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL)
  EXECUTE FUNCTION refuse_row('a confirmation is revoked once, for good');
CREATE TRIGGER append_only BEFORE DELETE ON finance_closureconfirmation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON finance_closureconfirmation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_late_confirmation_row() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM finance_closureconfirmation c
    WHERE c.id = NEW.confirmation_id AND c.transaction <> pg_current_xact_id()
  ) THEN
    PERFORM refuse('confirmation_complete', 'nothing is added to a confirmation after it was given');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER confirmation_complete BEFORE INSERT ON finance_confirmedyear
  FOR EACH ROW EXECUTE FUNCTION refuse_late_confirmation_row();
CREATE TRIGGER confirmation_complete BEFORE INSERT ON finance_leakage
  FOR EACH ROW EXECUTE FUNCTION refuse_late_confirmation_row();
CREATE TRIGGER confirmation_complete BEFORE INSERT ON finance_confirmationevidence
  FOR EACH ROW EXECUTE FUNCTION refuse_late_confirmation_row();

CREATE FUNCTION require_confirmation_in_force() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF EXISTS (SELECT FROM measures_measure m WHERE m.id = NEW.measure_id AND m.stage = 5) THEN
    PERFORM refuse('closed_keeps_confirmation', 'a confirmation is revoked only together with reopening');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER closed_keeps_confirmation AFTER UPDATE ON finance_closureconfirmation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
  EXECUTE FUNCTION require_confirmation_in_force();

CREATE TRIGGER consent_actor BEFORE INSERT ON finance_closureconsent FOR EACH ROW
  WHEN (NEW.given_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('consent is given by the person who acts');
CREATE TRIGGER validation_actor BEFORE INSERT ON finance_planvalidation FOR EACH ROW
  WHEN (NEW.validated_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a plan is validated by the person who acts');
