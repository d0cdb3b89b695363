-- Rows of append-only tables wait for their seal. One request for each statement, however many rows it wrote: the range
-- from its lowest to its highest id. The range may hold rows of transactions still open; each of them brings a request
-- of its own, so nothing is lost when they commit later.

CREATE FUNCTION wait_for_seal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO governance_sealrequest (organization_id, table_name, first_id, last_id, requested_at)
  SELECT organization_id, TG_TABLE_NAME, min(id), max(id), now()
  FROM added WHERE organization_id IS NOT NULL GROUP BY organization_id;
  RETURN NULL;
END $$;

CREATE FUNCTION wait_for_seal_of_history() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO governance_sealrequest (organization_id, table_name, first_id, last_id, requested_at)
  SELECT organization_id, TG_TABLE_NAME, min(history_id), max(history_id), now()
  FROM added WHERE organization_id IS NOT NULL GROUP BY organization_id;
  RETURN NULL;
END $$;

-- Every table whose rows are never deleted, but for the seals themselves and measures, whose history is sealed. What
-- such a table holds already is asked for as one range from the first id to the last there can be.
CREATE FUNCTION seal_append_only_tables() RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_table record;
BEGIN
  FOR the_table IN
    SELECT c.relname, EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'history_id' AND NOT a.attisdropped
      ) AS is_history
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('governance_seal', 'governance_sealblock')
      AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only')
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'wait_for_seal')
    ORDER BY c.relname
  LOOP
    EXECUTE format(
      'CREATE TRIGGER wait_for_seal AFTER INSERT ON %I REFERENCING NEW TABLE AS added '
      'FOR EACH STATEMENT EXECUTE FUNCTION %I()',
      the_table.relname, CASE WHEN the_table.is_history THEN 'wait_for_seal_of_history' ELSE 'wait_for_seal' END);
    INSERT INTO governance_sealrequest (organization_id, table_name, first_id, last_id, requested_at)
    SELECT o.id, the_table.relname, 0, 9223372036854775807, now() FROM portfolio_organization o;
  END LOOP;
END $$;
