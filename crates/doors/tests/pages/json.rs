//! The same form as JSON.

use std::time::Duration;

use doors::pages::{FormView, Slots, Texts, Typed, accepted, description, refused, wants_json};
use model::{ContactId, EmailFault, Fault, MailState, Outcome, PendingId, Refusal, SignUpId, SignUpKind, ValueFault};
use serde_json::{Value, json};

use crate::account;

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn the_description_holds_all_that_a_script_needs() {
    let account = account();
    let form = account.form_by_external_id("12ABCDE3").expect("a form");
    let slots = Slots { ticket: Some("tkt"), honeypot: Some("website"), ..Slots::default() };
    let view = FormView::build(&account, form, Texts::of("cy"), &slots, &Typed::default(), Vec::new());
    let answer = description(&account, form, &view, &["en", "cy"], "https://h.example/demo/forms/12ABCDE3");
    assert_eq!((answer.status, answer.content_type), (200, "application/json"));
    let body = parsed(&answer.body);
    assert_eq!(body["client"], "demo");
    assert_eq!(body["language"], "cy");
    assert_eq!(body["ticket"], "tkt");
    assert_eq!(body["hidden"], json!({"language": "cy", "ticket": "tkt", "wordings": "email:3"}));
    assert_eq!(
        body["fields"][0],
        json!({"name": "EmailAddress", "kind": "input", "type": "email", "label": "Cyfeiriad e-bost", "required": true,
               "autocomplete": "email", "max_length": 254})
    );
    assert_eq!(body["fields"][1]["label"], "Enw cyntaf");
    assert_eq!(body["lists"]["name"], "MailingLists");
    assert_eq!(
        body["lists"]["options"][0],
        json!({"value": "QWERTY1A", "label": "Monthly Newsletter", "hint": "What is on, once a month"})
    );
    let statement = &body["statements"][0];
    assert_eq!(statement["name"], "Statement_email");
    assert_eq!(statement["text"], "Hoffwn glywed am sioeau sydd ar ddod drwy e-bost");
    assert_eq!(
        (&statement["version"], &statement["channel"], &statement["basis"]),
        (&json!(3), &json!("email"), &json!("consent"))
    );
    assert_eq!(body["texts"]["submit"], "Cofrestru");
}

#[test]
fn answers_say_pending_or_applied() {
    let account = account();
    let form = account.form_by_external_id("12ABCDE3").expect("a form");
    let (kind, contact, sign_up) = (SignUpKind::Signup, ContactId(1), SignUpId(2));
    let pending = Outcome::Pending { kind, contact, sign_up, pending: PendingId(3), mail: MailState::Taken };
    for (outcome, status, word) in [
        (pending, 202, "pending"),
        (Outcome::Applied { kind, contact, sign_up }, 200, "applied"),
        (Outcome::Quiet { sign_up }, 202, "pending"),
    ] {
        let answer = accepted(&outcome, form, "Thanks", None);
        assert_eq!(answer.status, status);
        assert_eq!(parsed(&answer.body), json!({"status": word, "message": "Thanks"}));
    }
}

#[test]
fn refusals_are_problems_with_every_fault_named() {
    let account = account();
    let form = account.form_by_external_id("EVERYTHING");
    let faults = vec![
        Fault::Email(EmailFault::Malformed),
        Fault::ListUnknown("X".into()),
        Fault::NoFieldsGiven,
        Fault::FieldRequired("FirstName".into()),
        Fault::FieldUnknown("Nope".into()),
        Fault::FieldNotOnForms("CRMID".into()),
        Fault::FieldInvalid("DietaryRequirements".into(), ValueFault::TooLong(1000)),
        Fault::FieldInvalid("children".into(), ValueFault::WrongType),
        Fault::FieldInvalid("BirthDate".into(), ValueFault::WrongType),
        Fault::FieldInvalid("FavouriteGenre".into(), ValueFault::NotAnOption),
        Fault::FieldInvalid("LastName".into(), ValueFault::Control),
        Fault::TagUnknown("t".into()),
        Fault::StatementUnknown("s".into()),
        Fault::StatementRequired("email".into()),
    ];
    let answer = refused(&Refusal::Faults(faults), &account, form, Texts::of("en"));
    assert_eq!((answer.status, answer.content_type), (422, "application/problem+json"));
    let body = parsed(&answer.body);
    assert_eq!(body["type"], "about:blank");
    assert_eq!(body["status"], 422);
    let errors: Vec<(String, &str, &str)> = body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|e| {
            (
                e["field"].as_str().unwrap_or("-").to_owned(),
                e["code"].as_str().expect("code"),
                e["message"].as_str().expect("message"),
            )
        })
        .collect();
    let expected = [
        ("EmailAddress", "email_invalid", "Please enter an email address such as name@example.org."),
        ("MailingLists", "list_unknown", "“X” is no longer on offer."),
        ("-", "fields_missing", "Please fill in the required fields."),
        ("FirstName", "required", "Please fill in “First name”."),
        ("Nope", "field_unknown", "There is no field “Nope”."),
        ("CRMID", "not_on_forms", "“CRM ID” cannot be set here."),
        ("DietaryRequirements", "too_long", "“Anything we should know?” can have 1,000 characters at most."),
        ("Children", "wrong_type", "“How many children come with you?” must be a whole number, such as 42."),
        ("BirthDate", "wrong_type", "“Date of birth” must be a date, such as 2016-02-27."),
        ("FavouriteGenre", "not_an_option", "Please choose one of the options of “Favourite genre”."),
        ("LastName", "control_characters", "“Last name” has characters that cannot be kept."),
        ("-", "tag_unknown", "There is no tag “t”."),
        ("Statement_s", "statement_unknown", "There is no statement “s”."),
        ("Statement_email", "statement_required", "Please agree to this so that you can sign up."),
    ];
    assert_eq!(errors, expected.map(|(f, c, m)| (f.to_owned(), c, m)));
}

#[test]
fn other_refusals_have_their_status_and_wait() {
    let account = account();
    let wait = Duration::from_secs(90);
    for (refusal, status, retry) in [
        (Refusal::Faults(vec![Fault::FormUnknown]), 404, None),
        (Refusal::Duplicate, 422, None),
        (Refusal::NotFound, 404, None),
        (Refusal::Expired, 410, None),
        (Refusal::Used, 200, None),
        (Refusal::TooMany(wait), 429, Some(90)),
        (Refusal::Busy(Duration::ZERO), 503, Some(1)),
        (Refusal::Unavailable(wait), 503, Some(90)),
        (Refusal::Internal, 500, None),
    ] {
        let answer = refused(&refusal, &account, None, Texts::of("en"));
        assert_eq!((answer.status, answer.retry_after), (status, retry), "{refusal:?}");
    }
    let slow = parsed(&refused(&Refusal::TooMany(wait), &account, None, Texts::of("en")).body);
    assert_eq!(slow["detail"], "Please wait 2 minutes and try again.");
}

#[test]
fn json_is_sent_to_those_who_ask_for_it() {
    for (accept, json) in [
        (None, false),
        (Some("*/*"), false),
        (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), false),
        (Some("application/json"), true),
        (Some("application/json, text/plain, */*"), true),
        (Some("text/html, application/json;q=0.5"), false),
        (Some("text/html;q=0.5, Application/JSON"), true),
        (Some("application/json;q=0"), false),
    ] {
        assert_eq!(wants_json(accept), json, "{accept:?}");
    }
}
