-- One text for both engines. Tokens: {int} 64-bit integer, {bytes} bytes, {key} text compared byte by byte,
-- {table} what SQLite wants behind a table. Times are microseconds since 1970 UTC, flags are 0 and 1.

-- One row: which master key this database belongs to.
CREATE TABLE installation (
    id {int} NOT NULL PRIMARY KEY,
    key_fingerprint {bytes} NOT NULL,
    created_at {int} NOT NULL
) {table};

-- Numbers are handed out in blocks, so that a batch knows its rows' numbers before it writes them.
CREATE TABLE sequence (
    name {key} NOT NULL PRIMARY KEY,
    next_id {int} NOT NULL
) {table};
INSERT INTO sequence (name, next_id) VALUES ('contact', 1), ('row', 1000);

CREATE TABLE account (
    id {int} NOT NULL PRIMARY KEY,
    slug {key} NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    config_version {int} NOT NULL,
    created_at {int} NOT NULL
) {table};

-- Fields, tag groups, tags, lists, statements, forms, automations, webhooks, API users: each a definition (JSON) with
-- a natural name. Contacts refer to items by id; a removed item keeps its row.
CREATE TABLE config_item (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    kind {key} NOT NULL,
    name {key} NOT NULL,
    position {int} NOT NULL,
    definition TEXT NOT NULL,
    secret {bytes},
    changed_at {int} NOT NULL,
    removed_at {int},
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, kind, name)
) {table};

CREATE TABLE statement_version (
    account_id {int} NOT NULL,
    statement_id {int} NOT NULL,
    version {int} NOT NULL,
    definition TEXT NOT NULL,
    since {int} NOT NULL,
    PRIMARY KEY (account_id, statement_id, version)
) {table};

CREATE TABLE contact (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    email_key {key} NOT NULL,
    email TEXT NOT NULL,
    person_id {int} NOT NULL,
    confirmed_at {int},
    suppressed_at {int},
    bad_address_at {int},
    source TEXT NOT NULL,
    created_at {int} NOT NULL,
    created_ip TEXT,
    created_referrer TEXT,
    modified_at {int} NOT NULL,
    last_sign_up_id {int},
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, email_key)
) {table};

CREATE TABLE contact_value (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    field_id {int} NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, contact_id, field_id)
) {table};

-- One index serves both ways: a list's contacts by its range, a contact's lists by looking into each list of the
-- account (there are few). The same for tags.
CREATE TABLE contact_list (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    list_id {int} NOT NULL,
    joined_at {int} NOT NULL,
    PRIMARY KEY (account_id, list_id, contact_id)
) {table};

CREATE TABLE contact_tag (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    tag_id {int} NOT NULL,
    applied {int} NOT NULL,
    first_at {int} NOT NULL,
    last_at {int} NOT NULL,
    PRIMARY KEY (account_id, tag_id, contact_id)
) {table};

CREATE TABLE contact_statement (
    account_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    statement_id {int} NOT NULL,
    agreed {int} NOT NULL,
    version {int} NOT NULL,
    language TEXT,
    answered_at {int} NOT NULL,
    PRIMARY KEY (account_id, contact_id, statement_id)
) {table};

-- previous_id is the contact's sign-up before this one; the contact's row knows the last.
CREATE TABLE sign_up (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    contact_id {int} NOT NULL,
    form_id {int},
    door TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    verdict TEXT,
    fingerprint {bytes} NOT NULL,
    pending_id {int},
    delivery_id {int},
    origin TEXT NOT NULL,
    at {int} NOT NULL,
    previous_id {int},
    PRIMARY KEY (account_id, id)
) {table};

CREATE TABLE pending_sign_up (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    contact_id {int} NOT NULL,
    email_key {key} NOT NULL,
    form_id {int},
    kind TEXT NOT NULL,
    token_hash {bytes} NOT NULL,
    sign_up TEXT NOT NULL,
    sign_up_id {int} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    used_at {int},
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX pending_by_contact ON pending_sign_up (account_id, contact_id);

-- Append-only, one row an act: matters is a JSON array of what was given, refused or withdrawn with it. person_id is
-- known to the contact's row alone.
CREATE TABLE consent_event (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    person_id {int} NOT NULL,
    at {int} NOT NULL,
    sign_up_id {int},
    matters TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (account_id, person_id, id)
) {table};

-- address_hash is keyed with the master key: it outlives an erasure and names nobody.
CREATE TABLE suppression (
    account_id {int} NOT NULL,
    address_hash {bytes} NOT NULL,
    reason TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account_id, address_hash)
) {table};

-- What is owed to the outside. state: 0 owed, 1 done, 2 given up, 3 withdrawn. due_at of a leased row is the end of
-- the lease: when its worker dies, the row falls due by itself.
CREATE TABLE delivery (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    kind TEXT NOT NULL,
    lane {int} NOT NULL,
    state {int} NOT NULL,
    due_at {int} NOT NULL,
    attempts {int} NOT NULL,
    leased_by {int},
    contact_id {int},
    payload TEXT NOT NULL,
    last_error TEXT,
    created_at {int} NOT NULL,
    finished_at {int},
    PRIMARY KEY (account_id, id)
) {table};
CREATE INDEX delivery_due ON delivery (account_id, lane, due_at) WHERE state = 0;
