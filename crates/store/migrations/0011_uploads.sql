-- Every import makes a group of the contacts it was about. state: 0 being staged, 1 being applied, 2 done, 3 being read
-- from a file by a command. progress: pieces applied, or rows of the file taken. owner: the node or command at work.
CREATE TABLE upload_group (
    account_id {int} NOT NULL,
    id {int} NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    fingerprint {bytes},
    state {int} NOT NULL,
    owner {int} NOT NULL,
    progress {int} NOT NULL,
    counts TEXT NOT NULL,
    created_at {int} NOT NULL,
    touched_at {int} NOT NULL,
    finished_at {int},
    PRIMARY KEY (account_id, id)
) {table};
-- One import call an account at a time.
CREATE UNIQUE INDEX upload_running ON upload_group (account_id) WHERE state < 2;

-- Checked rows that wait to be applied, many to a piece, as JSON.
CREATE TABLE upload_piece (
    account_id {int} NOT NULL,
    group_id {int} NOT NULL,
    number {int} NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (account_id, group_id, number)
) {table};

CREATE TABLE upload_contact (
    account_id {int} NOT NULL,
    group_id {int} NOT NULL,
    contact_id {int} NOT NULL,
    PRIMARY KEY (account_id, group_id, contact_id)
) {table};
