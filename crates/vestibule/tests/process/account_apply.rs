//! `account apply` and `account export`: accounts as code, on a store at rest and under a running server.

use std::path::Path;
use std::time::Duration;

use testkit::http::Request;
use testkit::{Launch, SmtpSink, TestDatabase, both_engines};

use crate::support::{bare, command, demo, sign_up_with, within, write};

const DEMO: &str = vestibule::DEMO_ACCOUNT;

/// Each secret of the demo account.
const SECRETS: [&str; 3] =
    ["00000000-0000-0000-0000-000000000000", "c2VjcmV0LWtleS1mb3ItdGVzdHM=", "demo-token-for-trying-out-only"];

fn launch(db: &TestDatabase) -> Launch {
    bare().setting("VESTIBULE_DATABASE_URL", db.url()).setting("VESTIBULE_LOG", "trace")
}

/// The demo account under other names, so that it stands beside the first.
fn second() -> String {
    DEMO.replace("slug = \"demo\"", "slug = \"second\"")
        .replace(SECRETS[0], "11111111-1111-1111-1111-111111111111")
        .replace(SECRETS[2], "another-token-of-sufficient-length")
        .replace("tickets.demo.example", "tickets.second.example")
}

both_engines! {
    async fn a_file_goes_in_and_comes_out_the_same(db: TestDatabase) {
        let launch = launch(&db);
        write(&launch, "demo.toml", DEMO);
        let (planned, _) = command(&launch, &["account", "apply", "demo.toml", "--dry-run"], 0).await;
        assert!(planned.contains("dry run") && planned.contains("12ABCDE3"), "{planned}");
        let (_, nothing) = command(&launch, &["account", "export"], 1).await;
        assert!(nothing.contains("no account yet"), "a dry run has changed something: {nothing}");

        let (applied, _) = command(&launch, &["account", "apply", "demo.toml"], 0).await;
        assert!(applied.contains("version 1"), "{applied}");
        let (again, _) = command(&launch, &["account", "apply", "demo.toml"], 0).await;
        assert!(!again.contains("Applied"), "nothing is left to do: {again}");

        let (exported, _) = command(&launch, &["account", "export"], 0).await;
        let (with_secrets, _) = command(&launch, &["account", "export", "--secrets"], 0).await;
        for secret in SECRETS {
            assert!(!exported.contains(secret), "{secret} is shown unasked");
            assert!(with_secrets.contains(secret), "{secret} is missing");
        }
        for (name, text) in [("plain.toml", &exported), ("secret.toml", &with_secrets)] {
            write(&launch, name, text);
            let (same, _) = command(&launch, &["account", "apply", name, "--prune"], 0).await;
            assert!(!same.contains("Applied"), "{name} changes something: {same}");
        }
        assert_eq!(command(&launch, &["account", "export", "--secrets"], 0).await.0, with_secrets);
    }

    async fn only_prune_takes_something_away(db: TestDatabase) {
        let launch = launch(&db);
        write(&launch, "demo.toml", DEMO);
        command(&launch, &["account", "apply", "demo.toml"], 0).await;
        let at = DEMO.find("[[webhook]]").map_or(DEMO.len(), |at| DEMO[..at].rfind('\n').unwrap_or(at));
        let ballot = DEMO.find("[[form]]\nexternal_id = \"BALLOT01\"").expect("the form is in the file");
        let end = DEMO[ballot..].find("# --- ").map_or(at, |more| ballot + more);
        write(&launch, "less.toml", &format!("{}{}", &DEMO[..ballot], &DEMO[end..]));
        command(&launch, &["account", "apply", "less.toml"], 0).await;
        assert!(command(&launch, &["account", "export"], 0).await.0.contains("BALLOT01"), "removed without --prune");
        let (planned, _) = command(&launch, &["account", "apply", "less.toml", "--prune", "--dry-run"], 0).await;
        assert!(planned.contains("BALLOT01"), "{planned}");
        assert!(command(&launch, &["account", "export"], 0).await.0.contains("BALLOT01"), "a dry run has removed it");
        command(&launch, &["account", "apply", "less.toml", "--prune"], 0).await;
        assert!(!command(&launch, &["account", "export"], 0).await.0.contains("BALLOT01"), "still there");
        // What was removed comes back as it was.
        command(&launch, &["account", "apply", "demo.toml"], 0).await;
        assert!(command(&launch, &["account", "export"], 0).await.0.contains("BALLOT01"), "does not come back");
    }

    async fn accounts_stand_apart(db: TestDatabase) {
        let launch = launch(&db);
        write(&launch, "demo.toml", DEMO);
        write(&launch, "second.toml", &second());
        command(&launch, &["account", "apply", "demo.toml"], 0).await;
        command(&launch, &["account", "apply", "second.toml"], 0).await;
        let (_, which) = command(&launch, &["account", "export"], 1).await;
        assert!(["--account", "demo", "second"].iter().all(|word| which.contains(word)), "{which}");
        assert!(command(&launch, &["account", "export", "--account", "second"], 0).await.0.contains("\"second\""));
        let (_, none) = command(&launch, &["account", "export", "--account", "third"], 1).await;
        assert!(none.contains("third") && none.contains("demo"), "{none}");

        let third = second().replace("\"second\"", "\"third\"");
        for (what, text) in [
            ("this key", third.replace("another-token", "third-token").replace("tickets.second", "tickets.third")),
            ("this key", third.replace("11111111", "33333333").replace("tickets.second", "tickets.third")),
            ("custom_domains", third.replace("11111111", "33333333").replace("another-token", "third-token")),
        ] {
            write(&launch, "third.toml", &text);
            let (_, refused) = command(&launch, &["account", "apply", "third.toml"], 1).await;
            assert!(refused.contains(what) && refused.contains("second"), "{what}: {refused}");
            assert_eq!(refused.trim().lines().count(), 1, "{refused}");
        }
        let (_, none) = command(&launch, &["account", "export", "--account", "third"], 1).await;
        assert!(none.contains("no account third"), "half a file was applied: {none}");
    }

    async fn a_running_server_takes_it_over_within_two_seconds(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink);
        let server = launch.start().await;
        let mut connection = testkit::http::Connection::open(server.address()).await.expect("a connection");
        let key = "11111111-1111-1111-1111-111111111111";
        let before = connection.exchange(&sign_up_with(key, "a@example.org", false)).await.expect("an answer");
        assert_eq!(before.status_line, "HTTP/1.1 404 Account not found");
        write(&launch, "second.toml", &second());
        command(&launch, &["account", "apply", "second.toml"], 0).await;
        within(Duration::from_secs(2), "the new account", async || {
            let answer = connection.exchange(&sign_up_with(key, "a@example.org", false)).await.expect("an answer");
            if answer.status() == 200 { Ok(()) } else { Err(answer.status_line) }
        })
        .await;
        // And what is taken away stops to work.
        write(&launch, "second.toml", &second().replace("QWERTY1A", "RENAMED1"));
        command(&launch, &["account", "apply", "second.toml", "--prune"], 0).await;
        within(Duration::from_secs(2), "the list is gone", async || {
            let list = Request::get("/v2.0/mailinglists/QWERTY1A").header("ApiKey", key);
            let answer = connection.exchange(&list).await.expect("an answer");
            if answer.status() == 404 { Ok(()) } else { Err(answer.status_line) }
        })
        .await;
    }

    async fn secrets_are_sealed_and_never_said(db: TestDatabase) {
        let launch = launch(&db);
        write(&launch, "demo.toml", DEMO);
        let mut said = String::new();
        for arguments in [
            &["account", "apply", "demo.toml", "--dry-run"][..],
            &["account", "apply", "demo.toml"],
            &["account", "export"],
        ] {
            let (out, err) = command(&launch, arguments, 0).await;
            said.push_str(&out);
            said.push_str(&err);
        }
        // A new secret, and a fault beside a secret.
        write(&launch, "new.toml", &DEMO.replace(SECRETS[2], "quite-another-token-this-time"));
        let (out, err) = command(&launch, &["account", "apply", "new.toml"], 0).await;
        said.extend([out, err]);
        write(&launch, "bad.toml", &DEMO.replace("kind = \"native\"", "kind = \"natives\""));
        said.push_str(&command(&launch, &["account", "apply", "bad.toml"], 1).await.1);
        write(&launch, "bad.toml", &DEMO.replace("demo-token-for-trying-out-only\"", "demo-token-for-trying-out-only"));
        said.push_str(&command(&launch, &["account", "apply", "bad.toml"], 1).await.1);
        for secret in SECRETS.iter().chain(&["quite-another-token-this-time"]) {
            assert!(!said.contains(secret), "{secret} was said:\n{said}");
            let kept = database_bytes(&db).await;
            assert!(kept.windows(4).any(|w| w == b"demo"), "nothing was read");
            let digits = secret.bytes().fold(String::new(), |digits, b| digits + &format!("{b:02x}"));
            for form in [*secret, &digits] {
                assert!(!kept.windows(form.len()).any(|w| w == form.as_bytes()), "{secret} lies open in the database");
            }
        }
    }
}

/// All that the database keeps: SQLite's files, or every row of every table.
async fn database_bytes(db: &TestDatabase) -> Vec<u8> {
    if let Some(path) = db.url().strip_prefix("sqlite://") {
        let folder = Path::new(path).parent().expect("a folder");
        let files = std::fs::read_dir(folder).expect("a folder").flatten();
        return files.flat_map(|file| std::fs::read(file.path()).expect("a file")).collect();
    }
    let (client, connection) = tokio_postgres::connect(db.url(), tokio_postgres::NoTls).await.expect("a connection");
    let connection = tokio::spawn(connection);
    let names = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let mut kept = Vec::new();
    for table in client.query(names, &[]).await.expect("tables") {
        // Bytes come as hexadecimal digits.
        for row in
            client.query(&format!("SELECT t::text FROM {} AS t", table.get::<_, String>(0)), &[]).await.expect("rows")
        {
            kept.extend(row.get::<_, String>(0).into_bytes());
        }
    }
    drop(client);
    let _closed = connection.await;
    kept
}

#[tokio::test]
async fn every_fault_has_its_place() {
    let db = TestDatabase::sqlite();
    let launch = launch(&db);
    for (text, places) in [
        ("[account]\nslug = \"a\"\nslug = \"b\"\n", vec!["f.toml:3:1: "]),
        ("[account]\nslug = \"Nicht so\"\n[[feild]]\n", vec!["f.toml:2:8: ", "f.toml:3:3: "]),
        ("[account]\nslug = \"a\"\n[[tag_group]]\nname = \"G\"\ntags = [{ name = 7 }]\n", vec!["f.toml:5:"]),
    ] {
        write(&launch, "f.toml", text);
        for more in [None, Some("--dry-run")] {
            let arguments: Vec<_> = ["account", "apply", "f.toml"].into_iter().chain(more).collect();
            let (out, err) = command(&launch, &arguments, 1).await;
            assert_eq!(out, "");
            let lines: Vec<_> = err.lines().collect();
            assert_eq!(lines.len(), places.len(), "{err}");
            assert!(lines.iter().zip(&places).all(|(line, place)| line.starts_with(place)), "{err}");
        }
    }
    let (_, missing) = command(&launch, &["account", "apply", "nowhere.toml"], 1).await;
    assert!(missing.contains("nowhere.toml") && missing.lines().count() == 1, "{missing}");
    std::fs::write(launch.data_dir().join("latin.toml"), b"[account]\nname = \"\xe9\"\n").expect("a file");
    let (_, unreadable) = command(&launch, &["account", "apply", "latin.toml"], 1).await;
    assert!(unreadable.contains("latin.toml"), "{unreadable}");
}

#[tokio::test]
async fn wrong_usage_is_told_apart() {
    let launch = bare();
    for arguments in [
        &["account"][..],
        &["account", "apply"],
        &["account", "apply", "a.toml", "b.toml"],
        &["account", "apply", "a.toml", "--purge"],
        &["account", "destroy"],
        &["serve", "--mail-wait", "soon"],
        &["--frobnicate"],
        &[],
    ] {
        let (_, said) = command(&launch, arguments, 2).await;
        assert!(said.contains("Usage:") || said.contains("--help"), "{said}");
    }
}
