//! What goes wrong with the database and the settings: a clear line for the operator, a clear answer for callers, and
//! recovery by itself when the cause is gone.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use testkit::http::{Connection, Response};
use testkit::{Launch, SmtpSink, TestDatabase, both_engines};

use crate::support::{
    assert_absent, assert_applied, assert_status, bare, command, demo, sign_up, until, until_ready_is,
};

/// A start that must fail: its lines on standard error.
async fn refuses(launch: &Launch) -> String {
    let ended = launch.spawn().end().await;
    assert_eq!(ended.status.code(), Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended.stderr
}

#[track_caller]
fn assert_names(said: &str, words: &[&str]) {
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not all in: {said}");
    assert!(said.lines().count() <= 2, "more than a clear line: {said}");
}

#[track_caller]
fn assert_unavailable(answer: &Response) {
    assert_eq!(answer.status_line, "HTTP/1.1 503 Service Unavailable", "{}", answer.snapshot(&[]));
    let after: u64 = answer.header("Retry-After").and_then(|v| v.parse().ok()).expect("Retry-After in seconds");
    assert!((1..=60).contains(&after), "{after}");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let sink = SmtpSink::start().await;
    let well = bare().setting("VESTIBULE_MAIL_URL", sink.url());
    for (name, value) in [
        ("VESTIBULE_LISTEN", "nowhere"),
        ("VESTIBULE_LISTEN", "127.0.0.1:99999"),
        ("VESTIBULE_OPS_LISTEN", "127.0.0.1"),
        ("VESTIBULE_PUBLIC_URL", "ftp://example.org"),
        ("VESTIBULE_PUBLIC_URL", "example.org"),
        ("VESTIBULE_DATABASE_URL", "mysql://localhost/x"),
        ("VESTIBULE_DATABASE_URL", "sqlite://"),
        ("VESTIBULE_DATABASE_URL", "postgres://localhost/x?sslmode=maybe"),
        ("VESTIBULE_MAIL_URL", "http://localhost"),
        ("VESTIBULE_MAIL_FROM", "not an address"),
        ("VESTIBULE_MAIL_WAIT", "soon"),
        ("VESTIBULE_MAIL_WAIT", "-1"),
        ("VESTIBULE_MAIL_WAIT", "NaN"),
        ("VESTIBULE_MAIL_WAIT", "3600"),
        ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("VESTIBULE_ALLOW_PRIVATE_TARGETS", "perhaps"),
        ("VESTIBULE_MAX_CONNECTIONS", "many"),
        ("VESTIBULE_MAX_CONNECTIONS", "0"),
        ("VESTIBULE_MAX_CONNECTIONS", "18446744073709551615"),
        ("VESTIBULE_QUEUE", ""),
        ("VESTIBULE_READERS", "100000"),
        ("VESTIBULE_COMMITTERS", "0"),
        ("VESTIBULE_LOG", "a=b=c"),
        ("VESTIBULE_LOG_FORMAT", "xml"),
    ] {
        let said = refuses(&well.clone().setting(name, value)).await;
        assert_names(&said, &[name]);
    }
    assert_names(&refuses(&bare()).await, &["VESTIBULE_MAIL_URL", "smtp://", "mailbox:"]);
    let open = bare().setting("VESTIBULE_MAIL_URL", "mailbox:").setting("VESTIBULE_LISTEN", "0.0.0.0:0");
    assert_names(&refuses(&open).await, &["VESTIBULE_MAIL_URL", "VESTIBULE_LISTEN", "loopback"]);
    let file = well.data_dir().join("vestibule.toml");
    std::fs::write(&file, "lisstem = \"x\"\n").expect("a file");
    assert_names(&refuses(&well).await, &["vestibule.toml", "lisstem"]);
    std::fs::remove_file(file).expect("a file");
    // The same on the command line is wrong usage.
    command(&well, &["serve", "--mail-wait=soon"], 2).await;
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_named() {
    let sink = SmtpSink::start().await;
    let db = TestDatabase::sqlite();
    let launch = demo(db.url(), &sink);
    launch.start().await.kill().await;
    let key = launch.data_dir().join("secret.key");
    assert_eq!(std::fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);

    let other = demo(db.url(), &sink);
    assert_names(&refuses(&other).await, &["VESTIBULE_SECRET_KEY_FILE", "another master key"]);
    std::fs::write(&key, "short").expect("a file");
    assert_names(&refuses(&launch).await, &["VESTIBULE_SECRET_KEY_FILE", "secret.key"]);
    std::fs::remove_file(&key).expect("a file");
    std::fs::create_dir(&key).expect("a folder");
    assert_names(&refuses(&launch).await, &["VESTIBULE_SECRET_KEY_FILE", "secret.key"]);
    std::fs::remove_dir(&key).expect("a folder");
    std::fs::write(&key, "x").expect("a file");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o000)).expect("a mode");
    assert_names(&refuses(&powerless(launch)).await, &["VESTIBULE_SECRET_KEY_FILE", "secret.key", "ermission denied"]);
}

#[tokio::test]
async fn an_unreachable_database_is_named() {
    let sink = SmtpSink::start().await;
    let url = "postgres://somebody:hunter2@127.0.0.1:1/vestibule";
    let said = refuses(&demo(url, &sink)).await;
    assert_names(&said, &["127.0.0.1", "vestibule", "refused"]);
    assert!(!said.contains("hunter2"), "{said}");
    let said = refuses(&demo("sqlite:///proc/nowhere/vestibule.db", &sink)).await;
    assert_names(&said, &["/proc/nowhere/vestibule.db"]);
    let server = testkit::postgres_url().expect("run ./test, which starts PostgreSQL");
    let missing = server.replace("/postgres", "/there_is_no_such_database");
    assert_names(&refuses(&demo(&missing, &sink)).await, &["there_is_no_such_database", "does not exist"]);
    // Any other file is left alone.
    let launch = bare().setting("VESTIBULE_MAIL_URL", sink.url());
    let file = launch.data_dir().join("vestibule.db");
    std::fs::write(&file, "Dear diary, ".repeat(1000)).expect("a file");
    assert_names(&refuses(&launch).await, &["vestibule.db", "not a database"]);
    assert_eq!(std::fs::read_to_string(&file).expect("text").len(), 12_000);
}

/// Without root's right to read and write everything; as it is for anybody but root.
fn powerless(launch: Launch) -> Launch {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if root { launch.through(["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]) } else { launch }
}

#[tokio::test]
async fn a_read_only_file_is_named_and_healed_by_a_mode() {
    let sink = SmtpSink::start().await;
    let db = TestDatabase::sqlite();
    let launch = powerless(demo(db.url(), &sink));
    let file = std::path::PathBuf::from(db.url().trim_start_matches("sqlite://"));
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let server = launch.start().await;
    // An open file stays open: whatever is answered now must hold.
    mode(&file, 0o444);
    let answer = sign_up("open@example.org", false).send(server.address()).await.expect("an answer");
    let kept = answer.status() == 200;
    if !kept {
        assert_unavailable(&answer);
    }
    server.kill().await;
    let said = refuses(&launch).await;
    assert_names(&said, &["vestibule.db"]);
    assert!(said.contains("readonly") || said.contains("read-only") || said.contains("unable to open"), "{said}");
    mode(&file, 0o644);
    let folder = file.parent().expect("a folder");
    for rest in ["vestibule.db-wal", "vestibule.db-shm"] {
        // Left by the killed process; whoever opens the file next takes them in.
        assert!(folder.join(rest).exists() || kept, "{rest}");
    }
    let server = launch.start().await;
    if kept {
        assert_applied(server.address(), "open@example.org").await;
    }
    server.kill().await;
    std::fs::remove_file(folder.join("vestibule.db-shm")).ok();
    mode(folder, 0o555);
    assert_names(&refuses(&launch).await, &["vestibule.db"]);
    mode(folder, 0o755);
    let server = launch.start().await;
    assert_status(&sign_up("again@example.org", false).send(server.address()).await.expect("an answer"), 200);
}

#[tokio::test]
async fn a_full_disk_is_said_and_outlived() {
    let sink = SmtpSink::start().await;
    let db = TestDatabase::sqlite();
    let server = demo(db.url(), &sink).start().await;
    let mut connection = Connection::open(server.address()).await.expect("a connection");
    assert_status(&connection.exchange(&sign_up("before@example.org", false)).await.expect("an answer"), 200);
    for round in 0..2 {
        server.limit_file_size(Some(4096));
        for n in 0..5 {
            let lost = sign_up(&format!("lost{n}@example.org"), n % 2 == 0);
            assert_unavailable(&connection.exchange(&lost).await.expect("an answer"));
        }
        until_ready_is(server.ops_address(), 503).await;
        // What is there can still be read.
        assert_applied(server.address(), "before@example.org").await;
        server.limit_file_size(None);
        until_ready_is(server.ops_address(), 200).await;
        let email = format!("after{round}@example.org");
        assert_status(&connection.exchange(&sign_up(&email, false)).await.expect("an answer"), 200);
        assert_applied(server.address(), &email).await;
        for n in 0..5 {
            assert_absent(server.address(), &format!("lost{n}@example.org")).await;
        }
    }
    assert!(sink.mails().is_empty(), "a mail for a sign-up that was not kept");
    // Nobody needs to ask for readiness: the next sign-up simply works.
    server.limit_file_size(Some(4096));
    assert_unavailable(&connection.exchange(&sign_up("lost@example.org", false)).await.expect("an answer"));
    server.limit_file_size(None);
    assert_status(&connection.exchange(&sign_up("last@example.org", false)).await.expect("an answer"), 200);
    until_ready_is(server.ops_address(), 200).await;
}

#[tokio::test]
async fn a_lost_postgres_is_said_and_outlived() {
    let sink = SmtpSink::start().await;
    let db = TestDatabase::postgres();
    let server = demo(db.url(), &sink).start().await;
    let mut connection = Connection::open(server.address()).await.expect("a connection");
    assert_status(&connection.exchange(&sign_up("before@example.org", false)).await.expect("an answer"), 200);
    db.allow_connections(false);
    db.cut_connections();
    for n in 0..5 {
        let lost = sign_up(&format!("lost{n}@example.org"), n % 2 == 0);
        assert_unavailable(&connection.exchange(&lost).await.expect("an answer"));
    }
    let read =
        testkit::http::Request::get("/v2.0/contact/get/before@example.org/").header("ApiKey", crate::support::KEY);
    assert_unavailable_v2(&connection.exchange(&read).await.expect("an answer"));
    until_ready_is(server.ops_address(), 503).await;
    assert_status(&testkit::http::get(server.ops_address(), "/healthz").await.expect("an answer"), 200);
    assert_status(&testkit::http::get(server.ops_address(), "/metrics").await.expect("an answer"), 200);
    db.allow_connections(true);
    until_ready_is(server.ops_address(), 200).await;
    assert_status(&connection.exchange(&sign_up("after@example.org", false)).await.expect("an answer"), 200);
    assert_status(&connection.exchange(&sign_up("mailed@example.org", true)).await.expect("an answer"), 200);
    assert_applied(server.address(), "before@example.org").await;
    assert_applied(server.address(), "after@example.org").await;
    for n in 0..5 {
        assert_absent(server.address(), &format!("lost{n}@example.org")).await;
    }
    assert_eq!(sink.mails().len(), 1, "a mail for a sign-up that was not kept");
    // Cut alone, as a restart or a pooler does: soon everything works again, whoever asks.
    db.cut_connections();
    until("the next sign-up", async || {
        let answer = connection.exchange(&sign_up("cut@example.org", false)).await.expect("an answer");
        match answer.status() {
            200 => Ok(()),
            503 => Err(answer.status_line),
            _ => panic!("{}", answer.snapshot(&[])),
        }
    })
    .await;
}

#[track_caller]
fn assert_unavailable_v2(answer: &Response) {
    assert_status(answer, 503);
    assert!(answer.header("Retry-After").is_some(), "{}", answer.snapshot(&[]));
    assert_eq!(answer.json()["Code"], -1);
}

both_engines! {
    async fn a_newer_schema_is_refused(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink);
        launch.start().await.kill().await;
        outside(&db, "UPDATE schema_version SET version = 4711").await;
        assert_names(&refuses(&launch).await, &["4711", "newer"]);
        let (_, said) = command(&launch, &["migrate"], 1).await;
        assert_names(&said, &["4711", "newer"]);
        assert_names(&command(&launch, &["account", "export"], 1).await.1, &["4711"]);
    }

    async fn a_statement_that_blocks_is_given_up(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let server = demo(db.url(), &sink).start().await;
        let mut connection = Connection::open(server.address()).await.expect("a connection");
        assert_status(&connection.exchange(&sign_up("before@example.org", false)).await.expect("an answer"), 200);
        let held = Held::by_somebody_else(&db).await;
        let asked = Instant::now();
        let answer = connection.exchange(&sign_up("lost@example.org", false)).await.expect("an answer");
        assert_unavailable(&answer);
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
        held.let_go().await;
        until_ready_is(server.ops_address(), 200).await;
        assert_status(&connection.exchange(&sign_up("after@example.org", false)).await.expect("an answer"), 200);
        assert_absent(server.address(), "lost@example.org").await;
    }
}

/// Runs a statement beside the program.
async fn outside(db: &TestDatabase, sql: &str) {
    match db.url().strip_prefix("sqlite://") {
        Some(path) => rusqlite::Connection::open(path).and_then(|c| c.execute_batch(sql)).expect("runs"),
        None => postgres(db).await.batch_execute(sql).await.expect("runs"),
    }
}

async fn postgres(db: &TestDatabase) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(db.url(), tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// A lock that somebody else holds on everything that a sign-up writes.
enum Held {
    File(rusqlite::Connection),
    Table(tokio_postgres::Client),
}

impl Held {
    async fn by_somebody_else(db: &TestDatabase) -> Self {
        if let Some(path) = db.url().strip_prefix("sqlite://") {
            let connection = rusqlite::Connection::open(path).expect("opens");
            connection.busy_timeout(Duration::from_secs(5)).expect("a time");
            connection.execute_batch("BEGIN IMMEDIATE").expect("locks");
            Self::File(connection)
        } else {
            let client = postgres(db).await;
            client.batch_execute("BEGIN; LOCK TABLE sign_up IN EXCLUSIVE MODE").await.expect("locks");
            Self::Table(client)
        }
    }

    async fn let_go(self) {
        match self {
            Self::File(connection) => connection.execute_batch("ROLLBACK").expect("lets go"),
            Self::Table(client) => client.batch_execute("ROLLBACK").await.expect("lets go"),
        }
    }
}
