-- The console: who may sign in, where they are signed in, and what they changed.

-- password: Argon2id with its parameters and salt; NULL until the one-time link was followed. totp: the sealed secret;
-- totp_step: the last time step that was used, so that no code counts twice. recovery: JSON array of hashes.
CREATE TABLE console_user (
    id {int} NOT NULL PRIMARY KEY,
    email_key {key} NOT NULL UNIQUE,
    email TEXT NOT NULL,
    language TEXT,
    password TEXT,
    totp {bytes},
    totp_step {int} NOT NULL,
    recovery TEXT NOT NULL,
    created_at {int} NOT NULL,
    signed_in_at {int},
    disabled_at {int}
) {table};

-- role: owner, editor or viewer.
CREATE TABLE console_member (
    user_id {int} NOT NULL,
    account_id {int} NOT NULL,
    role {key} NOT NULL,
    PRIMARY KEY (user_id, account_id)
) {table};

-- Sessions and one-time links; only hashes of their tokens.
CREATE TABLE console_session (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    user_id {int} NOT NULL,
    made_at {int} NOT NULL,
    used_at {int} NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL
) {table};
CREATE INDEX console_session_by_user ON console_session (user_id);

CREATE TABLE console_link (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    user_id {int} NOT NULL,
    expires_at {int} NOT NULL
) {table};

-- Every change: append-only. account_id 0 = about a user, not an account. contact_id: whom it is about; before and after
-- of such a row are emptied when that person is erased, and by nothing else.
CREATE TABLE console_trail (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    at {int} NOT NULL,
    who TEXT NOT NULL,
    ip TEXT NOT NULL,
    action {key} NOT NULL,
    subject TEXT NOT NULL,
    contact_id {int},
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX console_trail_by_contact ON console_trail (account_id, contact_id) WHERE contact_id IS NOT NULL;

-- People are looked for by the beginnings of their names: 2 and 3 are FirstName and LastName.
CREATE INDEX contact_by_name ON contact_value (account_id, (lower(value){bytewise})) WHERE field_id IN (2, 3);

-- What is owed to one contact and was sent to it.
CREATE INDEX delivery_by_contact ON delivery (account_id, contact_id) WHERE contact_id IS NOT NULL;
