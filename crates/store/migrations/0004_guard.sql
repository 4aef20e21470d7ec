-- What the guard keeps. Hashes are keyed with the master key: they name nobody without it.

-- Sign-ups in quarantine, whole, so that `guard release` can go on with them. id is that of their sign_up row.
CREATE TABLE quarantine (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    sign_up TEXT NOT NULL,
    verdict TEXT NOT NULL,
    at {int} NOT NULL,
    released_at {int},
    PRIMARY KEY (account_id, id)
) {table};

-- Of a refused attempt only this is kept, for 30 days.
CREATE TABLE refused_attempt (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    door TEXT NOT NULL,
    address_hash {bytes} NOT NULL,
    verdict TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};

-- Mails that a stranger can cause, by mailbox; two days are read, older ones go away whole. cause: 0 asks to confirm,
-- 1 any other, 2 a link that the mailbox's owner asks for, 3 its owner said "this wasn't me" (day and at are the last
-- there are, so that these are always read). answered: a confirmation was followed by a confirm.
CREATE TABLE mail_sent (
    day {int} NOT NULL,
    mailbox {bytes} NOT NULL,
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    at {int} NOT NULL,
    cause {int} NOT NULL,
    answered {int} NOT NULL,
    PRIMARY KEY (day, mailbox, account_id, id)
) {table};

-- The same by target domain (and, as a domain of zeros, in all) in slots of five minutes, for the ceilings of an hour.
-- shard: each committer counts in rows of its own, so that none waits for another.
CREATE TABLE mail_hour (
    domain {bytes} NOT NULL,
    slot {int} NOT NULL,
    shard {int} NOT NULL,
    sent {int} NOT NULL,
    PRIMARY KEY (domain, slot, shard)
) {table};

-- How far the chores that go through old rows have come.
CREATE TABLE chore (
    account_id {int} NOT NULL,
    name {key} NOT NULL,
    done_to {int} NOT NULL,
    PRIMARY KEY (account_id, name)
) {table};
