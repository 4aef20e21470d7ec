-- What the Spektrix door keeps about a contact beyond what every door keeps.

-- customer_at: since when the contact is a customer although nothing confirmed it (made by a door whose callers are told
-- at once that the customer exists). public_id: a vendor's customer id that was brought along, in upper case; other
-- contacts' ids are made from their number.
ALTER TABLE contact ADD COLUMN customer_at {int};
ALTER TABLE contact ADD COLUMN public_id {key};
CREATE UNIQUE INDEX contact_by_public_id ON contact (account_id, public_id) WHERE public_id IS NOT NULL;

-- Postal addresses; the oldest has the smallest number. details is JSON.
CREATE TABLE contact_address (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    id {int} NOT NULL,
    is_billing {int} NOT NULL,
    is_delivery {int} NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (account_id, contact_id, id)
) {table};

-- Login passwords: Argon2id with its parameters and salt.
CREATE TABLE contact_password (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    hash TEXT NOT NULL,
    set_at {int} NOT NULL,
    PRIMARY KEY (account_id, contact_id)
) {table};

-- Customers' sessions and the single-use tokens that start one; only hashes of tokens.
CREATE TABLE customer_session (
    account_id {int} NOT NULL,
    token_hash {bytes} NOT NULL,
    contact_id {int} NOT NULL,
    purpose TEXT NOT NULL,
    host TEXT NOT NULL,
    made_at {int} NOT NULL,
    used_at {int} NOT NULL,
    PRIMARY KEY (account_id, token_hash)
) {table};
CREATE INDEX customer_session_by_contact ON customer_session (account_id, contact_id);

-- When a caller's secret last opened a door, written now and then.
CREATE TABLE api_user_use (
    account_id {int} NOT NULL,
    api_user_id {int} NOT NULL,
    last_used_at {int} NOT NULL,
    PRIMARY KEY (account_id, api_user_id)
) {table};
