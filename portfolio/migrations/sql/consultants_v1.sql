-- A consultant comes for a time: the role has a last day, at most 180 days ahead, whoever writes the row. Where time
-- stands still the days count from the day it stands on; elsewhere one more is allowed for clocks ahead of UTC.
CREATE FUNCTION limit_consultant() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_role text;
  today date;
BEGIN
  SELECT r.code INTO the_role FROM portfolio_role r
    WHERE r.organization_id = NEW.organization_id AND r.id = NEW.role_id;
  IF the_role = 'consultant' THEN
    SELECT COALESCE(o.stands_on, CURRENT_DATE + 1) INTO today FROM portfolio_organization o
      WHERE o.id = NEW.organization_id;
    IF NEW.ends_on IS NULL OR NEW.ends_on > today + 180 THEN
      PERFORM refuse('consultant_ends', 'a consultant has a last day within 180 days');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER consultant_ends BEFORE INSERT OR UPDATE ON portfolio_rolegrant
  FOR EACH ROW EXECUTE FUNCTION limit_consultant();

-- By its code a role bars from deciding; another code, or another role under the grant, would lift that silently.
CREATE TRIGGER role_code_fixed BEFORE UPDATE ON portfolio_role FOR EACH ROW
  WHEN (OLD.code <> NEW.code)
  EXECUTE FUNCTION refuse_row('a role keeps its code');

CREATE TRIGGER grant_fixed BEFORE UPDATE ON portfolio_rolegrant FOR EACH ROW
  WHEN (OLD.role_id <> NEW.role_id OR OLD.user_id <> NEW.user_id OR OLD.node_id <> NEW.node_id)
  EXECUTE FUNCTION refuse_row('a grant keeps its role, person and place; only its end changes');

-- The membership says until when a person is consultant, because the door reads memberships before it enters a tenant.
-- Nobody writes that column: it is what the grants say, whenever either of them is written.
CREATE FUNCTION stamp_consulting() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  SELECT max(g.ends_on) INTO NEW.consulting_until FROM portfolio_rolegrant g
    JOIN portfolio_role r ON r.organization_id = g.organization_id AND r.id = g.role_id
    WHERE g.organization_id = NEW.organization_id AND g.user_id = NEW.user_id AND r.code = 'consultant';
  RETURN NEW;
END $$;

CREATE TRIGGER consulting_stamped BEFORE INSERT OR UPDATE ON portfolio_membership
  FOR EACH ROW EXECUTE FUNCTION stamp_consulting();

CREATE FUNCTION pass_on_consulting() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  changed portfolio_rolegrant := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  UPDATE portfolio_membership SET consulting_until = consulting_until
    WHERE organization_id = changed.organization_id AND user_id = changed.user_id;
  RETURN NULL;
END $$;

CREATE TRIGGER consulting_passed_on AFTER INSERT OR UPDATE OR DELETE ON portfolio_rolegrant
  FOR EACH ROW EXECUTE FUNCTION pass_on_consulting();

-- Consultants from before this file.
DO $$
DECLARE
  the_organization bigint;
  former text;
BEGIN
  FOR the_organization IN SELECT id FROM portfolio_organization LOOP
    former := enter_tenant(the_organization);
    UPDATE portfolio_membership SET consulting_until = consulting_until WHERE organization_id = the_organization;
    PERFORM leave_tenant(former);
  END LOOP;
END $$;
