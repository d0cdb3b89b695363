-- A locked plan rate is what decisions were taken at: it stays, whoever asks.
CREATE TRIGGER plan_rate_locked BEFORE UPDATE ON finance_planrate FOR EACH ROW
  WHEN (OLD.locked AND (NOT NEW.locked OR NEW.rate <> OLD.rate OR NEW.currency <> OLD.currency
    OR NEW.fiscal_year <> OLD.fiscal_year OR NEW.organization_id <> OLD.organization_id))
  EXECUTE FUNCTION refuse_row('a locked plan rate never changes');
CREATE TRIGGER plan_rate_locked_kept BEFORE DELETE ON finance_planrate FOR EACH ROW
  WHEN (OLD.locked) EXECUTE FUNCTION refuse_row('a locked plan rate is never deleted');
