//! Whole journeys in a real Chromium: `tests/browser/journeys.mjs` against the real program.

use std::path::Path;

use testkit::Launch;

/// Whoever sends a ticket that is not genuine is asked for work, in every kind of form.
#[tokio::test]
async fn challenges_solve_themselves() {
    let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule")).arguments(["serve", "--demo"]);
    let running = launch.start().await;
    let (base, port) = (format!("http://{}", running.address()), running.address().port());
    run("challenges.mjs", [base, format!("http://plain.example:{port}")]).await;
    running.terminate();
    running.end().await;
}

#[tokio::test]
async fn people_get_through_and_scanners_do_no_harm() {
    let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule")).arguments(["serve", "--demo"]);
    let running = launch.start().await;
    let base = format!("http://{}", running.address());
    run("journeys.mjs", [base]).await;
    running.terminate();
    running.end().await;
}

/// Runs a script of journeys; they all must succeed.
async fn run<const N: usize>(script: &str, arguments: [String; N]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let ready = folder.join("node_modules/playwright-core").is_dir();
    assert!(ready, "run ./test, which installs Chromium and its driver");
    let mut node = tokio::process::Command::new("node");
    node.arg(folder.join(script)).args(arguments);
    let output = node.output().await.expect("node, which ./test installs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn the_console_serves_who_works_in_it() {
    let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule")).arguments(["serve", "--demo"]);
    // The journeys have a receiver of webhooks on this machine.
    let launch = launch.setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
    let running = launch.start().await;
    let base = format!("http://{}", running.address());
    let made = launch
        .run(["user", "create", "--email", "owner@console.example", "--role", "owner", "--public-url", base.as_str()])
        .await;
    let told = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success(), "{told}\n{}", String::from_utf8_lossy(&made.stderr));
    let link = told.lines().next().expect("a link").to_owned();
    run("console.mjs", [base, link]).await;
    running.terminate();
    running.end().await;
}
