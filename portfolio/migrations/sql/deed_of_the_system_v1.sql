-- Deeds of the system have no actor. Where somebody acts, though, no deed is the system's.
ALTER TABLE portfolio_deed ALTER COLUMN actor_id DROP NOT NULL;
DROP TRIGGER deed_actor ON portfolio_deed;
CREATE TRIGGER deed_actor BEFORE INSERT ON portfolio_deed FOR EACH ROW
  WHEN (acting_person() IS NOT NULL AND NEW.actor_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a deed names the person who acts');
