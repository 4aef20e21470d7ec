-- route: the way out of a webhook, made of its URL; each route has a queue of its own, so that none holds up another.
ALTER TABLE delivery ADD COLUMN route {int};
UPDATE delivery SET route = 0 WHERE lane = 2;
CREATE INDEX delivery_by_route ON delivery (account_id, route, due_at) WHERE state = 0 AND route IS NOT NULL;
-- Webhooks carry what they say, so they go with the contact, and after a while by themselves.
CREATE INDEX webhook_by_contact ON delivery (account_id, contact_id) WHERE lane = 2;
CREATE INDEX webhook_ended ON delivery (state, finished_at) WHERE lane = 2 AND finished_at IS NOT NULL;

-- failing_since: since when a URL of an endpoint has taken nothing. given_up_at: when it was switched off for that.
-- slot: which of the endpoint's URLs.
CREATE TABLE webhook_health (
    account_id {int} NOT NULL,
    webhook_id {int} NOT NULL,
    slot {key} NOT NULL,
    failing_since {int},
    given_up_at {int},
    PRIMARY KEY (account_id, webhook_id, slot)
) {table};

-- The secret before the present one, sealed; it signs as well until then.
CREATE TABLE webhook_former_secret (
    account_id {int} NOT NULL,
    webhook_id {int} NOT NULL,
    secret {bytes} NOT NULL,
    signs_until {int} NOT NULL,
    PRIMARY KEY (account_id, webhook_id)
) {table};
