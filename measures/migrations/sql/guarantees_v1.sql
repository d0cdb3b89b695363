-- What the database itself guarantees about measures and their milestones.

CREATE TRIGGER measure_starts_defined BEFORE INSERT ON measures_measure FOR EACH ROW
  WHEN (NEW.stage <> 0 OR NEW.lifecycle <> 'active')
  EXECUTE FUNCTION refuse_row('a measure starts Defined and active');

CREATE TRIGGER measure_kept BEFORE DELETE ON measures_measure FOR EACH ROW
  WHEN (OLD.stage > 0)
  EXECUTE FUNCTION refuse_row('a measure that has passed a gate is never deleted');

CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON measures_measure
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Two rows that trade ids would trade their histories.
CREATE TRIGGER identity_fixed BEFORE UPDATE OF id ON measures_measure FOR EACH ROW
  WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION refuse_row('an id never changes');
CREATE TRIGGER identity_fixed BEFORE UPDATE OF id ON measures_milestone FOR EACH ROW
  WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION refuse_row('an id never changes');

-- What the baseline copies from the measure itself.
CREATE TRIGGER measure_terms_frozen BEFORE UPDATE ON measures_measure FOR EACH ROW
  WHEN (GREATEST(OLD.stage, NEW.stage) >= 3 AND (
    OLD.reference_base IS DISTINCT FROM NEW.reference_base
    OR OLD.reference_source IS DISTINCT FROM NEW.reference_source
    OR OLD.reference_period IS DISTINCT FROM NEW.reference_period
    OR OLD.currency IS DISTINCT FROM NEW.currency))
  EXECUTE FUNCTION refuse_row('reference and currency are frozen from Decided on');

-- Refuses when one of the rows' measures is Decided or beyond; for triggers whose WHEN names the frozen columns.
CREATE FUNCTION refuse_when_decided() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM measures_measure m WHERE m.id IN (OLD.measure_id, NEW.measure_id) AND m.stage >= 3) THEN
    PERFORM refuse(TG_NAME, TG_ARGV[0]);
  END IF;
  RETURN NEW;
END $$;

-- The same for whole statements: `changed` are the rows written or removed.
CREATE FUNCTION refuse_rows_when_decided() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT measure_id FROM changed) c
    JOIN measures_measure m ON m.id = c.measure_id WHERE m.stage >= 3
  ) THEN
    PERFORM refuse(TG_ARGV[0], TG_ARGV[1]);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER milestone_terms_frozen BEFORE UPDATE ON measures_milestone FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name
    OR OLD.baseline_on IS DISTINCT FROM NEW.baseline_on
    OR OLD.weight IS DISTINCT FROM NEW.weight
    OR OLD.is_critical IS DISTINCT FROM NEW.is_critical
    OR OLD.measure_id IS DISTINCT FROM NEW.measure_id)
  EXECUTE FUNCTION refuse_when_decided('terms of milestones are frozen from Decided on');

CREATE TRIGGER milestone_kept AFTER DELETE ON measures_milestone REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows_when_decided(
    'milestone_terms_frozen', 'milestones of a decided measure are not removed');

CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON measures_milestone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_weight_when_decided() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM changed c JOIN measures_measure m ON m.id = c.measure_id WHERE c.weight <> 0 AND m.stage >= 3
  ) THEN
    PERFORM refuse('milestone_added_without_weight', 'a milestone added after the decision has weight 0');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER milestone_added_without_weight AFTER INSERT ON measures_milestone REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_weight_when_decided();

-- Who ever held which office: closing asks for it.
CREATE FUNCTION record_first_holders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO measures_roleholding (organization_id, measure_id, office, user_id, at)
  SELECT m.organization_id, m.id, held.office, held.person, now()
  FROM new_measures m,
    LATERAL (VALUES ('owner', m.owner_id), ('controller', m.controller_id), ('sponsor', m.sponsor_id))
      AS held (office, person)
  WHERE held.person IS NOT NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER role_holding_first AFTER INSERT ON measures_measure REFERENCING NEW TABLE AS new_measures
  FOR EACH STATEMENT EXECUTE FUNCTION record_first_holders();

CREATE FUNCTION record_new_holders() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO measures_roleholding (organization_id, measure_id, office, user_id, at)
  SELECT NEW.organization_id, NEW.id, held.office, held.now_held, now()
  FROM (VALUES
    ('owner', OLD.owner_id, NEW.owner_id),
    ('controller', OLD.controller_id, NEW.controller_id),
    ('sponsor', OLD.sponsor_id, NEW.sponsor_id)) AS held (office, before, now_held)
  WHERE held.now_held IS NOT NULL AND held.now_held IS DISTINCT FROM held.before;
  RETURN NULL;
END $$;

CREATE TRIGGER role_holding_next AFTER UPDATE ON measures_measure FOR EACH ROW
  WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id
    OR OLD.controller_id IS DISTINCT FROM NEW.controller_id
    OR OLD.sponsor_id IS DISTINCT FROM NEW.sponsor_id)
  EXECUTE FUNCTION record_new_holders();
