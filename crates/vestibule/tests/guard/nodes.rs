//! Several nodes on one PostgreSQL: what one has counted counts at the others.

use std::time::Duration;

use testkit::{SmtpSink, TestDatabase};

use crate::doors::{At, Calling};
use crate::node::{self, account_with};

const THIRTY: (&str, &str) = (
    "[[api_user]]",
    "[guard]\naddress_limit = { count = 30, seconds = 3600 }\nattack_floor = 0\noff = [\"address_busy\", \"address_burst\", \"network_busy\", \"same_client\", \"same_pace\", \"even_gaps\", \"same_pattern\", \"same_name\", \"numbered_addresses\"]\n\n[[api_user]]",
);

#[tokio::test]
async fn a_limit_is_one_for_all_nodes() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let launch = node::launch(&db, &sink);
    node::apply(&launch, "demo", &account_with(&[THIRTY])).await;
    let key = launch.data_dir().join("secret.key");
    let first = launch.start().await;
    let other = node::launch(&db, &sink).setting("VESTIBULE_SECRET_KEY_FILE", key).start().await;
    let from = |running: &testkit::Running, n: usize| {
        let mut call = Calling::new(At::Json, n);
        call.ip = Some("203.0.113.77".into());
        let address = running.address();
        async move { call.send_to(address).await.status() }
    };
    for n in 0..28 {
        assert_eq!(from(&first, n).await, 202, "{n}");
    }
    // Told within a second or two; until then the other node counts alone.
    let mut taken = 0;
    for n in 100..125 {
        if from(&other, n).await == 429 {
            break;
        }
        taken += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(taken < 25, "the other node took {taken} more");
}
