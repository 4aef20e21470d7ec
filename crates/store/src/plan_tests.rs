//! How the engines find rows of the outbox when a million others wait in it, in small: no statement that workers and people
//! run all the time may read the whole table.

use model::AccountId;

use crate::deliveries::{DEAD_COUNT, KEEP, MARK, NEXT, OWED_COUNT, REACHED, STATE, TOLD};
use crate::leasing::{self, DUE, END_LEASES, HEAD, LEASE_ROW, OF_STREAM, PUT_BACK, Share};
use crate::plan::Lane;
use crate::sql::{Conn, Each, Sql};
use crate::tests::on_both_engines;

/// Rows that wait; enough that reading all of them is the worse way for every planner.
const WAITING: i64 = 20_000;

/// Fills the outbox: rows of account 1 that are due later, rows of others that are due, a stream of 300 alerts of which the
/// first waits for its next attempt, and one row that is due.
fn fill(conn: &mut Conn) {
    let rows = |account: &str, from: i64, due: &str, stream: &str, count: i64| {
        format!(
            "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, payload, created_at, stream) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             SELECT {account}, {from} + i, 'automation_step', 1, 0, {due}, 0, \
             '{{\"kind\":\"automation_step\",\"run\":1,\"step\":0}}', i, {stream} FROM n;"
        )
    };
    let mut script = rows("1", 0, "1000000 + i", "NULL", WAITING / 2);
    script += &rows("2 + i % 50", 100_000, "i", "NULL", WAITING / 2);
    script += &rows("1", 200_000, "CASE WHEN i = 1 THEN 900 ELSE 10 END", "7", 300);
    script += &rows("1", 300_000, "20", "NULL", 1);
    script += "ANALYZE delivery;";
    conn.script(&script).expect("filled");
}

fn whole_table(plan: &[String]) -> bool {
    plan.iter().any(|line| {
        line.contains("Seq Scan on delivery")
            || line.starts_with("SCAN ") && !line.contains("USING") && line.contains("delivery")
            || ["SCAN d", "SCAN e"].contains(&line.as_str())
    })
}

#[test]
fn nothing_reads_the_whole_outbox() {
    on_both_engines(|conn| {
        fill(conn);
        let plain: [&Sql; 4] = [&STATE, &TOLD, &OWED_COUNT, &DEAD_COUNT];
        let each: [&Each; 9] = [&DUE, &HEAD, &OF_STREAM, &LEASE_ROW, &PUT_BACK, &END_LEASES, &KEEP, &MARK, &NEXT];
        for statement in plain {
            let plan = conn.plan_of(statement).expect("a plan");
            // A count goes through its index, and through nothing else.
            let counts = statement.0.contains("GROUP BY");
            assert!(counts || !whole_table(&plan), "{}\n{}", statement.0, plan.join("\n"));
            if counts && conn.is_sqlite() {
                assert!(plan.iter().any(|l| l.contains("INDEX delivery_d")), "{}\n{}", statement.0, plan.join("\n"));
            }
        }
        for statement in each {
            let plan = conn.plan_of_each(statement).expect("a plan");
            assert!(!whole_table(&plan), "{}\n{}", statement.text, plan.join("\n"));
        }
        // Every mail that is taken asks this, and nearly nobody has any refusals.
        let plan = conn.plan_of_each(&REACHED).expect("a plan").join("\n");
        let seeks = if conn.is_sqlite() { "account_id=? AND id=?" } else { "contact_refused" };
        assert!(plan.contains(seeks), "{plan}");
    });
}

#[test]
fn a_stream_that_waits_is_put_back_and_hides_nothing() {
    on_both_engines(|conn| {
        fill(conn);
        let look = |conn: &mut Conn, now: i64, most: i64| {
            let share = Share { account: AccountId(1), lane: Lane::Mail, most };
            let taken = leasing::lease(conn, &[share], model::Timestamp(now), 1).expect("looked");
            taken.iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        // 299 alerts are due before it and cannot go.
        assert_eq!(look(conn, 100, 1), [300_001]);
        let due = |conn: &mut Conn| {
            static DUE_NOW: Sql =
                Sql("SELECT COUNT(*) FROM delivery WHERE account_id = 1 AND state = 0 AND due_at <= 100");
            conn.row(&DUE_NOW, &[], |row| row.int()).expect("counted").expect("a number")
        };
        assert_eq!(due(conn), 0, "the next look reads none of them again");
        assert!(look(conn, 100, 64).is_empty());
        // The first goes when its time has come, alone; then the one behind it.
        assert_eq!(look(conn, 2_000_000, 1), [200_001]);
        static OVER: Sql =
            Sql("UPDATE delivery SET state = 1, finished_at = 1, leased_by = NULL WHERE account_id = 1 AND id = $1");
        conn.run(&OVER, &[200_001.into()]).expect("over");
        let next = look(conn, 8_000_000, 20_000);
        assert!(next.contains(&200_002) && !next.contains(&200_003), "one of the stream, and whatever else is due");
    });
}
