-- Few contacts have refusals against them: every mail that is taken looks for its own here.
CREATE INDEX contact_refused ON contact (account_id, id) WHERE bounces IS NOT NULL;
