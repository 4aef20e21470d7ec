//! The trail is only added to, whoever asks the database.

use testkit::{TestDatabase, engines};

use crate::sql::{self, Conn, Target};

const ROW: &str = "INSERT INTO console_trail (account_id, id, at, who, ip, action, subject, contact_id, before, after) \
    VALUES (1, {id}, 5, 'ann@theatre.example', '192.0.2.1', 'contact.edit', 'City', {contact}, 'Bangor', 'Conwy')";

#[test]
fn the_trail_cannot_be_edited() {
    for engine in engines() {
        let db = TestDatabase::new(engine);
        let mut conn = Conn::open(&Target::parse(db.url()).expect("a target"), true, 1024).expect("opens");
        sql::set_up_or_check(&mut conn, true).expect("sets up");
        for (id, contact) in [("1", "7"), ("2", "NULL")] {
            conn.script(&ROW.replace("{id}", id).replace("{contact}", contact)).expect("a row");
        }
        for attempt in [
            "UPDATE console_trail SET who = 'nobody' WHERE id = 1",
            "UPDATE console_trail SET at = 6 WHERE id = 2",
            "UPDATE console_trail SET after = 'Cardiff' WHERE id = 1",
            "UPDATE console_trail SET before = '', after = '', who = 'nobody' WHERE id = 1",
            "UPDATE console_trail SET before = '', after = '' WHERE id = 2",
            "UPDATE console_trail SET contact_id = NULL, before = '', after = '' WHERE id = 1",
            "DELETE FROM console_trail WHERE id = 1",
            "DELETE FROM console_trail",
            &ROW.replace("INSERT", if engine == testkit::Engine::Sqlite { "INSERT OR REPLACE" } else { "INSERT" })
                .replace("{id}", "1")
                .replace("{contact}", "8"),
        ] {
            assert!(conn.script(attempt).is_err(), "{engine}: {attempt}");
        }
        // What erasing a person does.
        conn.script("UPDATE console_trail SET before = '', after = '' WHERE account_id = 1 AND contact_id = 7")
            .unwrap_or_else(|e| panic!("{engine}: {e}"));
        conn.script(&ROW.replace("{id}", "3").replace("{contact}", "7")).expect("and more is added");
    }
}
