//! Tests that need the inside of the store. PostgreSQL is the server that `./test` starts.

use crate::sql::{self, Conn, Target};

pub(crate) fn on_both_engines(check: impl Fn(&mut Conn)) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = Target::parse(&format!("sqlite://{}/t.db", folder.path().display())).expect("a target");
    let mut conn = Conn::open(&file, true, 1024).expect("opens SQLite");
    sql::set_up_or_check(&mut conn, true).expect("sets up SQLite");
    check(&mut conn);

    let url = std::env::var("VESTIBULE_TEST_POSTGRES").expect("run ./test, which starts PostgreSQL");
    let server = Target::parse(&url).expect("a target");
    let mut conn = Conn::open(&server, true, 0).expect("connects to PostgreSQL");
    // A schema of its own keeps this apart from other tests on the same server.
    let schema = format!("store_test_{}", std::process::id());
    conn.script(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; SET search_path = {schema}"))
        .expect("a schema");
    sql::set_up_or_check(&mut conn, true).expect("sets up PostgreSQL");
    check(&mut conn);
    conn.script(&format!("DROP SCHEMA {schema} CASCADE")).expect("cleans up");
}

#[test]
fn both_engines_understand_every_statement() {
    let statements = [
        crate::buckets::STATEMENTS,
        crate::config::STATEMENTS,
        crate::consents::STATEMENTS,
        crate::console_read::STATEMENTS,
        crate::console_trail::STATEMENTS,
        crate::console_users::STATEMENTS,
        crate::customer_links::STATEMENTS,
        crate::customers::STATEMENTS,
        crate::deliveries::STATEMENTS,
        crate::guard_nodes::STATEMENTS,
        crate::guard_rows::STATEMENTS,
        crate::ids::STATEMENTS,
        crate::installation::STATEMENTS,
        crate::names::STATEMENTS,
        crate::people::STATEMENTS,
        crate::outbox::STATEMENTS,
        crate::read::STATEMENTS,
        crate::uploads::applying::STATEMENTS,
        crate::uploads::groups::STATEMENTS,
        crate::uploads::staging::STATEMENTS,
        crate::recipients::STATEMENTS,
        crate::returns::STATEMENTS,
        crate::webhooks::STATEMENTS,
        sql::MIGRATE_STATEMENTS,
    ];
    let each = [
        crate::deliveries::EACH,
        crate::facts::EACH,
        crate::guard_nodes::EACH,
        crate::guard_rows::EACH,
        crate::leasing::EACH,
        crate::names::EACH,
        crate::people::EACH,
        crate::uploads::applying::EACH,
        crate::uploads::groups::EACH,
        crate::recipients::EACH,
        crate::returns::EACH,
        crate::webhooks::EACH,
        crate::writer::EACH,
    ];
    on_both_engines(|conn| {
        for statement in statements.iter().flat_map(|s| s.iter()) {
            conn.understands(statement).expect("understood");
        }
        for statement in each.iter().flat_map(|s| s.iter()) {
            conn.understands_each(statement).expect("understood");
        }
    });
}
