//! Names in the order that searches read. A new name is found at once, among the fresh ones; it goes into the order of all
//! names when the committers have time, because there each lies on a page of its own.

use crate::Store;
use crate::error::Result;
use crate::sql::{Batch, Conn, Step, each_statements, statements};

/// Names put in order in one transaction: some milliseconds of a committer's time.
const SLICE: usize = 1000;
/// Slices between two looks at what else there is to do, while sign-ups do not stop coming.
const SLICES_IN_A_RUSH: usize = 10;

statements! {
    // The limit is part of the text: the planner must know that it is small.
    FRESH = "SELECT account_id, contact_id, field_id FROM contact_value WHERE field_id IN (2, 3) AND searchable IS NULL \
        ORDER BY account_id, contact_id LIMIT 1000";
}

each_statements! {
    SEARCHABLE (Int, Int, Int) = "UPDATE contact_value SET searchable = 1 {from} \
        WHERE account_id = {1} AND contact_id = {2} AND field_id = {3} AND searchable IS NULL";
}

/// Puts the oldest fresh names in order; whether there are more.
fn put_in_order(conn: &mut Conn) -> Result<bool> {
    conn.transaction(|conn| {
        let mut batch = Batch::new(&SEARCHABLE);
        let found = conn.rows(&FRESH, &[], |row| Ok([row.int()?, row.int()?, row.int()?]))?;
        for &[account, contact, field] in &found {
            batch.push([account.into(), contact.into(), field.into()]);
        }
        let more = found.len() == SLICE;
        if !batch.is_empty() {
            conn.steps(vec![Step::Write(batch)])?;
        }
        Ok(more)
    })
}

impl Store {
    /// Puts fresh names in the order that searches read, slice by slice. Gives way to changes that wait, unless `in_a_rush`:
    /// then it does its part between them.
    pub async fn order_names(&self, in_a_rush: bool) -> Result<()> {
        let mut slices = 0;
        while if in_a_rush { slices < SLICES_IN_A_RUSH } else { self.inner.queue.length() == 0 } {
            if !self.errand(put_in_order).await? {
                break;
            }
            slices += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::AccountId;

    use super::*;
    use crate::console_read::{self, ContactSearch};
    use crate::tests::on_both_engines;

    const PEOPLE: usize = 1500;

    /// People of one account whose first names end in their number; every second has a last name too.
    fn fill(conn: &mut Conn) {
        let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})");
        conn.script(&format!(
            "INSERT INTO contact (account_id, id, email_key, email, person_id, source, created_at, modified_at) {numbers} \
             SELECT 1, i, 'p' || i || '@example.org', 'p' || i || '@example.org', i, 'x', i, i FROM n; \
             INSERT INTO contact_value (account_id, contact_id, field_id, value) {numbers} SELECT 1, i, 2, 'Zoë' || i FROM n; \
             INSERT INTO contact_value (account_id, contact_id, field_id, value) {numbers} \
             SELECT 1, i, 3, 'Óg' || i FROM n WHERE i % 2 = 0; \
             INSERT INTO contact_value (account_id, contact_id, field_id, value) VALUES (1, 7, 9, 'Zoë1234');"
        ))
        .expect("filled");
    }

    fn found(conn: &mut Conn, text: &str) -> Vec<i64> {
        let search = ContactSearch { text: text.into(), ..ContactSearch::default() };
        let found = console_read::contacts(conn, AccountId(1), &search).expect("searched");
        found.found.iter().map(|f| f.row.id.0).collect()
    }

    #[test]
    fn a_name_is_found_before_and_after_it_is_in_order() {
        on_both_engines(|conn| {
            fill(conn);
            let mut slices = 1;
            loop {
                assert_eq!(found(conn, "zoë1234"), [1234], "after {slices} slices");
                assert_eq!(found(conn, "zoë1000 óg1000"), [1000], "after {slices} slices");
                if !put_in_order(conn).expect("put in order") {
                    break;
                }
                slices += 1;
            }
            assert_eq!(slices, 3, "{PEOPLE} first names and half as many last names");
            conn.script("UPDATE contact_value SET value = 'Ann' WHERE contact_id = 1234 AND field_id = 2")
                .expect("renamed");
            assert_eq!(found(conn, "zoë1234"), [] as [i64; 0]);
            assert_eq!(found(conn, "ann"), [1234]);
            let plan = conn.plan_of(&FRESH).expect("explained").join("\n");
            assert!(plan.contains("contact_name_fresh") && !plan.contains("TEMP B-TREE"), "{plan}");
        });
    }
}
