//! What every file here starts from: the program on a database with the demo account, its requests, and waiting.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::http::{Connection, Request, Response};
use testkit::{Launch, SmtpSink};
use tokio::time::{Instant, sleep};

/// The demo account's key.
pub const KEY: &str = "00000000-0000-0000-0000-000000000000";
/// How long something is waited for before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program, not started yet, with nothing set.
pub fn bare() -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_vestibule"))
}

/// The program with the demo account on this database, its mail going to this sink.
pub fn demo(database_url: &str, sink: &SmtpSink) -> Launch {
    bare()
        .arguments(["serve", "--demo"])
        .setting("VESTIBULE_DATABASE_URL", database_url)
        .setting("VESTIBULE_MAIL_URL", sink.url())
}

/// A sign-up through the demo account's first form.
pub fn sign_up(email: &str, confirm: bool) -> Request {
    sign_up_with(KEY, email, confirm)
}

/// The same with another account's key.
pub fn sign_up_with(key: &str, email: &str, confirm: bool) -> Request {
    let body = json!({
        "ApiKey": key,
        "EmailAddress": email,
        "SignUpFormExternalID": "12ABCDE3",
        "RequireConfirmation": confirm,
        "MailingLists": ["QWERTY1A"],
        "ContactFields": { "FirstName": "Zebedee", "LastName": "Quixotry" },
    });
    Request::post("/webhooks/contact/signup.ashx").header("Content-Type", "application/json").body(body.to_string())
}

/// Signs up and expects this status.
#[track_caller]
pub fn assert_status(answer: &Response, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.snapshot(&[]));
}

/// What v2.0 shows of a contact; none when there is no such contact.
pub async fn contact(connection: &mut Connection, email: &str) -> Option<Value> {
    let asked = Request::get(&format!("/v2.0/contact/get/{email}/")).header("ApiKey", KEY);
    let answer = connection.exchange(&asked).await.expect("an answer");
    match answer.status() {
        200 => Some(answer.json()),
        404 => None,
        _ => panic!("{}", answer.snapshot(&[])),
    }
}

/// The addresses on a list.
pub async fn subscribers(connection: &mut Connection, list: &str) -> Vec<String> {
    let asked = Request::get(&format!("/v2.0/mailinglists/subscribers/{list}")).header("ApiKey", KEY);
    let answer = connection.exchange(&asked).await.expect("an answer");
    assert_status(&answer, 200);
    let rows = answer.json();
    rows.as_array().expect("a list").iter().map(|row| row["EmailAddress"].as_str().unwrap_or("").to_owned()).collect()
}

/// Whether a contact is there whole, as [`sign_up`] applied it.
pub async fn assert_applied(server: SocketAddr, email: &str) {
    let mut connection = Connection::open(server).await.expect("a connection");
    let found = contact(&mut connection, email).await.unwrap_or_else(|| panic!("{email} is not there"));
    assert_eq!((&found["FirstName"], &found["LastName"]), (&json!("Zebedee"), &json!("Quixotry")), "{found}");
    assert_eq!(found["IsConfirmed"], true, "{found}");
    assert!(subscribers(&mut connection, "QWERTY1A").await.contains(&email.to_owned()), "{email} is not on the list");
}

/// That nothing at all is kept of somebody.
pub async fn assert_absent(server: SocketAddr, email: &str) {
    let mut connection = Connection::open(server).await.expect("a connection");
    assert_eq!(contact(&mut connection, email).await, None);
    assert!(!subscribers(&mut connection, "QWERTY1A").await.contains(&email.to_owned()), "{email} is on the list");
}

/// Follows a confirm link, whatever host it names.
pub async fn confirm(server: SocketAddr, link: &str) -> Response {
    let path = link.find("/confirm/").map_or(link, |at| &link[at..]);
    let request = Request::post(path).header("Content-Type", "application/x-www-form-urlencoded");
    request.send(server).await.expect("an answer")
}

/// Asks again until there is an answer that is wanted. Panics after [`PATIENCE`], naming the last one.
pub async fn until<T: Debug>(what: &str, ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    within(PATIENCE, what, ask).await
}

/// The same within a given time.
pub async fn within<T: Debug>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Result<T, String>) -> T {
    let give_up = Instant::now() + patience;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < give_up, "{what}: not within {patience:?}; last: {last}"),
        }
        // Asking again is the only way to see it from outside.
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until `/readyz` answers this status.
pub async fn until_ready_is(ops: SocketAddr, status: u16) {
    let ask = async || match testkit::http::get(ops, "/readyz").await {
        Ok(answer) if answer.status() == status => Ok(()),
        Ok(answer) => Err(answer.snapshot(&[])),
        Err(error) => Err(error.to_string()),
    };
    until(&format!("/readyz answers {status}"), ask).await;
}

/// Runs a command and expects this exit status; standard output and standard error.
pub async fn command(launch: &Launch, arguments: &[&str], status: i32) -> (String, String) {
    let Output { status: ended, stdout, stderr } = launch.run(arguments.iter().copied()).await;
    let (out, err) = (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned());
    assert_eq!(ended.code(), Some(status), "{arguments:?} said:\n{out}{err}");
    (out, err)
}

/// Writes a file into the launch's data folder, which is also where its commands run.
pub fn write(launch: &Launch, name: &str, text: &str) {
    std::fs::write(launch.data_dir().join(name), text).expect("a file can be written");
}
