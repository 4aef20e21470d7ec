//! Whole journeys in a real Chromium: `tests/browser/journeys.mjs` against the real program.

use std::path::Path;

use testkit::Launch;

#[tokio::test]
async fn people_get_through_and_scanners_do_no_harm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let ready = folder.join("node_modules/playwright-core").is_dir();
    assert!(ready, "run ./test, which installs Chromium and its driver");
    let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule")).arguments(["serve", "--demo"]);
    let running = launch.start().await;
    let base = format!("http://{}", running.address());
    let mut node = tokio::process::Command::new("node");
    node.arg(folder.join("journeys.mjs")).arg(base);
    let output = node.output().await.expect("node, which ./test installs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    running.terminate();
    running.end().await;
}

#[tokio::test]
async fn the_console_serves_who_works_in_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(folder.join("node_modules/playwright-core").is_dir(), "run ./test, which installs Chromium and its driver");
    let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule")).arguments(["serve", "--demo"]);
    let running = launch.start().await;
    let base = format!("http://{}", running.address());
    let made = launch
        .run(["user", "create", "--email", "owner@console.example", "--role", "owner", "--public-url", base.as_str()])
        .await;
    let told = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success(), "{told}\n{}", String::from_utf8_lossy(&made.stderr));
    let link = told.lines().next().expect("a link");
    let mut node = tokio::process::Command::new("node");
    let output = node.arg(folder.join("console.mjs")).args([base.as_str(), link]).output().await.expect("node");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    running.terminate();
    running.end().await;
}
