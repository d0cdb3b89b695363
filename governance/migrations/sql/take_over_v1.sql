-- A take-over passes up to four gates at once, so it counts only beside the import it came with, which the committee
-- ratifies before the measure may close.
CREATE FUNCTION require_import() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  former constant text := enter_tenant(NEW.organization_id);
BEGIN
  IF NOT EXISTS (
    SELECT FROM governance_takeover t
    WHERE t.organization_id = NEW.organization_id AND t.measure_id = NEW.measure_id AND t.stage = NEW.to_stage
      AND t.ratified_at IS NULL
  ) THEN
    PERFORM refuse('take_over_needs_import', 'a measure is taken over by an import only, and ratified afterwards');
  END IF;
  PERFORM leave_tenant(former);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER take_over_needs_import AFTER INSERT ON governance_gatedecision DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind = 'take_over') EXECUTE FUNCTION require_import();
