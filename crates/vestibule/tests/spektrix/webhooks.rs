//! What customers' changes owe to receivers of webhooks, whichever call made them.

use serde_json::{Value, json};
use testkit::{Launch, TestDatabase};

use crate::fixture::{ACCOUNTS, Door, P, T, person};

/// What is owed, the oldest first: kind and data without the contact.
async fn told(door: &Door) -> Vec<(String, Value)> {
    let arguments = ["deliveries", "list", "--lane", "webhook", "--limit", "1000", "--json", "--account", "apitesting"];
    let (good, said, why) = door.command(&arguments).await;
    assert!(good, "{why}");
    let mut rows: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    // Numbers come in blocks, one for each writer: the time is what orders them.
    let at = |row: &Value| row["created_at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    rows.sort_by_key(|row| (at(row), row["id"].as_i64()));
    rows.into_iter()
        .map(|row| {
            let body: Value = serde_json::from_str(row["payload"]["body"].as_str().expect("a body")).expect("JSON");
            let mut data = body["data"].clone();
            data.as_object_mut().expect("an object").remove("contact");
            (body["type"].as_str().expect("a type").to_owned(), data)
        })
        .collect()
}

testkit::both_engines! {
    async fn customers_are_told_of(db: TestDatabase) {
        let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule"))
            .setting("VESTIBULE_DATABASE_URL", db.url())
            .setting("VESTIBULE_MAIL_URL", "mailbox:");
        let file = launch.data_dir().join("account.toml");
        let endpoint = "[[webhook]]\nkind = \"standard\"\nurl = \"http://127.0.0.1:9/hook\"\n";
        std::fs::write(&file, format!("{}{endpoint}", ACCOUNTS[0])).expect("written");
        let done = launch.run(["account".into(), "apply".into(), file.into_os_string()]).await;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let running = launch.start().await;
        let door = Door { launch, running };

        let body = person("ada@b.co", &format!(r#","AgreedStatements":["{P}"],"tags":["{T}"],"Attribute_Dietary Requirements":"Nuts""#));
        let made = door.owner("POST", "customers", &body).await;
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        let kinds = |told: &[(String, Value)]| told.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
        let at_first = told(&door).await;
        assert_eq!(kinds(&at_first), ["contact.created", "contact.confirmed", "consent.given", "tag.added"]);
        assert_eq!((&at_first[0].1["values"]["FirstName"], &at_first[0].1["values"]["Diet"]), (&json!("A"), &json!("Nuts")));
        assert_eq!(at_first[2].1["consent"]["statement"], json!({ "key": "email", "version": 1, "channel": "email" }));
        assert_eq!(at_first[3].1["tag"], json!({ "name": "Silver Member", "group": "Interests" }));

        let mut before = at_first.len();
        for (method, path, body, wanted) in [
            ("PATCH", "", r#"{"lastName":"Lovelace","firstName":"A"}"#, vec![("contact.updated", json!({ "changed": { "LastName": "Lovelace" } }))]),
            ("PATCH", "", r#"{"lastName":"Lovelace"}"#, vec![]),
            ("PATCH", "", r#"{"email":"ada@new.co"}"#, vec![("contact.updated", json!({ "changed": {}, "previous_email": "ada@b.co" }))]),
            ("DELETE", &format!("/agreed-statements/{P}"), "", vec![("consent.withdrawn", json!({
                "consent": { "statement": { "key": "email", "version": 1, "channel": "email" }, "basis": "consent", "language": null } }))]),
            ("DELETE", &format!("/agreed-statements/{P}"), "", vec![]),
            ("POST", "/addresses", r#"{"line1":"1 Street","town":"York","postcode":"YO1 7HH","country":"GB"}"#,
                vec![("contact.updated", json!({ "changed": {}, "addresses_changed": true }))]),
            ("POST", "/tags", &format!(r#"["{T}"]"#), vec![("tag.added", json!({ "tag": { "name": "Silver Member", "group": "Interests" } }))]),
        ] {
            let answer = door.owner(method, &format!("customers/{id}{path}"), body).await;
            assert!(answer.status() < 300, "{method} {path} {body}: {}", answer.text());
            let all = told(&door).await;
            let news: Vec<_> = all[before..].iter().map(|(kind, data)| (kind.as_str(), data.clone())).collect();
            assert_eq!(news, wanted, "{method} {path} {body}");
            before = all.len();
        }
        // Another account's changes are nobody's business, and refusals tell nothing.
        assert_eq!(door.owner("POST", "customers", "{}").await.status(), 400);
        assert_eq!(told(&door).await.len(), before);
    }
}
