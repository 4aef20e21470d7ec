//! `vestibule guard judge`: verdicts on a recording, in order, without a trace.

use serde_json::{Value, json};
use testkit::TestDatabase;

use crate::bombing::PAUSES;
use crate::node::Node;

testkit::both_engines! {
    async fn a_recording_is_judged_line_by_line(db: TestDatabase) {
        let node = Node::start(db, &[PAUSES]).await;
        let line = |name: &str, email: &str, honeypot: &str, at: i64| {
            json!({ "at": at, "door": "hosted", "email": email, "first_name": name, "last_name": "Lefèvre", "fields": {},
                "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "origin": "https://demo.example", "seconds_to_submit": 21.5, "honeypot": honeypot, "ip": "198.51.100.7" })
            .to_string()
        };
        let recording = [
            line("Marie", "marie@venue.example", "", 1_800_000_000),
            line("Jan", "jan@venue.example", "buy now", 1_800_000_500),
            line("Anna", "Marie+x@venue.example", "", 1_800_000_560),
        ]
        .join("\n");
        let file = node.launch.data_dir().join("recorded.jsonl");
        std::fs::write(&file, recording).expect("writes");
        let said = node.says(&["guard", "judge", file.to_str().expect("a path")]).await;
        let answers: Vec<Value> = said.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
        let verdicts: Vec<_> = answers.iter().map(|a| a["verdict"].as_str().expect("a verdict")).collect();
        assert_eq!(verdicts, ["accept", "quiet", "quiet"], "{said}");
        assert_eq!(answers[1]["reasons"], json!(["honeypot_filled"]));
        assert_eq!(answers[2]["reasons"], json!(["mailbox_pause"]));
        assert_eq!(node.says(&["guard", "list"]).await, "");

        std::fs::write(&file, "{\"door\":\"fax\"}").expect("writes");
        let output = node.launch.run(["guard".into(), "judge".into(), file.into_os_string()]).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("recorded.jsonl:1:"));
    }
}
