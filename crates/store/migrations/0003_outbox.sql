-- stream: rows of one stream go out in order, the oldest first; NULL = in any order.
-- owed_since: when the row first fell due, or fell due again by an operator's hand: patience is counted from there.
-- tries_from: attempts before that.
ALTER TABLE delivery ADD COLUMN stream {int};
ALTER TABLE delivery ADD COLUMN owed_since {int};
ALTER TABLE delivery ADD COLUMN tries_from {int};
CREATE INDEX delivery_by_stream ON delivery (account_id, stream, created_at, id) WHERE state = 0 AND stream IS NOT NULL;
CREATE INDEX delivery_told ON delivery (account_id, stream, finished_at) WHERE state = 1 AND stream IS NOT NULL;
CREATE INDEX delivery_dead ON delivery (account_id, id) WHERE state = 2;

-- What came of attempts that did not go well at once. A row keeps its last few: slot is the attempt modulo their number.
CREATE TABLE delivery_attempt (
    account_id {int} NOT NULL,
    delivery_id {int} NOT NULL,
    slot {int} NOT NULL,
    attempt {int} NOT NULL,
    at {int} NOT NULL,
    result TEXT NOT NULL,
    error TEXT,
    PRIMARY KEY (account_id, delivery_id, slot)
) {table};

-- One contact's way through an automation. definition is the automation as it was when the run began: editing it never
-- changes what somebody inside has passed or still has before them.
CREATE TABLE automation_run (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    automation_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    definition TEXT NOT NULL,
    trx TEXT NOT NULL,
    language TEXT,
    started_at {int} NOT NULL,
    next_step {int} NOT NULL,
    finished_at {int},
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX automation_run_by_contact ON automation_run (account_id, contact_id, automation_id);
