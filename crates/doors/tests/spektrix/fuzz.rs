//! Fuzzes what strangers send: bodies of every call, the Authorization and Date headers, queries, the integrated form and
//! its return address. `testkit::fuzz` says how to run it for longer.

use doors::spektrix::auth::{DEFAULT_WINDOW, SignedRequest, Terms, authorization, verify};
use doors::spektrix::customer::{CustomerChange, NewCustomer};
use doors::spektrix::logins::{MagicLinkWish, parse_login, parse_password_change, parse_token};
use doors::spektrix::query::Query;
use doors::spektrix::signup_aspx::{FormError, FormPost};
use doors::spektrix::wire::{Ids, InputFault};
use doors::spektrix::{Mode, addresses::GivenAddresses};
use model::{EmailAddress, Given, Origin, Secret, Timestamp};

use crate::fixture::{HIDDEN, account, setting};

const KEY: &str = "c2VjcmV0LWtleS1mb3ItdGVzdHM=";
const DATE: &str = "Wed, 21 Oct 2020 07:28:00 GMT";
const NOW: Timestamp = Timestamp(1_603_265_280_000_000);
const TARGET: &str = "/apitesting/api/v3/customers/I-AK11-1ATK";

const BODIES: &[&str] = &[
    r#"{"email":"email@domain.com","firstName":"Users First Name","lastName":"Users Last Name"}"#,
    r#"[{"Email":"zoe@example.com","FirstName":"Zo\u00eb","LASTNAME":"M\u00fcller","birthDate":"1980-01-31T00:00:00Z"}]"#,
    r#"{"email":"a@b.co","firstName":"A","lastName":"B","AgreedStatements":["201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"],
        "Tags":[{"id":"11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT"}],"Attribute_Dietary Requirements":"Vegan","password":"12345678",
        "Attribute_Last Donation":12.5,"attribute_Visits":"7","Attribute_Interests":["Dance","Music"],"giftAidConfirmed":"on"}"#,
    r#"{"emailAddress":"a@b.co","linkUrl":"https://www.example.org/in?t={token}"}"#,
    r#"{"oldPassword":"12345678","newPassword":"123456789","token":"x"}"#,
    r#"[{"line1":"1 Road","town":"Leeds","country":{"isoCode":"GB"},"postcode":"LS1","isBilling":true}]"#,
];
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\u0000",
    "\\ud800",
    "\0",
    "\r\n",
    "\u{feff}",
    "null",
    "true",
    "1e999",
    "-0",
    "é",
    "\u{202e}",
    "\"Email\":",
    "\"tags\":[",
    "\"id\":",
    "\"Attribute_",
    "\"birthDate\":\"",
    "SpektrixAPI3 ",
    "Login:",
    "=",
    "&",
    "%00",
    "%ff",
    "+",
    "Error=",
    "https://",
    "//",
    "@",
    "#",
    "?",
    ";",
];

/// Whether any of the calls takes the body, and that nothing is handed on which must not be.
fn body(input: &[u8]) -> bool {
    let account = account();
    let mut taken = false;
    for mode in [Mode::Web, Mode::Owner] {
        match NewCustomer::parse(input, setting(&account, mode), Origin::default()) {
            Ok(new) => {
                taken = true;
                assert!(EmailAddress::parse(&new.sign_up.email).is_ok());
                assert!(mode == Mode::Owner || !new.sign_up.tags.iter().any(|t| t == HIDDEN), "a hidden tag");
                for (name, given) in &new.sign_up.values {
                    let (id, field) = account.field_by_name(name).expect("a field");
                    assert!(field.parse(given, id.0 < 100).is_ok(), "{name} {given:?}");
                    let text = if let Given::Text(text) = given { text } else { "" };
                    assert!(!matches!(&**name, "FirstName" | "LastName") || !text.trim().is_empty(), "a blank name");
                }
            }
            Err(InputFault::Invalid(faults)) => assert!(!faults.is_empty() && faults.iter().all(|f| !f.key.is_empty())),
            Err(InputFault::Body(_)) => {}
        }
        if let Ok(change) = CustomerChange::parse(input, setting(&account, mode)) {
            taken = true;
            assert!(mode == Mode::Owner || change.password.is_none(), "a browser sets no password here");
        }
    }
    let origins = ["https://www.example.org".to_owned()];
    if let Ok(wish) = MagicLinkWish::parse(input, &origins) {
        // A scheme and a host are the same in any case.
        let link = wish.link("x").to_ascii_lowercase();
        assert!(link.trim_start().starts_with("https://www.example.org"), "{}", wish.link_url);
        taken = true;
    }
    let _ = (parse_login(input), parse_password_change(input), parse_token(input), Ids::parse(input));
    taken | GivenAddresses::parse(input).is_ok()
}

#[test]
fn fuzz_bodies() {
    let corpus: Vec<&[u8]> = BODIES.iter().map(|text| text.as_bytes()).collect();
    testkit::fuzz::run(&corpus, TOKENS, body);
}

/// The input is the Authorization header, with the Date behind a line end. Only what was signed lets in.
#[test]
fn fuzz_headers() {
    let secret = Secret::new(KEY);
    let uri = format!("https://system.spektrix.com{TARGET}");
    let good = format!("{}\n{DATE}", authorization("TestLogin", &secret, "GET", &uri, DATE, b""));
    let known: Vec<u8> = good.bytes().rev().skip_while(|b| *b != b'\n').skip(1).take(28).collect();
    let check = |input: &[u8]| {
        let mut parts = input.splitn(2, |b| *b == b'\n');
        let (header, date) = (parts.next(), parts.next());
        let request = SignedRequest {
            method: "GET",
            raw_target: TARGET,
            host: "system.spektrix.com",
            date,
            authorization: header,
            body: b"",
        };
        let terms = Terms { now: NOW, window: DEFAULT_WINDOW, public_base: None };
        let verified = verify(&request, |_| vec![secret.clone()], &terms).is_ok();
        if verified {
            // The login may be any here, the signature may not.
            let trimmed = header.unwrap_or_default().trim_ascii_end();
            let end: Vec<u8> = trimmed.iter().rev().take(28).copied().collect();
            assert!(end == known && date.is_some_and(|d| d.trim_ascii() == DATE.as_bytes()), "let in");
        }
        verified
    };
    check(good.as_bytes());
    let other: &[u8] = b"SpektrixAPI3 greg\\brightflair:frJIUN8DYpKDtOLCwo//yllqDzg=\nMon, 1 Oct 2020 07:28:00 GMT";
    testkit::fuzz::run(&[good.as_bytes(), other], TOKENS, check);
}

#[test]
fn fuzz_queries_and_forms() {
    let corpus: &[&[u8]] = &[
        b"email=a+b@c.co&$expand=tags,AllStatements&%24expand=addresses&id=I-AK11-1ATK",
        b"FirstName=A&LastName=B&Email=new@x.co&ReturnUrl=https://site/ok?a=1",
        b"lastname=B&email=%00&returnurl=https%3A%2F%2Fsite%3A8080%2F%23x",
    ];
    let hosts = ["site".to_owned()];
    let account = account();
    testkit::fuzz::run(corpus, TOKENS, |input| {
        if let Ok(text) = std::str::from_utf8(input) {
            let query = Query::parse(text);
            let _ = (query.emails("email"), query.expand(), query.get("id").is_some());
        }
        let post = FormPost::parse(input, &[]);
        for error in [None, Some(FormError::EmailExists)] {
            let Some(place) = post.redirect(error, &hosts) else { continue };
            assert!(place.bytes().all(|b| b.is_ascii_graphic()), "{place:?}");
            let url = url::Url::parse(&place).expect("an address");
            assert!(url.host_str() == Some("site") && matches!(url.scheme(), "http" | "https"), "{place}");
        }
        if post.fault().is_none() {
            let _ = post.sign_up(&account, Origin::default());
        }
        post.fault().is_none()
    });
}
