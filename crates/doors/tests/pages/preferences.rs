//! The preference page, shown and sent back.

use doors::pages::{
    BodyFault, FieldError, Happened, Known, PreferencesPost, PreferencesView, Texts, preferences_page,
    preferences_request_page, preferences_requested_page, read_preferences,
};
use model::{Given, Shown, Timestamp};

use crate::account;

fn known() -> Known {
    Known {
        email: "sam@example.org".into(),
        values: vec![
            ("FirstName".into(), "Sam".into()),
            ("Wheelchair".into(), "false".into()),
            ("Times".into(), "Matinees,Weekends".into()),
            ("County".into(), "Kent".into()),
            ("CRMID".into(), "secret".into()),
        ],
        lists: vec!["qwerty1a".into()],
        statements: vec![("email".into(), true, Some(Timestamp(1_454_284_800_000_000)))],
    }
}

#[test]
fn what_is_kept_is_shown_and_can_be_changed() {
    let account = account();
    let t = Texts::of("en");
    let view = PreferencesView::build(&account, &known(), t, None, Vec::new(), &Happened::Saved);
    let page = preferences_page(&account.settings, &view, "/preferences/tok", t);
    assert_eq!(page.status, 200);
    for part in [
        "name=\"FirstName\" value=\"Sam\"",
        "name=\"Wheelchair\" value=\"false\" checked",
        "name=\"Times\" value=\"Weekends\" checked",
        "name=\"MailingLists\" value=\"QWERTY1A\" checked",
        "name=\"Statement_email\" value=\"yes\" checked",
        "You said yes on 1 February 2016.",
        "Your changes are saved.",
        "name=\"action\" value=\"save\"",
        "name=\"action\" value=\"change_address\"",
        "name=\"action\" value=\"download\"",
        "name=\"action\" value=\"delete\"",
        "name=\"wordings\" value=\"email:3 post:3\"",
    ] {
        assert!(page.html.contains(part), "{part}\n{}", page.html);
    }
    assert!(!page.html.contains("CRMID") && !page.html.contains("secret"), "staff's fields stay hidden");
    let (more, county) = (page.html.find("<details>").expect("more"), page.html.find("f-County").expect("County"));
    assert!(
        county < more && page.html.find("f-Address1").expect("Address1") > more,
        "empty fields nobody asks for are folded"
    );
}

#[test]
fn a_post_says_what_it_wants() {
    let account = account();
    let body =
        b"FirstName=&Wheelchair=true&MailingLists=ABCDEFG1&MailingLists=NOSUCH&Statement_email=no&Statement_nope=yes\
        &CRMID=1&EmailAddress=x&wordings=email:3+post:3&action=save";
    let Ok(PreferencesPost::Save(saved)) = read_preferences(&account, body, 4096) else { panic!("a save") };
    let find = |name: &str| saved.values.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(find("FirstName"), Some(Given::Text("".into())), "a blank clears");
    assert_eq!(find("Times"), Some(Given::Text("".into())), "no box ticked clears");
    assert_eq!((find("CRMID"), find("EmailAddress")), (None, None));
    assert_eq!(saved.lists, ["ABCDEFG1"]);
    let answers: Vec<_> = saved.statements.iter().map(|a| (a.statement.as_ref(), a.yes, a.shown)).collect();
    assert_eq!(answers, [("email", false, Shown::ByUs)]);
    assert!(!saved.wording_changed);
    let stale = b"Statement_email=yes&wordings=email:2&action=save";
    assert!(matches!(read_preferences(&account, stale, 4096), Ok(PreferencesPost::Save(s)) if s.wording_changed));
    let read = |body: &'static [u8]| read_preferences(&account, body, 100);
    assert!(
        matches!(read(b"NewEmailAddress=new%40b.example&action=change_address"), Ok(PreferencesPost::ChangeAddress(e)) if e == "new@b.example")
    );
    assert!(matches!(read(b"action=download"), Ok(PreferencesPost::Download)));
    assert!(matches!(read(b"action=delete"), Ok(PreferencesPost::Delete)));
    assert!(matches!(read(b"action=unsubscribe"), Ok(PreferencesPost::Unsubscribe)));
    assert!(matches!(read(b"FirstName=x"), Err(BodyFault::Malformed)));
    assert!(matches!(read(b""), Err(BodyFault::Malformed)));
    assert!(matches!(read(b"action=%ff"), Err(BodyFault::NotUtf8)));
}

#[test]
fn faults_keep_what_was_typed() {
    let account = account();
    let t = Texts::of("fr");
    let body = b"FirstName=New&Children=two&action=save&wordings=";
    let Ok(PreferencesPost::Save(saved)) = read_preferences(&account, body, 4096) else { panic!("a save") };
    let error = FieldError { field: Some("Children".into()), code: "wrong_type", message: "Non".into() };
    let view = PreferencesView::build(&account, &known(), t, Some(&saved.typed), vec![error], &Happened::Nothing);
    let page = preferences_page(&account.settings, &view, "/preferences/tok", t);
    assert_eq!(page.status, 422);
    for part in ["value=\"New\"", "value=\"two\"", "<a href=\"#f-Children\">Non</a>", "Il y a un problème"] {
        assert!(page.html.contains(part), "{part}\n{}", page.html);
    }
}

#[test]
fn a_link_can_be_asked_for_by_address() {
    let account = account();
    let t = Texts::of("en");
    let ask = preferences_request_page(&account.settings, "/demo/preferences", &[], None, None, t);
    assert!(ask.status == 200 && ask.html.contains("name=\"EmailAddress\""));
    let error = FieldError { field: Some("EmailAddress".into()), code: "email_invalid", message: "No".into() };
    let again = preferences_request_page(&account.settings, "/demo/preferences", &[], Some("x"), Some(&error), t);
    assert!(
        again.status == 422 && again.html.contains("value=\"x\"") && again.html.contains("href=\"#f-EmailAddress\"")
    );
    assert!(preferences_requested_page(&account.settings, t).html.contains("If we know this address"));
}
