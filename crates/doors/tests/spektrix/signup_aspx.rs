//! The integrated sign-up form: what is read, what is told, and where browsers are sent.

use doors::spektrix::signup_aspx::{FormError, FormPost, redirect_target};
use model::{Door, Origin, Shown};
use proptest::prelude::*;

use crate::fixture::{EMAIL_ME, account};

#[test]
fn controls_are_read_in_any_case_and_cut() {
    let body =
        format!("firstName={}&LASTNAME=+B%0AC+&email=+a@b.co+&consent=1&ReturnUrl=https%3A%2F%2Fx%2F", "é".repeat(40));
    let post = FormPost::parse(body.as_bytes(), &[]);
    assert_eq!((post.first_name, post.last_name.as_str()), ("é".repeat(30), "B C"));
    assert_eq!((post.email.as_str(), post.return_url.as_str()), ("a@b.co", "https://x/"));
    assert_eq!(FormPost::parse(b"\xff\xfe=%%%&&=&;\0", &[]), FormPost::default());
}

#[test]
fn the_first_fault_is_told() {
    for (body, fault) in [
        ("", Some(FormError::NoEmail)),
        ("Email=+&LastName=", Some(FormError::NoEmail)),
        ("Email=x&LastName=", Some(FormError::InvalidEmail)),
        ("Email=a@b.co", Some(FormError::NoLastName)),
        ("Email=a@b.co&LastName=B", None),
    ] {
        assert_eq!(FormPost::parse(body.as_bytes(), &[]).fault(), fault, "{body}");
    }
    let long = format!("Email={}@b.co&LastName=B", "a".repeat(2000));
    assert_eq!(FormPost::parse(long.as_bytes(), &[]).fault(), Some(FormError::InvalidEmail));
}

#[test]
fn the_error_is_appended_where_it_belongs() {
    let allowed = ["site".to_owned()];
    for (url, target) in [
        ("https://site/ok?a=1", "https://site/ok?a=1&Error=EmailExists"),
        ("https://site/ok", "https://site/ok?Error=EmailExists"),
        ("https://site/ok?", "https://site/ok?Error=EmailExists"),
        ("https://site/ok?a=1&", "https://site/ok?a=1&Error=EmailExists"),
        ("https://site/ok?a=1#top", "https://site/ok?a=1&Error=EmailExists#top"),
        ("https://site/ok#top?x", "https://site/ok?Error=EmailExists#top?x"),
    ] {
        assert_eq!(redirect_target(url, Some(FormError::EmailExists), &allowed).as_deref(), Some(target));
        assert_eq!(redirect_target(url, None, &allowed).as_deref(), Some(url));
    }
    assert_eq!(redirect_target("https://site/é", None, &allowed).as_deref(), Some("https://site/%C3%A9"));
}

#[test]
fn browsers_are_sent_only_to_hosts_that_the_account_names() {
    let allowed: Vec<String> = ["demo.example", "localhost:3000", "BÜCHER.example"].map(Into::into).into();
    for url in [
        "https://demo.example/",
        "http://DEMO.example:8443/x",
        "http://localhost:3000/",
        "https://xn--bcher-kva.example/",
    ] {
        assert!(redirect_target(url, None, &allowed).is_some(), "{url}");
    }
    for url in [
        "",
        "/thanks",
        "//demo.example/",
        "https://evil.example/",
        "https://demo.example.evil.example/",
        "https://evil.example/demo.example",
        "https://demo.example@evil.example/",
        "https://user:pass@demo.example/",
        "https://evil.example\\@demo.example/",
        "https://demo.example\\.evil.example/",
        "https://evil.example#@demo.example/",
        "https://evil.example?demo.example",
        "http://localhost:3001/",
        "javascript:alert(1)//demo.example",
        "data:text/html,x",
        "ftp://demo.example/",
        "https://demo.example/\r\nSet-Cookie: a=b",
        "https://demo.exa\tmple/",
        "ht\ntps://demo.example/",
        "https://demo.example。evil.example/",
    ] {
        assert_eq!(redirect_target(url, Some(FormError::NoEmail), &allowed), None, "{url}");
    }
    assert_eq!(redirect_target(&format!("https://demo.example/{}", "a".repeat(5000)), None, &allowed), None);
}

#[test]
fn the_form_agrees_to_what_is_linked_to_email() {
    // H30
    let account = account();
    let post = FormPost::parse(b"FirstName=A&LastName=B&Email=new@x.co&ReturnUrl=https://site/ok?a=1", &[]);
    let sign_up = post.sign_up(&account, Origin::default());
    let answers: Vec<_> = sign_up.statements.iter().map(|a| (a.statement.as_ref(), a.yes, a.shown)).collect();
    assert_eq!(answers, [(EMAIL_ME, true, Shown::VendorDefault)]);
    assert_eq!((sign_up.door, sign_up.email.as_ref(), sign_up.values.len()), (Door::SpektrixForm, "new@x.co", 2));
}

proptest! {
    #[test]
    fn no_form_panics_and_no_target_breaks_a_header(body in any::<Vec<u8>>(), url in "https://site.*|.*") {
        let _ = FormPost::parse(&body, &[]).fault();
        let allowed = ["site".to_owned()];
        if let Some(target) = redirect_target(&url, Some(FormError::NoEmail), &allowed) {
            prop_assert!(http::HeaderValue::from_str(&target).is_ok());
            let url = url::Url::parse(&target).expect("a URL");
            prop_assert_eq!(url.host_str(), Some("site"));
        }
    }
}
