//! What a plan says, and that doing it leads to what the file wants.

mod support;

use account_file::{ItemKind, diff};
use support::{DEMO, applied, made, parsed};

const CHANGED: &[(&str, &str)] = &[
    ("name = \"Demo Theatre\"", "name = \"Demo Theatre and Café\""),
    ("bot_rules = \"log\"", "bot_rules = \"enforce\""),
    ("label = \"Anything we should know?\"", "label = \"Anything else?\""),
    (
        "text = \"I would like to receive your season brochure by post\"",
        "text = \"I would like to receive your season brochure by letter\"",
    ),
    ("cy = \"Hoffwn glywed am sioeau sydd ar ddod drwy e-bost\", ", ""),
    (
        "options = [\"Drama\", \"Comedy\", \"Dance\", \"Music\"]",
        "options = [\"Comedy\", \"Dance\", \"Music\", \"Opera\"]",
    ),
    ("  { name = \"SentoriApp\" },\n", ""),
    ("name = \"Silver Member\"", "name = \"Gold Member\""),
    ("c2VjcmV0LWtleS1mb3ItdGVzdHM=", "YW5vdGhlciBzZWNyZXQ="),
    ("# require_confirmation = false", "require_confirmation = false"),
    ("alert = \"each\"", "alert = \"digest 15 minutes\""),
    ("{ delay = \"7 days\" }", "{ delay = \"36 hours\" }"),
    (
        "[[field]]\nsystem_name = \"SeatPreference\"",
        "[[field]]\nsystem_name = \"ShoeSize\"\ntype = \"decimal\"\n\n[[field]]\nsystem_name = \"SeatPreference\"",
    ),
];

fn changed() -> String {
    let more = "\n[[webhook]]\nkind = \"standard\"\nurl = \"https://crm.example/v\"\n";
    CHANGED.iter().fold(DEMO.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    }) + more
}

#[test]
fn a_plan_reads_well() {
    let settings = parsed(DEMO).settings;
    let plan = diff(&made(DEMO), Some(&settings), &parsed(&changed()), false);
    let text = plan.to_string();
    for secret in ["c2VjcmV0LWtleS1mb3ItdGVzdHM=", "YW5vdGhlciBzZWNyZXQ=", "demo-token"] {
        assert!(!text.contains(secret) && !format!("{plan:?}").contains(secret), "{secret}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_first_plan_names_everything() {
    insta::assert_snapshot!(diff(&[], None, &parsed(DEMO), false).to_string());
}

#[test]
fn doing_a_plan_leaves_nothing_to_do() {
    let (settings, file) = (parsed(DEMO).settings, parsed(&changed()));
    for prune in [false, true] {
        let plan = diff(&made(DEMO), Some(&settings), &file, prune);
        assert_eq!(plan.removals.len(), usize::from(prune));
        assert_eq!(plan.kept.len(), usize::from(!prune));
        let after = applied(&made(DEMO), &plan);
        let again = diff(&after, Some(&file.settings), &file, prune);
        assert!(again.is_empty() && again.refusals.is_empty(), "{again}");
    }
}

#[test]
fn prune_takes_what_names_others_first() {
    let plan = diff(&made(DEMO), None, &parsed("[account]\nslug = \"demo\""), true);
    let kinds: Vec<ItemKind> = plan.removals.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds.len(), made(DEMO).len());
    assert!(kinds.is_sorted_by(|a, b| a >= b));
    assert!(plan.to_string().contains("  - form MEMBER01\n"), "{plan}");
}

#[test]
fn given_and_existing_vendor_ids_are_kept() {
    let before = made(DEMO);
    let renamed = DEMO.replace("{ name = \"Dance\" }", "{ name = \"DANCE\" }").replace("Silver Member", "Gold Member");
    let after = applied(&before, &diff(&before, None, &parsed(&renamed), false));
    let id = |items: &[account_file::CurrentItem], name: &str| {
        let tag = items.iter().find(|i| i.kind == ItemKind::Tag && i.name == name).expect(name);
        tag.definition["spektrix_id"].as_str().expect("an id").to_owned()
    };
    assert_eq!(id(&after, "DANCE"), id(&before, "Dance"));
    assert_eq!(id(&after, "Gold Member"), "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT");
    assert_eq!(after.len(), before.len());
}

#[test]
fn secrets_of_one_login_are_rotated() {
    let user = |secret: &str| format!("[[api_user]]\nkind = \"spektrix\"\nlogin = \"L\"\n{secret}\n");
    let file =
        |users: &[&str]| format!("[account]\nslug = \"a\"\n{}", users.iter().map(|u| user(u)).collect::<String>());
    let (a, b) = ("secret = \"YQ==\"", "secret = \"Yg==\"");
    let one = made(&file(&[a]));
    let plan = diff(&one, None, &parsed(&file(&[a, b])), false);
    assert_eq!(plan.adds.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["spektrix L #2"]);
    let both = applied(&one, &plan);
    // Taking the first away keeps the second as it is.
    let plan = diff(&both, None, &parsed(&file(&[b])), true);
    assert_eq!(
        (plan.changes.len(), plan.removals.as_slice()),
        (0, &[(ItemKind::ApiUser, "spektrix L".to_owned())][..])
    );
    let second = applied(&both, &plan);
    // Without secrets the file keeps what is there, whatever its number, and asks for what is not.
    assert!(diff(&second, Some(&parsed(&file(&[])).settings), &parsed(&file(&[""])), true).is_empty());
    let plan = diff(&second, None, &parsed(&file(&["", ""])), false);
    let refusals: Vec<String> = plan.refusals.iter().map(ToString::to_string).collect();
    assert_eq!(
        refusals,
        [
            "account.toml:7:1: api user `spektrix L` has no secret, neither here nor in the account: write its `secret`, \
         or make one with `vestibule api-user create`"
        ]
    );
}

#[test]
fn clashes_with_what_is_kept_are_refused() {
    let field = |name: &str, label: &str| {
        format!("[account]\nslug = \"a\"\n[[field]]\nsystem_name = \"{name}\"\nlabel = \"{label}\"\ntype = \"text\"\n")
    };
    let plan = diff(&made(&field("A", "Shoe size")), None, &parsed(&field("B", "Shoe Size")), false);
    assert_eq!(plan.refusals.len(), 1, "{plan}");
    assert!(diff(&made(&field("A", "Shoe size")), None, &parsed(&field("B", "Shoe Size")), true).refusals.is_empty());
}

#[test]
fn only_a_wording_makes_a_version() {
    let settings = parsed(DEMO).settings;
    for (from, to, version) in [
        ("text = \"I would", "text = \"We would", Some(2)),
        ("channel = \"post\"", "channel = \"phone\"", Some(2)),
        ("channel = \"post\"\nbasis = \"consent\"", "channel = \"post\"\nbasis = \"legitimate_interest\"", Some(2)),
        ("linked_to_email = false", "linked_to_email = true", None),
    ] {
        let plan = diff(&made(DEMO), Some(&settings), &parsed(&DEMO.replacen(from, to, 1)), false);
        assert_eq!(plan.changes.iter().map(|c| c.new_version).collect::<Vec<_>>(), [version], "{to}");
    }
}
