-- What may be used once on any node: form tickets and solved challenges. person: a keyed hash of who used it, so that a
-- second click is none by somebody else.
CREATE TABLE guard_used (
    account_id {int} NOT NULL,
    subject {bytes} NOT NULL,
    person {int} NOT NULL,
    node {int} NOT NULL,
    until_at {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, subject)
) {table};

CREATE INDEX guard_used_at ON guard_used (at);

CREATE INDEX guard_used_until ON guard_used (until_at);
