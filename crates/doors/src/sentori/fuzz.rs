//! Fuzzes the parser of signup's bodies: known bodies, changed at random. As a test it runs for a moment;
//! `VESTIBULE_FUZZ_SECONDS=600 cargo test --release -p doors fuzz` runs it for as long as wanted.

use super::wire;

/// Where changes begin: the manual's example, and what has broken parsers elsewhere.
const CORPUS: &[&str] = &[
    r#"{"ApiKey":"00000000-0000-0000-0000-000000000000","EmailAddress":"example@sentoriapp.com",
        "SignUpFormExternalID":"12ABCDE3","MailingLists":["QWERTY1A","ABCDEFG1"],
        "ContactFields":{"FirstName":"Example","LastName":"Contact"},"Tags":["Example","SentoriApp"],
        "RequireConfirmation":"true"}"#,
    r#"{"apikey":null,"TAGS":[[],{},"\ud83d\ude00"],"contactfields":{"a":{"b":[1.5e-3,-0,true,false,null]}}}"#,
    "\u{feff} {\"Tags\":[\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"],\"Tags\":\"é\u{10ffff}\"}",
    r#"{"x":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]],"RequireConfirmation":18446744073709551616,"MailingLists":1e308}"#,
];
/// What mutations put in.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\0",
    "\u{feff}",
    "null",
    "true",
    "-",
    "1e999",
    "0.0",
    "\"ApiKey\":",
    "\"Tags\":[",
    "\"ContactFields\":{",
    "\"requireconfirmation\":",
    "[[[[[[[[",
    "{\"\":",
];

/// Panics where the parser does something that it must not.
fn check(input: &[u8]) {
    let parsed = wire::parse(input);
    let bare = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    // What a plain parser takes for an object is one, and only what begins like one is.
    let object = serde_json::from_slice::<serde_json::Value>(bare).is_ok_and(|value| value.is_object());
    assert!(!object || parsed.is_some(), "an object was refused");
    let Some(body) = parsed else { return };
    assert!(std::str::from_utf8(bare).is_ok(), "what is no UTF-8 was taken");
    assert_eq!(bare.trim_ascii_start().first(), Some(&b'{'), "something else than an object was taken");
    // Everything that a caller can ask of a body.
    let _ = (body.api_key.text(), body.email_address.text(), body.form.text());
    let _ = (body.mailing_lists.texts(), body.tags.texts(), body.contact_fields.fields());
    let _ = body.require_confirmation.confirmation();
}

#[test]
fn fuzz() {
    let corpus: Vec<&[u8]> = CORPUS.iter().map(|text| text.as_bytes()).collect();
    testkit::fuzz::run(&corpus, TOKENS, |input| {
        check(input);
        wire::parse(input).is_some()
    });
}
