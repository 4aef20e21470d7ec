//! What verdicts do: by the caller's trust, and by the account's mode.

use serde_json::json;
use testkit::TestDatabase;

use crate::bombing::PAUSES;
use crate::node::{Node, person};

/// An address at a service for throw-away mailboxes: a strong sign, whoever calls.
const THROW_AWAY: &str = "someone@mailinator.com";

testkit::both_engines! {
    async fn a_caller_with_credentials_sees_success_and_quarantine_keeps_the_rest(db: TestDatabase) {
        let node = Node::start(db, &[]).await;
        assert_eq!(node.sign_up(&person("marie@venue.example")).await.status(), 200);
        assert_eq!(node.sign_up(&person(THROW_AWAY)).await.status(), 206);
        node.sink.wait_for(1).await;
        assert!(!node.is_known(THROW_AWAY).await);

        let list = node.says(&["guard", "list", "--verdict", "quiet"]).await;
        let id = list.split('\t').next().expect("a number").to_owned();
        assert!(list.contains("sentori\tquiet\tdisposable_domain"), "{list}");
        let why = node.says(&["guard", "explain", &id]).await;
        assert!(why.contains("verdict quiet") && why.contains("throw-away"), "{why}");
        let metrics = node.metrics().await;
        for line in [
            "vestibule_guard_verdicts_total{door=\"sentori\",verdict=\"quiet\"} 1",
            "vestibule_guard_verdicts_total{door=\"sentori\",verdict=\"accept\"} 1",
            "vestibule_guard_reasons_total{door=\"sentori\",reason=\"disposable_domain\"} 1",
        ] {
            assert!(metrics.contains(line), "{line}\n{metrics}");
        }

        let said = node.says(&["guard", "release", &id]).await;
        assert!(said.contains("the mail goes out"), "{said}");
        node.sink.wait_for_mail_to(THROW_AWAY).await;
        let again = node.says(&["guard", "release", &id]).await;
        assert!(again.contains("before"), "{again}");
        let none = node.launch.run(["guard", "release", "1"]).await;
        assert_eq!(none.status.code(), Some(1));
    }

    async fn who_vouches_for_the_person_is_only_recorded(db: TestDatabase) {
        let node = Node::start(db, &[]).await;
        let mut vouched = person(THROW_AWAY);
        vouched["RequireConfirmation"] = json!(false);
        assert_eq!(node.sign_up(&vouched).await.status(), 200);
        assert!(node.is_known(THROW_AWAY).await);
        let list = node.says(&["guard", "list", "--verdict", "quiet"]).await;
        assert!(list.contains("applied\tdisposable_domain"), "{list}");
    }

    async fn log_records_and_changes_nothing(db: TestDatabase) {
        let node = Node::start(db, &[("guard = \"enforce\"", "guard = \"log\""), PAUSES]).await;
        assert_eq!(node.sign_up(&person(THROW_AWAY)).await.status(), 200);
        let mut second = person(THROW_AWAY);
        second["ContactFields"]["FirstName"] = json!("Anna");
        assert_eq!(node.sign_up(&second).await.status(), 200, "an earlier mail is unanswered, and only recorded");
        node.sink.wait_for(2).await;
        let list = node.says(&["guard", "list", "--verdict", "quiet"]).await;
        assert!(list.contains("disposable_domain mailbox_pause"), "{list}");
    }

    async fn off_gives_no_verdicts(db: TestDatabase) {
        let node = Node::start(db, &[("guard = \"enforce\"", "guard = \"off\"")]).await;
        assert_eq!(node.sign_up(&person(THROW_AWAY)).await.status(), 200);
        node.sink.wait_for(1).await;
        assert!(!node.metrics().await.contains("vestibule_guard_verdicts_total{"));
        for verdict in ["accept", "quiet", "challenge", "refuse"] {
            assert_eq!(node.says(&["guard", "list", "--verdict", verdict]).await, "");
        }
    }
}
