//! The demo account's file is read whole.

mod support;

use account_file::{ItemKind, diff};
use serde_json::json;
use support::{DEMO, applied, made, parsed};

#[test]
fn the_demo_file_has_no_fault() {
    let file = parsed(DEMO);
    let counts = ItemKind::ALL.map(|kind| file.items.iter().filter(|i| i.kind == kind).count());
    assert_eq!(counts, [6, 2, 7, 3, 2, 1, 3, 0, 3]);
    assert_eq!(file.settings.slug, "demo");
    assert_eq!(file.settings.custom_domains, ["tickets.demo.example"]);
    let item = |kind, name: &str| file.items.iter().find(|i| i.kind == kind && i.name == name).expect(name);
    let tag = item(ItemKind::Tag, "RFV");
    assert_eq!(tag.definition["group"], "Campaigns");
    assert_eq!((tag.position, tag.place.line), (6, 101));
    assert_eq!(item(ItemKind::Automation, "WELCOME1").definition["steps"][1], json!({ "delay": 604_800 }));
    assert_eq!(item(ItemKind::Form, "MEMBER01").definition["actions"]["lists"], json!(["MEMBERS1"]));
    let caller = item(ItemKind::ApiUser, "spektrix TestLogin");
    assert_eq!(caller.definition, json!({ "kind": "spektrix", "name": "TestLogin" }));
    assert_eq!(caller.secret.as_ref().map(model::Secret::reveal), Some("c2VjcmV0LWtleS1mb3ItdGVzdHM="));
}

#[test]
fn every_definition_reads_back_as_its_struct() {
    for item in &parsed(DEMO).items {
        let json = item.definition.clone();
        let fits = match item.kind {
            ItemKind::Field => serde_json::from_value::<model::Field>(json).is_ok(),
            ItemKind::TagGroup => serde_json::from_value::<model::TagGroup>(json).is_ok(),
            ItemKind::Tag => serde_json::from_value::<model::Tag>(json).is_ok(),
            ItemKind::MailingList => serde_json::from_value::<model::MailingList>(json).is_ok(),
            ItemKind::Statement => serde_json::from_value::<model::Statement>(json).is_ok(),
            ItemKind::Automation => serde_json::from_value::<model::Automation>(json).is_ok(),
            ItemKind::Form => serde_json::from_value::<model::Form>(json).is_ok(),
            ItemKind::Webhook => serde_json::from_value::<model::WebhookEndpoint>(json).is_ok(),
            ItemKind::ApiUser => {
                let mut json = json;
                json["secret"] = "x".into();
                serde_json::from_value::<model::ApiUser>(json).is_ok()
            }
        };
        assert!(fits, "{item:?}");
    }
}

#[test]
fn applying_it_twice_plans_nothing() {
    let file = parsed(DEMO);
    let plan = diff(&made(DEMO), Some(&file.settings), &file, true);
    assert!(plan.is_empty() && plan.refusals.is_empty(), "{plan}");
    assert_eq!(applied(&made(DEMO), &plan), made(DEMO));
}
