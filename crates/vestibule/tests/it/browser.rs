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
