-- Whatever a light, a divergence or a roll-up reads leaves a request when it changes. Reconciliation's own writes
-- (`app.reconciling`) leave none; an import (`app.importing`) asks for one full run itself.

ALTER TABLE governance_reconcilerequest ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX reconcile_request_transaction ON governance_reconcilerequest (transaction, measure_id);

CREATE FUNCTION marking_wanted() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('app.reconciling', true) IS DISTINCT FROM 'on'
    AND current_setting('app.importing', true) IS DISTINCT FROM 'on'
$$;

-- Once per transaction and measure. A request of another transaction does not spare this one: the run that serves it
-- may be over before this transaction commits, and the change would never be looked at.
CREATE FUNCTION request_reconciliation(the_organization bigint, the_measures bigint[]) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO governance_reconcilerequest (organization_id, measure_id, requested_at)
  SELECT the_organization, wanted.id, now() FROM unnest(the_measures) AS wanted (id)
  WHERE NOT EXISTS (
    SELECT FROM governance_reconcilerequest r
    WHERE r.transaction = pg_current_xact_id() AND r.organization_id = the_organization
      AND r.measure_id IS NOT DISTINCT FROM wanted.id
  );
END $$;

CREATE FUNCTION mark_measures() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF marking_wanted() THEN
    PERFORM request_reconciliation(organization_id, array_agg(DISTINCT measure_id))
    FROM changed GROUP BY organization_id;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_measures_of_effects() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF marking_wanted() THEN
    PERFORM request_reconciliation(e.organization_id, array_agg(DISTINCT e.measure_id))
    FROM (SELECT DISTINCT effect_id FROM changed) c JOIN finance_effect e ON e.id = c.effect_id
    GROUP BY e.organization_id;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_new_measures() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF marking_wanted() THEN
    PERFORM request_reconciliation(organization_id, array_agg(id)) FROM changed GROUP BY organization_id;
  END IF;
  RETURN NULL;
END $$;

-- The lights themselves are written by reconciliation; they are no reason to reconcile.
CREATE FUNCTION mark_changed_measures() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  results constant text[] := ARRAY[
    'implementation_status', 'implementation_reasons', 'potential_status', 'potential_reasons', 'potential_hollow',
    'version', 'description'];
BEGIN
  IF marking_wanted() THEN
    PERFORM request_reconciliation(n.organization_id, array_agg(n.id))
    FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE to_jsonb(o) - results IS DISTINCT FROM to_jsonb(n) - results
    GROUP BY n.organization_id;
  END IF;
  RETURN NULL;
END $$;

-- For what concerns every measure: rates, limits, the tree.
CREATE FUNCTION mark_everything() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF marking_wanted() THEN
    PERFORM request_reconciliation(organization_id, ARRAY[NULL]::bigint[]) FROM changed GROUP BY organization_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER mark_dirty_insert AFTER INSERT ON measures_measure REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_new_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON measures_measure
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_measures();

CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_planamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_planamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_planamount REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_forecastamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_forecastamount REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_forecastamount REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_actualentry REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures_of_effects();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON measures_milestone REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON measures_milestone REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON measures_milestone REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_effect REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_effect REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_effect REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_dispute REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_dispute REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_dispute REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_forecastupkeep REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_forecastupkeep REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_forecastupkeep REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_baselineversion REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_baselineversion REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_closureconfirmation REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_closureconfirmation REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON governance_gatesubmission REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON governance_gatesubmission REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON governance_gatedecision REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_measures();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON finance_planrate REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_planrate REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON finance_planrate REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON finance_fiscalperiod REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_insert AFTER INSERT ON portfolio_node REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON portfolio_node REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_delete AFTER DELETE ON portfolio_node REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
CREATE TRIGGER mark_dirty_update AFTER UPDATE ON portfolio_organizationsettings REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_everything();
