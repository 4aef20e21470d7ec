-- What came back of the mails to a contact. mail: the outbox row, or below nought a number made of the mail service's own
-- id. report: made of the report, so that none counts twice. kind: 0 hard bounce, 1 soft bounce, 2 complaint, 3 delivered.
-- mailed_at: when that mail was owed.
CREATE TABLE mail_return (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    mail {int} NOT NULL,
    report {int} NOT NULL,
    kind {int} NOT NULL,
    mailed_at {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, contact_id, mail, report)
) {table};

-- Messages of other services that were taken, so that none counts twice. Kept for as long as they could be repeated.
CREATE TABLE taken_message (
    account_id {int} NOT NULL,
    id_hash {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, id_hash)
) {table};
