-- The trail is only ever added to. The one change that there is, when a person is erased: what a row about them kept of
-- before and after is emptied. Everything else is refused by the database itself, whoever asks.
{sqlite}
CREATE TRIGGER console_trail_kept BEFORE UPDATE ON console_trail WHEN NOT (
    OLD.contact_id IS NOT NULL AND NEW.before = '' AND NEW.after = '' AND NEW.account_id = OLD.account_id
    AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.who = OLD.who AND NEW.ip = OLD.ip AND NEW.action = OLD.action
    AND NEW.subject = OLD.subject AND NEW.contact_id IS OLD.contact_id)
BEGIN SELECT RAISE(ABORT, 'the trail cannot be edited'); END;
CREATE TRIGGER console_trail_stays BEFORE DELETE ON console_trail
BEGIN SELECT RAISE(ABORT, 'the trail cannot be edited'); END;
CREATE TRIGGER console_trail_once BEFORE INSERT ON console_trail
WHEN EXISTS (SELECT 1 FROM console_trail AS t WHERE t.account_id = NEW.account_id AND t.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the trail cannot be edited'); END;
{/sqlite}
{postgres}
CREATE FUNCTION console_trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.contact_id IS NOT NULL AND NEW.before = '' AND NEW.after = ''
        AND NEW.account_id = OLD.account_id AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.who = OLD.who
        AND NEW.ip = OLD.ip AND NEW.action = OLD.action AND NEW.subject = OLD.subject
        AND NEW.contact_id = OLD.contact_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the trail cannot be edited';
END
$refuse$;
CREATE TRIGGER console_trail_kept BEFORE UPDATE OR DELETE ON console_trail
    FOR EACH ROW EXECUTE FUNCTION console_trail_refuse();
CREATE TRIGGER console_trail_stays BEFORE TRUNCATE ON console_trail
    FOR EACH STATEMENT EXECUTE FUNCTION console_trail_refuse();
{/postgres}
