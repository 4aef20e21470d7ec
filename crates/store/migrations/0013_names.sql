-- Names become searchable a moment after they are written: an entry in the order of names lies on a page of its own, and a
-- sign-up in a rush should not wait for it. searchable: 1 once the name is in that order, NULL until then.
ALTER TABLE contact_value ADD COLUMN searchable {int};
DROP INDEX contact_by_name;
CREATE INDEX contact_by_name ON contact_value (account_id, (lower(value){bytewise})) WHERE searchable = 1;
CREATE INDEX contact_name_fresh ON contact_value (account_id, contact_id) WHERE field_id IN (2, 3) AND searchable IS NULL;
