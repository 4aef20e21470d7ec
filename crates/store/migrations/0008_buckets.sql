-- How many mails a server refused for the sake of this recipient.
ALTER TABLE contact ADD COLUMN bounces {int};

-- Rates that hold over all nodes. full_at: when the bucket is full again; a row that is missing is a full one.
CREATE TABLE rate_bucket (
    account_id {int} NOT NULL,
    name {key} NOT NULL,
    full_at {int} NOT NULL,
    PRIMARY KEY (account_id, name)
) {table};
