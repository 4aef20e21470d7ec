//! Signatures: the reference's vectors S1 to S22, what must be refused, and headers of any shape.

use std::time::Duration;

use doors::spektrix::auth::{AuthFault, DEFAULT_WINDOW, Login, SignedRequest, Terms, authorization, verify};
use model::{Secret, Timestamp};
use proptest::prelude::*;

const KEY: &str = "c2VjcmV0LWtleS1mb3ItdGVzdHM=";
const DATE: &str = "Wed, 21 Oct 2020 07:28:00 GMT";
const NOW: Timestamp = Timestamp(1_603_265_280_000_000);
const HOST: &str = "system.spektrix.com";
const C: &str = "/apitesting/api/v3/customers/I-AK11-1ATK";
const T: &str = "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT";
const P: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";

#[derive(Clone, Debug)]
struct Call {
    method: &'static str,
    host: &'static str,
    target: String,
    body: String,
    date: &'static str,
    key: String,
    signature: &'static str,
}

impl Call {
    fn check_at(&self, now: Timestamp) -> Result<Login, AuthFault> {
        let authorization = format!("SpektrixAPI3 TestLogin:{}", self.signature);
        let request = SignedRequest {
            method: self.method,
            raw_target: &self.target,
            host: self.host,
            date: Some(self.date.as_bytes()),
            authorization: Some(authorization.as_bytes()),
            body: self.body.as_bytes(),
        };
        let secrets = |login: &str| if login == "TestLogin" { vec![Secret::new(&*self.key)] } else { Vec::new() };
        verify(&request, secrets, &terms(now))
    }

    fn check(&self) -> Result<Login, AuthFault> {
        self.check_at(NOW)
    }
}

fn terms(now: Timestamp) -> Terms<'static> {
    Terms { now, window: DEFAULT_WINDOW, public_base: None }
}

fn call(method: &'static str, target: &str, body: impl Into<String>, signature: &'static str) -> Call {
    let target = if target.starts_with('/') { target.into() } else { format!("/apitesting/api/v3/{target}") };
    Call { method, host: HOST, target, body: body.into(), date: DATE, key: KEY.into(), signature }
}

fn vectors() -> Vec<(&'static str, Call)> {
    use base64::Engine as _;
    let create = r#"{"email":"email@domain.com","firstName":"Users First Name","lastName":"Users Last Name"}"#;
    let spaced = r#"{"email": "email@domain.com", "firstName": "Users First Name", "lastName": "Users Last Name"}"#;
    let escaped = r#"{"email":"zoe@example.com","firstName":"Zo\u00eb","lastName":"M\u00fcller"}"#;
    let literal = r#"{"email":"zoe@example.com","firstName":"Zoë","lastName":"Müller"}"#;
    let birth = r#"{"birthDate":"1980-01-31","Attribute_Dietary Requirements":"Vegan"}"#;
    let two_tags = format!(r#"[{{"id":"{T}"}},{{"id":"9201AHVHRSJHSLBLCDVNMMJTBCSRGGTMK"}}]"#);
    let tags = format!("{C}/tags");
    let agreed = format!("{C}/agreed-statements");
    let odd = format!("customers/tags/{T}?id=I-AK11-1ATK");
    let one = format!(r#"{{"id":"{T}"}}"#);
    let long_key = base64::engine::general_purpose::STANDARD.encode((0..100).collect::<Vec<u8>>());
    let keepers = "S2VlcCB5b3VyIGtuaWNrZXJzIG9uISBUaGlzIGlzIGEgdGVzdCBBUEkga2V5LCBkb24ndCB3b3JyeSE=";
    let s1 = call("GET", C, "", "vWUllieKRYfhfC7FwWvxnD63unw=");
    let with = |f: &dyn Fn(&mut Call)| {
        let mut call = s1.clone();
        f(&mut call);
        call
    };
    vec![
        ("S1", s1.clone()),
        ("S2", call("GET", "customers?email=email@domain.com", "", "8VmCIurmPF5lEC9F7OvkCcbnaAo=")),
        ("S3", call("GET", "customers?email=email%40domain.com", "", "RtttBRuuFJ3kMaQ3vmdQscDmbGk=")),
        ("S4", call("GET", &format!("{C}?$expand=AllStatements"), "", "/HeBhpxwAR6CmzDvMJkcbt6m5Po=")),
        ("S5", call("POST", "customers", create, "B2AriLRrxl1CA5XIsUD3FXXBwGU=")),
        ("S6", call("POST", "customers", spaced, "4VTmc7gdSBQ/DlqfLssem488lVo=")),
        ("S7", call("POST", "customers", literal, "Nul9WJsNMpmltTqP4ezMNtUez8A=")),
        ("S8", call("POST", "customers", escaped, "O0SD9RI606b1bEZ1mmu3fvVS4XA=")),
        ("S9", call("POST", &tags, &*one, "mrJNpLz8bTXarwZh/sZQpa1yBXc=")),
        ("S10", call("POST", &tags, format!("[{one}]"), "zq+Vz0jqlQZxr+olpEbOsQRlvYs=")),
        ("S11", call("POST", &agreed, format!(r#"[{{"id": "{P}"}}]"#), "lbsUO2xDec0OBprlb5BDqm1QdPs=")),
        ("S12", call("DELETE", &odd, "", "W9RnJUUDS8Go8zW02FogZOxSzl4=")),
        ("S13", call("DELETE", &odd, "{}", "/rGl/5bR1xb5dFFTRpl1SC5wpEk=")),
        ("S14", call("DELETE", &format!("{agreed}/{P}"), r#"{"lol": "lel"}"#, "wQenxGqviIE6K5PIq+oqzPTdJu4=")),
        ("S15", call("DELETE", &odd, "", "LIxe+RnrBcg6zBGf0tKMgvAB96M=")),
        ("S16", call("PATCH", C, birth, "TjJR0eSfHwagydp8W30KfyZTk1s=")),
        ("S17", call("PUT", &tags, two_tags, "K4x7e8GcKrTqNgPR/UVNmMtBvnk=")),
        (
            "S18",
            with(&|c| {
                c.host = "tickets.example.org";
                c.target = "/exampletheatre/api/v3/customers/I-AK11-1ATK".into();
                c.signature = "4KoEwV51R1rwZbeXfsD810Px4j8=";
            }),
        ),
        (
            "S19",
            with(&|c| {
                c.host = "127.0.0.1:8080";
                c.signature = "Vt0r1tLKAye9RDo7P6Qq1UYwdWM=";
            }),
        ),
        (
            "S20",
            with(&|c| {
                c.date = "Mon, 21 Oct 2020 07:28:00 GMT";
                c.signature = "Mcz3HIpdcNwecCkJmOV/w+9HMq4=";
            }),
        ),
        (
            "S21",
            with(&|c| {
                c.key = keepers.into();
                c.signature = "q1UV1VXWUUFHJuwfTkgiTRDM8Yk=";
            }),
        ),
        (
            "S22",
            with(&|c| {
                c.key.clone_from(&long_key);
                c.signature = "yF8YnivNJkOT+3cQbVNKOtqOl9k=";
            }),
        ),
    ]
}

fn vector(name: &str) -> Call {
    vectors().into_iter().find(|(n, _)| *n == name).map(|(_, c)| c).expect("a vector of that name")
}

#[test]
fn every_vector_is_accepted() {
    for (name, call) in vectors() {
        assert_eq!(call.check(), Ok(Login("TestLogin".into())), "{name}");
        let within = NOW.plus(DEFAULT_WINDOW);
        assert_eq!(call.check_at(within), Ok(Login("TestLogin".into())), "{name} 15 minutes late");
    }
}

#[test]
fn every_vector_is_refused_outside_the_window() {
    for (name, call) in vectors() {
        for now in [NOW.plus(Duration::from_secs(16 * 60)), NOW.minus(Duration::from_secs(16 * 60))] {
            assert_eq!(call.check_at(now), Err(AuthFault::DateOutsideWindow), "{name}");
        }
    }
}

#[test]
fn what_the_reference_says_must_be_refused_is() {
    let signed = |name: &str, signature| Call { signature, ..vector(name) };
    let s1 = vector("S1");
    for (why, call) in [
        ("hex MD5", signed("S5", "eO9pVvTwixLiDMJH8rG2amJ0Ruo=")),
        ("key undecoded", signed("S1", "G8Ppv5JjHnSV6AaF1B0SVA3S6bA=")),
        ("path only", signed("S1", "/7MGf2sF875fNXHADAQJQCf14wc=")),
        ("lower-cased URL", signed("S1", "3uzceX2qvFO2u6ZZz1odzoEaq/Q=")),
        ("other encoding of the query", signed("S3", "8VmCIurmPF5lEC9F7OvkCcbnaAo=")),
        ("HEAD for GET", Call { method: "HEAD", ..s1.clone() }),
        ("a second later", Call { date: "Wed, 21 Oct 2020 07:28:01 GMT", ..s1.clone() }),
        ("another host", Call { host: "tickets.example.org", ..s1.clone() }),
        ("another path", Call { target: format!("{C}/"), ..s1.clone() }),
        ("another body", Call { body: "{}".into(), ..vector("S5") }),
        ("no body where one was signed", Call { body: String::new(), ..vector("S13") }),
        ("lenient form with a body", Call { body: "{}".into(), ..vector("S15") }),
        ("cut short", signed("S1", "vWUllieKRYfhfC7FwWvxnD63unw")),
        ("not base64", signed("S1", "!")),
        ("empty", signed("S1", "")),
        ("21 bytes", signed("S1", "vWUllieKRYfhfC7FwWvxnD63unwA")),
    ] {
        assert_eq!(call.check(), Err(AuthFault::SignatureDoesNotMatch), "{why}");
    }
}

fn check(date: Option<&[u8]>, authorization: Option<&[u8]>, secrets: &[&str]) -> Result<Login, AuthFault> {
    let request = SignedRequest { method: "GET", raw_target: C, host: HOST, date, authorization, body: b"" };
    verify(&request, |_| secrets.iter().map(|s| Secret::new(*s)).collect(), &terms(NOW))
}

#[test]
fn headers_that_are_missing_or_garbled_are_named() {
    let date = Some(DATE.as_bytes());
    let good: &[u8] = b"SpektrixAPI3 TestLogin:vWUllieKRYfhfC7FwWvxnD63unw=";
    assert_eq!(check(None, Some(good), &[KEY]), Err(AuthFault::MissingDate));
    for garbled in [&b""[..], b"yesterday", b"\xff\xfe", b"Wed, 21 Oct 2020 07:28:00 GMT\r\n", b"0\0"] {
        assert_eq!(check(Some(garbled), Some(good), &[KEY]), Err(AuthFault::DateOutsideWindow));
    }
    for garbled in [
        &b""[..],
        b"SpektrixAPI3",
        b"SpektrixAPI3 ",
        b"SpektrixAPI3 TestLogin",
        b"SpektrixAPI3 :vWUllieKRYfhfC7FwWvxnD63unw=",
        b"Basic dGVzdDp0ZXN0",
        b"Bearer x:y",
        b"SpektrixAPI3\tTestLogin:vWUllieKRYfhfC7FwWvxnD63unw=",
        b"SpektrixAPI3 Test\r\nLogin:vWUllieKRYfhfC7FwWvxnD63unw=",
        b"SpektrixAPI3 Test\0Login:vWUllieKRYfhfC7FwWvxnD63unw=",
        b"SpektrixAPI3 \xffLogin:vWUllieKRYfhfC7FwWvxnD63unw=",
        &[b'a'; 5000],
    ] {
        assert_eq!(
            check(date, Some(garbled), &[KEY]),
            Err(AuthFault::Malformed),
            "{}",
            String::from_utf8_lossy(garbled)
        );
    }
    assert_eq!(check(date, None, &[KEY]), Err(AuthFault::Malformed));
    assert_eq!(AuthFault::Malformed.detail(), "Malformed Authorization header");
}

#[test]
fn the_scheme_is_read_in_any_case_and_the_login_up_to_the_last_colon() {
    let date = Some(DATE.as_bytes());
    for (login, header) in [
        ("TestLogin", "spektrixapi3 TestLogin:vWUllieKRYfhfC7FwWvxnD63unw="),
        ("greg\\brightflair", "SPEKTRIXAPI3 greg\\brightflair:vWUllieKRYfhfC7FwWvxnD63unw="),
        ("a:b", "SpektrixAPI3 a:b:vWUllieKRYfhfC7FwWvxnD63unw="),
        ("zoë", "SpektrixAPI3  zoë:vWUllieKRYfhfC7FwWvxnD63unw="),
    ] {
        assert_eq!(check(date, Some(header.as_bytes()), &[KEY]), Ok(Login(login.into())), "{header}");
    }
}

#[test]
fn any_live_secret_will_do_and_no_login_is_told_apart() {
    let date = Some(DATE.as_bytes());
    let good = Some(&b"SpektrixAPI3 TestLogin:vWUllieKRYfhfC7FwWvxnD63unw="[..]);
    assert!(check(date, good, &["b3RoZXI=", KEY]).is_ok());
    assert!(check(date, good, &[KEY, "b3RoZXI=", "dGhpcmQ="]).is_ok());
    assert!(check(date, good, &[KEY.trim_end_matches('=')]).is_ok());
    for secrets in [&[][..], &["b3RoZXI="], &["not base64!"], &[""]] {
        assert_eq!(check(date, good, secrets), Err(AuthFault::SignatureDoesNotMatch));
    }
    // No key at all must not be a key of zeros.
    let zeros =
        authorization("TestLogin", &Secret::new("A".repeat(86)), "GET", &format!("https://{HOST}{C}"), DATE, b"");
    assert_eq!(check(date, Some(zeros.as_bytes()), &[]), Err(AuthFault::SignatureDoesNotMatch));
}

#[test]
fn a_deployment_behind_a_proxy_is_reached_under_its_public_name() {
    let s1 = vector("S1");
    let authorization = format!("SpektrixAPI3 TestLogin:{}", s1.signature);
    let request = SignedRequest {
        method: "GET",
        raw_target: C,
        host: "backend:8080",
        date: Some(DATE.as_bytes()),
        authorization: Some(authorization.as_bytes()),
        body: b"",
    };
    let public = Terms { public_base: Some("https://system.spektrix.com/"), ..terms(NOW) };
    assert!(verify(&request, |_| vec![Secret::new(KEY)], &public).is_ok());
    assert!(verify(&request, |_| vec![Secret::new(KEY)], &terms(NOW)).is_err());
}

proptest! {
    #[test]
    fn no_header_panics(date in any::<Option<Vec<u8>>>(), authorization in any::<Option<Vec<u8>>>()) {
        prop_assert!(check(date.as_deref(), authorization.as_deref(), &[KEY]).is_err());
    }

    #[test]
    fn nothing_but_the_signature_lets_in(
        scheme in "(?i)spektrixapi3|.*", login in ".*", signature in "[A-Za-z0-9+/]{27}=|.*"
    ) {
        let header = format!("{scheme} {login}:{signature}");
        prop_assert!(check(Some(DATE.as_bytes()), Some(header.as_bytes()), &[KEY]).is_err());
    }

    #[test]
    fn what_is_signed_is_accepted_and_any_change_is_not(
        method in "GET|POST|PUT|PATCH|DELETE", target in "/[ -~]{0,60}", body in any::<Vec<u8>>(), key in "[A-Za-z0-9+/]{4,88}",
        login in "[A-Za-z\\\\][A-Za-z0-9:\\\\]{0,20}",
    ) {
        prop_assume!(key.len() % 4 != 1);
        let secret = Secret::new(key);
        let header = authorization(&login, &secret, &method, &format!("http://{HOST}{target}"), DATE, &body);
        let mut request = SignedRequest {
            method: &method, raw_target: &target, host: HOST, date: Some(DATE.as_bytes()),
            authorization: Some(header.as_bytes()), body: &body,
        };
        let secrets = |_: &str| vec![secret.clone()];
        prop_assert_eq!(verify(&request, secrets, &terms(NOW)), Ok(Login(login.clone())));
        let longer = format!("{target}x");
        request.raw_target = &longer;
        prop_assert!(verify(&request, secrets, &terms(NOW)).is_err());
    }
}
