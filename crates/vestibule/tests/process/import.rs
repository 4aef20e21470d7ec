//! kill -9 in the middle of a v1 import: afterwards all of it is there, or nothing.

use testkit::http::{Connection, Request};
use testkit::{Engine, SmtpSink, TestDatabase, both_engines};

use crate::support::{KEY, command, contact, demo, until};

const ROWS: usize = 2000;

fn body(round: usize) -> String {
    let row =
        |n| format!("<Contact><EmailAddress>r{round}.{n}@example.org</EmailAddress><FirstName>F</FirstName></Contact>");
    format!("<Contacts>{}</Contacts>", (0..ROWS).map(row).collect::<String>())
}

/// Two minutes of silence, without waiting for them: after that another node takes an import over. A file has one node only.
async fn be_silent(db: &TestDatabase) {
    if db.engine() == Engine::Postgres {
        let (client, connection) =
            tokio_postgres::connect(db.url(), tokio_postgres::NoTls).await.expect("a connection");
        let ended = tokio::spawn(connection);
        client.batch_execute("UPDATE upload_group SET touched_at = touched_at - 200000000").await.expect("aged");
        drop(client);
        let _ = ended.await;
    }
}

both_engines! {
    async fn a_killed_import_is_there_whole_or_not_at_all(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink);
        let groups = async || -> Vec<Vec<String>> {
            let (said, _) = command(&launch, &["contacts", "groups"], 0).await;
            said.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
        };
        // Killed while it is sent, when all was sent, and when the first are there.
        for round in 0..3 {
            let running = launch.start().await;
            let (server, xml) = (running.address(), body(round));
            let sent = if round == 0 { xml.len() / 2 } else { xml.len() };
            let head = format!(
                "POST /v1/contacts.asmx/Import HTTP/1.1\r\nHost: x\r\nApiKey: {KEY}\r\nAudience-Name: round {round}\r\n\
                 Content-Length: {}\r\n\r\n{}", xml.len(), &xml[..sent]
            );
            let mut connection = Connection::open(server).await.expect("a connection");
            connection.send(head.as_bytes()).await.expect("sent");
            let first = format!("r{round}.0@example.org");
            if round == 2 {
                until("the first are there", async || {
                    let asked = Request::get(&format!("/v2.0/contact/get/{first}/")).header("ApiKey", KEY);
                    let answer = asked.send(server).await.map_err(|e| e.to_string())?;
                    if answer.status() == 200 { Ok(()) } else { Err(answer.status_line) }
                }).await;
            } else {
                until("it has begun", async || if groups().await.is_empty() { Err(String::new()) } else { Ok(()) }).await;
            }
            running.kill().await;
            be_silent(&db).await;

            let running = launch.start().await;
            let last = format!("r{round}.{}@example.org", ROWS - 1);
            let whole = until("it is there whole, or not at all", async || {
                let all = groups().await;
                let group = all.iter().find(|g| g[4] == format!("round {round}"));
                match group.map(|g| (g[2].as_str(), g[3].parse::<usize>().unwrap_or(0))) {
                    None => Ok(false),
                    Some(("done", ROWS)) => Ok(true),
                    other => Err(format!("{other:?}")),
                }
            }).await;
            let mut connection = Connection::open(running.address()).await.expect("a connection");
            for email in [&first, &last] {
                assert_eq!(contact(&mut connection, email).await.is_some(), whole, "{round} {email}");
            }
            assert!(round != 0 || !whole, "half a body is nothing");
            assert!(round != 2 || whole, "what has begun to show is finished");
            running.kill().await;
        }
    }
}
