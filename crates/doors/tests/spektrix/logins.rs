//! Bodies of the login calls.

use doors::spektrix::logins::{MagicLinkWish, parse_login, parse_password_change, parse_token};
use doors::spektrix::wire::InputFault;

fn keys<T: std::fmt::Debug>(result: Result<T, InputFault>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(InputFault::Invalid(faults)) => faults.into_iter().map(|f| f.key).collect(),
        Err(InputFault::Body(fault)) => vec![format!("{fault:?}")],
    }
}

#[test]
fn a_login_is_read_and_what_is_missing_is_blank() {
    let (email, password) = parse_login(br#"{"Email":"a@b.co","password":" x "}"#).expect("good");
    assert_eq!((email.as_str(), password.reveal()), ("a@b.co", " x "));
    let (email, password) = parse_login(br#"{"email":5}"#).expect("an object");
    assert_eq!((email.as_str(), password.reveal()), ("", ""));
    for body in ["", "[]", "5", "{"] {
        assert!(parse_login(body.as_bytes()).is_err(), "{body}");
    }
    assert_eq!(parse_token(br#"{"token":"t"}"#), Ok("t".into()));
}

#[test]
fn both_passwords_are_asked_for() {
    for (body, expected) in [
        (r#"{"oldPassword":"a","newPassword":"12345678"}"#, &[][..]),
        ("{}", &["OldPassword", "NewPassword"]),
        (r#"{"oldPassword":"a","newPassword":"short"}"#, &["NewPassword"]),
        (r#"{"newPassword":"12345678"}"#, &["OldPassword"]),
        ("[]", &["WrongShape"]),
    ] {
        assert_eq!(keys(parse_password_change(body.as_bytes())), expected, "{body}");
    }
}

#[test]
fn a_login_link_leads_only_to_the_accounts_own_sites() {
    let allowed = ["https://www.demo.example".to_owned(), "*".to_owned()];
    let wish = |link: &str| {
        let body = serde_json::json!({"emailAddress": "a@b.co", "linkUrl": link}).to_string();
        MagicLinkWish::parse(body.as_bytes(), &allowed)
    };
    let good = wish("https://www.demo.example/login?t={token}&x=1").expect("good");
    assert_eq!(good.link("abc"), "https://www.demo.example/login?t=abc&x=1");
    for link in [
        "",
        "https://www.demo.example/login",
        "http://www.demo.example/{token}",
        "https://evil.example/{token}",
        "https://www.demo.example@evil.example/{token}",
        "https://x:y@www.demo.example/{token}",
        "https://www.demo.example:8443/{token}",
        "https://{token}.evil.example/",
        "https://www.demo.example\\@evil.example/{token}",
        "https://www.demo.example/{token}\r\nBcc: x",
        "javascript:{token}",
        "/{token}",
    ] {
        assert_eq!(keys(wish(link)), ["LinkUrl"], "{link}");
    }
    assert_eq!(keys(MagicLinkWish::parse(b"{}", &allowed)), ["EmailAddress", "LinkUrl"]);
    assert_eq!(keys(MagicLinkWish::parse(br#"{"emailAddress":"x"}"#, &allowed)), ["EmailAddress", "LinkUrl"]);
}
