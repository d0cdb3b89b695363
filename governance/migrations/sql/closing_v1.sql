-- What the database itself guarantees about closing (domain §6).

-- Whether a person ever delivered or sponsored what is to be closed.
CREATE FUNCTION ever_owned_or_sponsored(the_measure bigint, person bigint) RETURNS boolean LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM measures_roleholding h
    WHERE h.measure_id = the_measure AND h.user_id = person AND h.office IN ('owner', 'sponsor')
  ) OR EXISTS (
    SELECT FROM measures_measure m WHERE m.id = the_measure AND person IN (m.owner_id, m.sponsor_id)
  );
END $$;

-- Whether a person may confirm the value of a measure: its controller. There are no delegations yet, so a confirmation
-- on somebody's behalf is refused; with them this one function is replaced.
CREATE FUNCTION may_confirm(the_measure bigint, person bigint, principal bigint) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN principal IS NULL
    AND EXISTS (SELECT FROM measures_measure m WHERE m.id = the_measure AND m.controller_id = person)
    AND NOT ever_owned_or_sponsored(the_measure, person);
END $$;

-- Whether a confirmation needs two controllers. The frozen commitment counts beside the confirmation's own figures,
-- so that a small number written into it opens no shorter way.
CREATE FUNCTION needs_four_eyes(given finance_closureconfirmation) RETURNS boolean LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  four_eyes_limit numeric;
  frozen numeric;
BEGIN
  SELECT s.four_eyes_limit INTO four_eyes_limit FROM portfolio_organizationsettings s
  WHERE s.organization_id = given.organization_id;
  SELECT abs(v.committed) INTO frozen FROM finance_baselineversion v
  WHERE v.measure_id = given.measure_id AND v.is_current;
  RETURN GREATEST(abs(given.committed), abs(given.run_rate), frozen) > COALESCE(four_eyes_limit, 0);
END $$;

CREATE FUNCTION has_second_controller(given finance_closureconfirmation) RETURNS boolean LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN given.second_by_id IS NOT NULL
    AND given.second_by_id <> given.confirmed_by_id
    AND NOT ever_owned_or_sponsored(given.measure_id, given.second_by_id)
    AND EXISTS (
      SELECT FROM finance_closureconsent c
      WHERE c.measure_id = given.measure_id AND c.given_by_id = given.second_by_id AND c.sha256 = given.sha256);
END $$;

CREATE FUNCTION require_confirmation() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
  given finance_closureconfirmation;
BEGIN
  SELECT * INTO given FROM finance_closureconfirmation c
  WHERE c.measure_id = NEW.id AND c.revoked_at IS NULL AND c.outcome <> 'reject'
    AND c.transaction = pg_current_xact_id();
  IF NOT FOUND THEN
    PERFORM refuse('close_needs_confirmation', 'no confirmation in force came with the close');
  END IF;
  IF NOT may_confirm(NEW.id, given.confirmed_by_id, given.on_behalf_of_id) THEN
    PERFORM refuse('close_by_controller', 'only the controller confirms, never who owned or sponsored');
  END IF;
  IF given.sha256 !~ '^[0-9a-f]{64}$' OR NOT EXISTS (
    SELECT FROM governance_gatedecision d
    WHERE d.organization_id = NEW.organization_id AND d.measure_id = NEW.id AND d.kind = 'advance' AND d.to_stage = 5
      AND d.transaction = pg_current_xact_id() AND d.sha256 = given.sha256
      AND d.decided_by_id = given.confirmed_by_id
  ) THEN
    PERFORM refuse('close_on_same_snapshot', 'confirmation and decision rest on different pictures of the measure');
  END IF;
  IF needs_four_eyes(given) AND NOT has_second_controller(given) THEN
    PERFORM refuse('close_needs_four_eyes', 'above the four-eyes limit a second controller consents first');
  END IF;
  IF EXISTS (SELECT FROM governance_takeover t WHERE t.measure_id = NEW.id AND t.ratified_at IS NULL) THEN
    PERFORM refuse('close_needs_ratification', 'the committee ratifies a take-over before it closes');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER close_needs_confirmation AFTER UPDATE ON measures_measure DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.stage = 5 AND OLD.stage <> 5) EXECUTE FUNCTION require_confirmation();
