//! Bodies of forms, well-meant and otherwise.

use std::borrow::Cow;

use doors::pages::{BodyFault, Reading, Submission, read, source_of};
use model::{Door, Given, Origin, Shown};

use crate::account;

const URLENCODED: Option<&str> = Some("application/x-www-form-urlencoded; charset=UTF-8");
const JSON: Option<&str> = Some("application/json");

fn with<R>(
    form: &str,
    content_type: Option<&str>,
    body: &[u8],
    check: impl FnOnce(Result<Submission<'_>, BodyFault>) -> R,
) -> R {
    let account = account();
    let form = account.form_by_external_id(form).expect("a form");
    let origin = Origin { page: Some("https://from.example/header".into()), ..Origin::default() };
    let reading = Reading { account: &account, form, honeypot: Some("website"), origin: &origin, limit: 4096 };
    check(read(content_type, body, reading))
}

fn text(text: &str) -> Given<'_> {
    Given::Text(Cow::Borrowed(text))
}

#[test]
fn an_urlencoded_form_becomes_a_sign_up() {
    let body = b"EmailAddress=Sam%40example.org&firstname=Zo%C3%AB+Ann&LastName=O%27Neill&Title=&Times=Evenings&Times=Weekends\
        &MailingLists=QWERTY1A&MailingLists=qwerty1a,ABCDEFG1&Statement_email=yes&Statement_post=no&Nonsense=1&Segment=vip\
        &wordings=email%3A3+post%3A3&language=en&ticket=abc&altcha=xyz&website=&source=poster&utm_source=news&utm_x=\
        &referrer=https%3A%2F%2Fsearch.example%2F&g-recaptcha-response=g&h-captcha-response=h&cf-turnstile-response=c";
    with("EVERYTHING", URLENCODED, body, |sent| {
        let sent = sent.expect("a submission");
        let given = &sent.given;
        assert_eq!((given.door, given.email.as_ref()), (Door::Hosted, "Sam@example.org"));
        assert_eq!(given.form.as_deref(), Some("EVERYTHING"));
        let values = [
            ("FirstName", text("Zoë Ann")),
            ("LastName", text("O'Neill")),
            ("Times", Given::Many(vec!["Evenings".into(), "Weekends".into()])),
            ("Visited", Given::Nothing),
        ];
        let expected: Vec<_> = values.into_iter().map(|(n, v)| (Cow::Borrowed(n), v)).collect();
        assert_eq!(given.values, expected, "blanks left out, required ones named, unknown names ignored");
        assert_eq!(given.lists, ["QWERTY1A", "ABCDEFG1"]);
        let answers: Vec<_> = given.statements.iter().map(|a| (a.statement.as_ref(), a.yes, a.shown)).collect();
        assert_eq!(answers, [("post", false, Shown::ByUs), ("email", true, Shown::ByUs)]);
        assert_eq!(given.origin.source.as_deref(), Some("poster"));
        assert_eq!(given.origin.page.as_deref(), Some("https://from.example/header"));
        assert_eq!(given.origin.referrer.as_deref(), Some("https://search.example/"));
        assert_eq!(given.origin.utm.len(), 1);
        assert_eq!(given.language.as_deref(), Some("en"));
        assert_eq!(sent.challenge.ticket.as_deref(), Some("abc"));
        assert_eq!(sent.challenge.altcha.as_deref(), Some("xyz"));
        assert_eq!(sent.challenge.honeypot.as_deref(), Some(""));
        let mut answers: Vec<_> =
            sent.challenge.captchas.iter().map(|(field, answer)| (*field, answer.as_str())).collect();
        answers.sort_unstable();
        assert_eq!(
            answers,
            [("cf-turnstile-response", "c"), ("g-recaptcha-response", "g"), ("h-captcha-response", "h")]
        );
        assert_eq!(sent.typed.all("Times"), ["Evenings", "Weekends"]);
        assert_eq!(sent.typed.last("FirstName").as_deref(), Some("Zoë Ann"));
        assert!(!sent.wording_changed);
    });
}

#[test]
fn a_json_form_becomes_the_same_sign_up() {
    let body = r#"{"EmailAddress":"sam@example.org","FirstName":"Zoë","Children":2,"Wheelchair":true,"Visited":null,
        "Times":["Evenings","Weekends"],"MailingLists":["QWERTY1A","NOSUCH"],"Statement_email":true,"Statement_post":"maybe",
        "DietaryRequirements":{"a":[1]},"ticket":"abc","language":"xx","source":7}"#;
    with("EVERYTHING", JSON, body.as_bytes(), |sent| {
        let sent = sent.expect("a submission");
        let given = &sent.given;
        assert_eq!(given.door, Door::Json);
        let find = |name: &str| given.values.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        assert_eq!(find("Children"), Some(Given::Number("2".into())));
        assert_eq!(find("Wheelchair"), Some(Given::Bool(true)));
        assert_eq!(find("DietaryRequirements"), Some(Given::Nested));
        assert_eq!(find("Times"), Some(Given::Many(vec!["Evenings".into(), "Weekends".into()])));
        assert_eq!(find("Visited"), Some(Given::Nothing));
        let answers: Vec<_> = given.statements.iter().map(|a| (a.statement.as_ref(), a.yes, a.shown)).collect();
        assert_eq!(answers, [("email", true, Shown::Declared)], "maybe is no answer; a caller draws its own form");
        assert_eq!(given.lists, ["QWERTY1A", "NOSUCH"], "what is on offer is for the intake to say");
        assert_eq!((given.language.as_deref(), given.origin.source.as_deref()), (None, Some("7")));
    });
}

#[test]
fn an_answer_to_another_wording_is_noticed() {
    for (wordings, changed, shown) in [
        ("", false, Shown::Declared),
        ("&wordings=email:3", false, Shown::ByUs),
        ("&wordings=email:2", true, Shown::Declared),
        ("&wordings=post:3", true, Shown::Declared),
        ("&wordings=", true, Shown::Declared),
    ] {
        let body = format!("EmailAddress=a@b.example&Statement_email=yes{wordings}");
        with("12ABCDE3", URLENCODED, body.as_bytes(), |sent| {
            let sent = sent.expect("a submission");
            assert_eq!((sent.wording_changed, sent.given.statements[0].shown), (changed, shown), "{wordings}");
        });
    }
}

#[test]
fn bodies_that_cannot_be_read_have_a_clear_fault() {
    let long = format!("EmailAddress={}", "x".repeat(5000));
    let many = "a=1&".repeat(1001);
    let deep = "[".repeat(3000);
    let cases: Vec<(Option<&str>, &[u8], BodyFault)> = vec![
        (URLENCODED, b"FirstName=%ff", BodyFault::NotUtf8),
        (URLENCODED, b"FirstName=\xff", BodyFault::NotUtf8),
        (URLENCODED, b"%c3+=1", BodyFault::NotUtf8),
        (URLENCODED, long.as_bytes(), BodyFault::TooLarge),
        (URLENCODED, &many.as_bytes()[..4004], BodyFault::Malformed),
        (JSON, b"{\"FirstName\":\"\xff\"}", BodyFault::NotUtf8),
        (JSON, br#"{"FirstName":"\ud800"}"#, BodyFault::Malformed),
        (JSON, b"[]", BodyFault::Malformed),
        (JSON, b"", BodyFault::Malformed),
        (JSON, b"{\"a\":", BodyFault::Malformed),
        (JSON, deep.as_bytes(), BodyFault::Malformed),
        (JSON, long.as_bytes(), BodyFault::TooLarge),
        (Some("multipart/form-data; boundary=x"), b"", BodyFault::ContentType),
        (Some("text/plain"), b"EmailAddress=x", BodyFault::ContentType),
        (None, b"EmailAddress=x", BodyFault::ContentType),
    ];
    for (content_type, body, fault) in cases {
        let found = with("12ABCDE3", content_type, body, |sent| sent.map(|_| ()).unwrap_err());
        assert_eq!(found, fault, "{content_type:?} {}", String::from_utf8_lossy(&body[..body.len().min(40)]));
    }
}

#[test]
fn any_bytes_are_read_or_refused() {
    use proptest::prelude::*;
    proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..300), json in any::<bool>())| {
        with("EVERYTHING", if json { JSON } else { URLENCODED }, &bytes, |sent| drop(sent.map(|s| format!("{s:?}"))));
    });
    proptest!(|(name in "(Statement_|utm_|EmailAddress|MailingLists|FirstName|wordings|é)?.{0,20}", value in ".{0,40}")| {
        let body = serde_json::json!({ name: value }).to_string();
        with("EVERYTHING", JSON, body.as_bytes(), |sent| drop(sent.map(|s| format!("{s:?}"))));
    });
}

#[test]
fn where_a_person_came_from_is_kept_within_bounds() {
    let long = "x".repeat(2000);
    let query = format!("utm_source=a&utm_long={long}&other=1&source=flyer&language=cy&utm_empty=");
    let source = source_of(Some(&query), "https://host.example/demo/forms/X", Some("https://before.example/"));
    let names: Vec<_> = source.keys().map(String::as_str).collect();
    assert_eq!(names, ["page", "referrer", "source", "utm_long", "utm_source"]);
    assert!(source["utm_long"].len() == 500);
    assert!(source_of(Some("utm_a=%ff"), "", None).is_empty(), "what is not UTF-8 is left out");
}
