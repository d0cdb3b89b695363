-- What the database itself guarantees about meetings: nobody votes in another's name, nothing is said after the
-- decision, and what was confirmed stays as it was.

CREATE TRIGGER meeting_starts_planned BEFORE INSERT ON governance_meeting FOR EACH ROW
  WHEN (NEW.state <> 'planned' OR NEW.confirmed_by_id IS NOT NULL OR NEW.confirmed_at IS NOT NULL)
  EXECUTE FUNCTION refuse_row('a meeting starts planned');
CREATE TRIGGER meeting_planner BEFORE INSERT ON governance_meeting FOR EACH ROW
  WHEN (NEW.planned_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a meeting is planned by the person who acts');
CREATE TRIGGER meeting_over BEFORE UPDATE ON governance_meeting FOR EACH ROW
  WHEN (OLD.state IN ('confirmed', 'cancelled'))
  EXECUTE FUNCTION refuse_row('a meeting that was confirmed or cancelled never changes');
CREATE TRIGGER meeting_confirmer BEFORE UPDATE ON governance_meeting FOR EACH ROW
  WHEN (NEW.state = 'confirmed' AND NEW.confirmed_by_id IS DISTINCT FROM acting_person()
    OR NEW.state <> 'confirmed' AND NEW.confirmed_by_id IS NOT NULL)
  EXECUTE FUNCTION refuse_row('a meeting is confirmed by the person who acts');
CREATE TRIGGER meeting_fixed BEFORE UPDATE ON governance_meeting
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes(
    'starts_at', 'zone', 'minutes', 'place', 'state', 'sequence', 'cancel_reason', 'confirmed_by_id', 'confirmed_at',
    'version');
CREATE TRIGGER append_only BEFORE DELETE ON governance_meeting
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_meeting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION check_meeting_settled() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM governance_agendaitem i WHERE i.meeting_id = NEW.id AND i.outcome = '') THEN
    PERFORM refuse('meeting_items_open', 'a meeting is confirmed when every item has its outcome');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER meeting_settled BEFORE UPDATE ON governance_meeting FOR EACH ROW
  WHEN (NEW.state = 'confirmed') EXECUTE FUNCTION check_meeting_settled();

-- Items: an outcome once, by the person who acts, of a meeting that is not over.
CREATE TRIGGER agenda_item_starts_open BEFORE INSERT ON governance_agendaitem FOR EACH ROW
  WHEN (NEW.outcome <> '' OR NEW.decision_id IS NOT NULL OR NEW.settled_by_id IS NOT NULL)
  EXECUTE FUNCTION refuse_row('an item starts open');
CREATE TRIGGER agenda_item_settled_once BEFORE UPDATE ON governance_agendaitem FOR EACH ROW
  WHEN (OLD.outcome <> '') EXECUTE FUNCTION refuse_row('an item has one outcome');
CREATE TRIGGER agenda_item_settler BEFORE UPDATE ON governance_agendaitem FOR EACH ROW
  WHEN (NEW.outcome <> '' AND NEW.settled_by_id IS DISTINCT FROM acting_person()
    OR NEW.outcome = '' AND NEW.settled_by_id IS NOT NULL)
  EXECUTE FUNCTION refuse_row('an outcome is recorded by the person who acts');
CREATE TRIGGER agenda_item_fixed BEFORE UPDATE ON governance_agendaitem
  FOR EACH ROW EXECUTE FUNCTION refuse_other_changes(
    'position', 'consent', 'deferred', 'note', 'overrule_reason', 'outcome', 'objections', 'tally', 'decision_id',
    'settled_by_id', 'settled_at', 'version');
CREATE TRIGGER append_only BEFORE DELETE ON governance_agendaitem
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance_agendaitem
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The meeting is held fast while something is said in it, so that nothing slips in beside its confirmation.
CREATE FUNCTION refuse_over(the_meeting bigint) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  present_state text;
BEGIN
  SELECT m.state INTO present_state FROM governance_meeting m WHERE m.id = the_meeting FOR SHARE;
  IF present_state IN ('confirmed', 'cancelled') THEN
    PERFORM refuse('meeting_over', 'the meeting is over');
  END IF;
END $$;

CREATE FUNCTION check_agenda_item() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_over(NEW.meeting_id);
  RETURN NEW;
END $$;

CREATE TRIGGER agenda_item_of_open_meeting BEFORE INSERT ON governance_agendaitem
  FOR EACH ROW EXECUTE FUNCTION check_agenda_item();

CREATE FUNCTION check_attendance() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM refuse_over(NEW.meeting_id);
  IF EXISTS (
    SELECT FROM governance_agendaitem i
    WHERE i.meeting_id = NEW.meeting_id AND i.outcome NOT IN ('', 'removed')
  ) THEN
    PERFORM refuse('attendance_frozen', 'attendance is fixed once an item is decided');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER attendance_actor BEFORE INSERT ON governance_attendance FOR EACH ROW
  WHEN (NEW.recorded_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('attendance is recorded by the person who acts');
CREATE TRIGGER attendance_of_open_meeting BEFORE INSERT ON governance_attendance
  FOR EACH ROW EXECUTE FUNCTION check_attendance();

CREATE FUNCTION check_vote() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  the_meeting governance_meeting;
  settled text;
BEGIN
  SELECT m.* INTO the_meeting FROM governance_meeting m JOIN governance_agendaitem i ON i.meeting_id = m.id
  WHERE i.id = NEW.item_id FOR SHARE OF m;
  SELECT i.outcome INTO settled FROM governance_agendaitem i WHERE i.id = NEW.item_id FOR SHARE;
  IF settled <> '' OR the_meeting.state IN ('confirmed', 'cancelled') THEN
    PERFORM refuse('vote_after_decision', 'nobody votes after the decision');
  END IF;
  IF the_meeting.kind = 'circular' AND NEW.member_id IS DISTINCT FROM NEW.recorded_by_id THEN
    PERFORM refuse('vote_own_name', 'outside a meeting everybody votes in their own name');
  END IF;
  IF the_meeting.kind = 'circular' AND NEW.at >= the_meeting.closes_at THEN
    PERFORM refuse('voting_closed', 'the vote has ended');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER vote_actor BEFORE INSERT ON governance_vote FOR EACH ROW
  WHEN (NEW.recorded_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a vote is recorded by the person who acts');
CREATE TRIGGER vote_on_open_item BEFORE INSERT ON governance_vote
  FOR EACH ROW EXECUTE FUNCTION check_vote();

CREATE TRIGGER pre_read_actor BEFORE INSERT ON governance_preread FOR EACH ROW
  WHEN (NEW.frozen_by_id IS DISTINCT FROM acting_person())
  EXECUTE FUNCTION refuse_row('a pre-read is frozen by the person who acts');
