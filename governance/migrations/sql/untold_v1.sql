-- Each deed, and each submission that becomes stale, waits for somebody to be told. What the program tells nobody of
-- is dropped by the run that finds it; which that is stands in one table of the program, not here.

CREATE FUNCTION note_untold_deeds() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO governance_untoldfact (organization_id, kind, fact_id, requested_at)
  SELECT organization_id, 'deed', id, now() FROM added;
  RETURN NULL;
END $$;

CREATE TRIGGER deed_untold AFTER INSERT ON portfolio_deed
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_untold_deeds();

CREATE FUNCTION note_stale_submissions() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO governance_untoldfact (organization_id, kind, fact_id, requested_at)
  SELECT n.organization_id, 'stale', n.id, now()
  FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state = 'stale' AND o.state <> 'stale';
  RETURN NULL;
END $$;

CREATE TRIGGER submission_untold AFTER UPDATE ON governance_gatesubmission
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_stale_submissions();
