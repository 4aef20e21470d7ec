-- What several nodes tell each other for their guards. Each node counts in rows of its own and reads those of others.
-- A client address stands in here for two windows of its limit at most.
CREATE TABLE guard_share (
    account_id {int} NOT NULL,
    kind {int} NOT NULL,
    subject {bytes} NOT NULL,
    seconds {int} NOT NULL,
    slot {int} NOT NULL,
    node {int} NOT NULL,
    counted {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, kind, subject, seconds, slot, node)
) {table};

CREATE INDEX guard_share_at ON guard_share (at);

-- Forms that a node sees under attack. form_id 0: the account's doors without a form.
CREATE TABLE guard_attack (
    account_id {int} NOT NULL,
    form_id {int} NOT NULL,
    until_at {int} NOT NULL,
    PRIMARY KEY (account_id, form_id)
) {table};
