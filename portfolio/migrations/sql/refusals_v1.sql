-- What every guarantee uses. A refusing trigger bears the name of its rule; the name reaches the application as the
-- constraint of the error, where portfolio/database_errors.py has the sentence.
-- pg_temp stands last in every search_path: named nowhere it would come first, and a temporary table could pose as
-- the table of decisions.

-- The person who acts, as published by the door; null for work that nobody signed in for.
CREATE FUNCTION acting_person() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT NULLIF(current_setting('app.user_id', true), '')::bigint
$$;

CREATE FUNCTION acting_deed() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT NULLIF(current_setting('app.deed_id', true), '')::bigint
$$;

CREATE FUNCTION refuse(rule text, sentence text) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%: %', rule, sentence
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;

-- For triggers whose WHEN says it all: refuses, with the sentence given.
CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse(TG_NAME, TG_ARGV[0]);
  RETURN NULL;
END $$;

-- For rows of which only the named columns may still change.
CREATE FUNCTION refuse_other_changes() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - TG_ARGV::text[] IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV::text[] THEN
    PERFORM refuse(TG_NAME, format('of %s only %s may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ')));
  END IF;
  RETURN NEW;
END $$;

-- The number of the transaction that wrote the row, whatever the writer says it is.
CREATE FUNCTION stamp_transaction() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.transaction := pg_current_xact_id();
  RETURN NEW;
END $$;

-- Deferred checks may run at commit, when the door has already left the tenant: they look at the tenant of the row they
-- check, and leave the setting as they found it.
CREATE FUNCTION enter_tenant(the_organization bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  former constant text := COALESCE(current_setting('app.organization_id', true), '');
BEGIN
  PERFORM set_config('app.organization_id', the_organization::text, true);
  RETURN former;
END $$;

CREATE FUNCTION leave_tenant(former text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.organization_id', former, true);
END $$;

CREATE TRIGGER deed_actor BEFORE INSERT ON portfolio_deed FOR EACH ROW
  WHEN (acting_person() IS NOT NULL AND NEW.actor_id <> acting_person())
  EXECUTE FUNCTION refuse_row('a deed names the person who acts');
