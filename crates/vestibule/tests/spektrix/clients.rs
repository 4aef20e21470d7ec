//! Clients that nobody here wrote, and the flows that sites build (reference, section 8.2) in the languages they are
//! written in, against the real server.

use std::path::{Path, PathBuf};

use testkit::TestDatabase;
use tokio::process::Command;

use crate::fixture::Door;

fn tests(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file)
}

/// The Python that `./test` has prepared, with the published client and requests.
pub fn python() -> PathBuf {
    let python = std::env::var_os("VESTIBULE_TEST_PYTHON");
    python.map(PathBuf::from).expect("VESTIBULE_TEST_PYTHON is not set: run ./test, which prepares it")
}

/// Runs a program to its end, which must be a good one; what it said.
pub async fn ends_well(mut program: Command) -> String {
    let output = program.output().await.expect("a program that ./test installs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program:?}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

async fn runs(program: impl Into<PathBuf>, script: &str, door: &Door) {
    let mut command = Command::new(program.into());
    command.arg(tests(script)).arg(format!("http://{}", door.at()));
    assert_eq!(ends_well(command).await, "done\n");
}

testkit::both_engines! {
    async fn the_published_python_client(db: TestDatabase) {
        runs(python(), "spektrix/clients/published.py", &Door::open(&db).await).await;
    }

    async fn flows_in_python(db: TestDatabase) {
        runs(python(), "spektrix/clients/flows.py", &Door::open(&db).await).await;
    }

    async fn flows_in_php(db: TestDatabase) {
        runs("php", "spektrix/clients/flows.php", &Door::open(&db).await).await;
    }

    async fn flows_in_a_browser(db: TestDatabase) {
        let ready = tests("browser/node_modules/playwright-core").is_dir();
        assert!(ready, "run ./test, which installs Chromium and its driver");
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let origin = format!("http://localhost:{free}");
        let door = Door::open_for(&db, &origin).await;
        let mut node = Command::new("node");
        // The door under the same name as the site: cookies of another site would not be sent everywhere.
        let base = format!("http://localhost:{}", door.at().port());
        node.arg(tests("browser/spektrix.mjs")).arg(base).arg(free.to_string());
        ends_well(node).await;
    }
}
