//! `POST customer` and `POST customers`: what is read, and every fault at once.

use doors::spektrix::Mode;
use doors::spektrix::customer::NewCustomer;
use doors::spektrix::wire::{BodyFault, InputFault, Invalid};
use model::{Caller, Door, Given, Origin, Shown};
use proptest::prelude::*;

use crate::fixture::{EMAIL_ME, HIDDEN, POST, SILVER, STAFF_ONLY, account, setting};

const NAMES: &str = r#""email":"a@b.co","firstName":"A","lastName":"B""#;

fn with_names(rest: &str) -> String {
    format!("{{{NAMES},{rest}}}")
}

/// The keys of the faults, in order.
fn fault_keys(mode: Mode, body: &str) -> Vec<String> {
    match NewCustomer::parse(body.as_bytes(), setting(&account(), mode), Origin::default()) {
        Ok(_) => Vec::new(),
        Err(InputFault::Invalid(faults)) => faults.into_iter().map(|f| f.key).collect(),
        Err(InputFault::Body(fault)) => vec![format!("{fault:?}")],
    }
}

/// The values read, as `SystemName=value`.
fn values(mode: Mode, body: &str) -> Vec<String> {
    let account = account();
    let new = NewCustomer::parse(body.as_bytes(), setting(&account, mode), Origin::default()).expect(body);
    let text = |value: &Given<'_>| match value {
        Given::Nothing => "nothing".to_owned(),
        Given::Text(text) => text.to_string(),
        Given::Number(digits) => digits.clone(),
        Given::Bool(yes) => yes.to_string(),
        Given::Many(texts) => texts.join("+"),
        Given::Nested => "nested".to_owned(),
    };
    new.sign_up.values.iter().map(|(name, value)| format!("{name}={}", text(value))).collect()
}

#[test]
fn a_customer_becomes_a_sign_up() {
    let account = account();
    let body = format!(
        r#"{{"email":" Joe@Domain.com ","firstName":" Joe ","lastName":"Bloggs","title":"Mx","mobile":"07700 900123",
            "phone":"","birthDate":"1980-01-31","giftAidConfirmed":true,"password":"  8 chars","tags":["{SILVER}"],
            "agreedStatements":["{EMAIL_ME}"],"Attribute_Dietary Requirements":"Vegan","lol":"lel"}}"#
    );
    let new = NewCustomer::parse(body.as_bytes(), setting(&account, Mode::Web), Origin::default()).expect("good");
    let sign_up = &new.sign_up;
    assert_eq!((sign_up.door, sign_up.caller, sign_up.confirm), (Door::SpektrixWeb, Caller::Public, Some(false)));
    assert_eq!(sign_up.email, " Joe@Domain.com ");
    assert_eq!(sign_up.tags, [SILVER]);
    let answers: Vec<_> = sign_up.statements.iter().map(|a| (a.statement.as_ref(), a.yes, a.shown)).collect();
    assert_eq!(answers, [(EMAIL_ME, true, Shown::Declared)]);
    assert_eq!(new.password.expect("a password").reveal(), "  8 chars");
    assert_eq!(new.sent.unknown, ["lol"]);
    assert_eq!(
        values(Mode::Web, &body),
        [
            "FirstName=Joe",
            "LastName=Bloggs",
            "Title=Mx",
            "MobilePhoneNumber=07700 900123",
            "BirthDate=1980-01-31",
            "GiftAidConfirmed=true",
            "Diet=Vegan"
        ]
    );
}

#[test]
fn an_account_may_ask_web_sign_ups_to_confirm() {
    let mut account = account();
    account.settings.confirm_web_sign_ups = true;
    let body = with_names("\"x\":1");
    for (mode, confirm) in [(Mode::Web, true), (Mode::Owner, false)] {
        let new = NewCustomer::parse(body.as_bytes(), setting(&account, mode), Origin::default()).expect("good");
        assert_eq!(new.sign_up.confirm, Some(confirm));
    }
}

#[test]
fn what_is_accepted() {
    for body in [
        // H1, H3
        r#"{"email":"email@domain.com","firstName":"Users First Name","lastName":"Users Last Name"}"#.to_owned(),
        format!(r#"{{"Email":"a@b.co","FirstName":"A","LastName":"B","tags":["{SILVER}"],"submit":"x"}}"#),
        format!("\u{feff}{{{NAMES}}}"),
        format!("\r\n {{ \r\n{NAMES}\r\n}} \r\n"),
        with_names(r#""birthDate":"""#),
        with_names(r#""birthDate":null,"mobile":null,"title":"","password":"","giftAidConfirmed":null"#),
        with_names(r#""birthDate":"2024-01-31T22:45:56.2997626+00:00""#),
        with_names(r#""birthDate":"1900-01-01""#),
        with_names(r#""tags":null,"agreedStatements":[]"#),
        with_names(&format!(r#""tags":"{SILVER}","agreedStatements":{{"id":"{EMAIL_ME}"}}"#)),
        with_names(&format!(r#""Tags":[{{"ID":"{}"}}," {SILVER} ",""]"#, SILVER.to_lowercase())),
        with_names(&format!(r#""firstName":"{}""#, "é".repeat(30))),
        with_names(&format!(r#""lastName":"{}""#, "é".repeat(80))),
        with_names(r#""password":"12345678""#),
        with_names(r#""giftAidConfirmed":"on""#),
        with_names(r#""deep":[[[{"a":[1,2,{"b":null}]}]]]"#),
    ] {
        assert_eq!(fault_keys(Mode::Web, &body), [""; 0], "{body}");
        assert_eq!(fault_keys(Mode::Owner, &body), [""; 0], "{body}");
    }
}

#[test]
fn every_fault_is_named_names_and_address_first() {
    let long = |n: usize| "x".repeat(n);
    for (body, keys) in [
        // H4, H5, H6, H9, H11
        ("{}".to_owned(), &["FirstName", "LastName", "Email"][..]),
        (r#"{"email":"not-an-email","firstName":"A","lastName":"B"}"#.into(), &["Email"]),
        (with_names(&format!(r#""firstName":"{}""#, long(31))), &["FirstName"]),
        (with_names(r#""birthDate":"31/01/1980""#), &["BirthDate"]),
        (with_names(r#""Attribute_Shoe Size":"9""#), &["Attribute_Shoe Size"]),
        (with_names(&format!(r#""lastName":"{}""#, long(81))), &["LastName"]),
        (with_names(&format!(r#""email":"{}@b.co""#, long(300))), &["Email"]),
        (
            with_names(&format!(r#""mobile":"{}","phone":"{}","title":"{}""#, long(51), long(51), long(21))),
            &["Mobile", "Phone", "Title"],
        ),
        (r#"{"firstName":" ","lastName":null,"email":"\t"}"#.into(), &["FirstName", "LastName", "Email"]),
        (
            r#"{"zzz":1,"birthDate":5,"email":true,"lastName":[],"firstName":{}}"#.into(),
            &["FirstName", "LastName", "Email", "BirthDate"],
        ),
        (
            with_names(r#""mobile":7,"phone":["1"],"title":{},"password":1,"giftAidConfirmed":"perhaps""#),
            &["Mobile", "Phone", "Title", "Password", "GiftAidConfirmed"],
        ),
        (with_names(r#""password":"1234567""#), &["Password"]),
        (with_names(&format!(r#""password":"{}""#, long(101))), &["Password"]),
        (with_names(r#""tags":5,"agreedStatements":[{"x":1}]"#), &["Tags", "AgreedStatements"]),
        (with_names(r#""tags":["nope"],"agreedStatements":["nope"]"#), &["Tags", "AgreedStatements"]),
        (with_names(r#""firstName":"a\u0000b","title":"x\r\ny""#), &["FirstName", "Title"]),
        (with_names(r#""birthDate":"2026-06-16""#), &["BirthDate"]),
        (with_names(r#""birthDate":"1899-12-31""#), &["BirthDate"]),
        (with_names(r#""birthDate":"2023-02-29""#), &["BirthDate"]),
    ] {
        assert_eq!(fault_keys(Mode::Web, &body), keys, "{body}");
    }
}

#[test]
fn what_is_hidden_from_the_web_is_for_signed_callers() {
    // H12, H13
    for (rest, key) in [
        (format!(r#""tags":["{HIDDEN}"]"#), "Tags"),
        (format!(r#""agreedStatements":["{STAFF_ONLY}"]"#), "AgreedStatements"),
        (r#""Attribute_Segment":"x""#.to_owned(), "Attribute_Segment"),
    ] {
        assert_eq!(fault_keys(Mode::Web, &with_names(&rest)), [key]);
        assert_eq!(fault_keys(Mode::Owner, &with_names(&rest)), [""; 0]);
    }
}

#[test]
fn sentences_say_what_is_wrong() {
    let account = account();
    let body = r#"{"firstName":"","lastName":"B","email":"x","birthDate":"soon\n","mobile":"012345678901234567890123456789012345678901234567890"}"#;
    let faults = NewCustomer::parse(body.as_bytes(), setting(&account, Mode::Web), Origin::default());
    let expected = [
        ("FirstName", "The FirstName field is required."),
        ("Email", "The Email field is not a valid e-mail address."),
        ("BirthDate", "The value 'soon' is not valid for BirthDate."),
        ("Mobile", "The field Mobile must be a string with a maximum length of 50."),
    ];
    let expected = expected.map(|(key, text)| Invalid { key: key.into(), text: text.into() });
    assert_eq!(faults.expect_err("faults"), InputFault::Invalid(expected.into()));
    let secret = with_names(r#""password":"hunter2""#);
    let fault = NewCustomer::parse(secret.as_bytes(), setting(&account, Mode::Web), Origin::default());
    assert!(!format!("{:?}", fault.expect_err("too short")).contains("hunter2"));
}

#[test]
fn attributes_are_found_by_either_name() {
    for (rest, kept) in [
        // H10
        (r#""Attribute_Dietary Requirements":"Vegan""#, "Diet=Vegan"),
        (r#""attribute_dietary requirements ":"Vegan""#, "Diet=Vegan"),
        (r#""ATTRIBUTE_DietaryRequirements":"Vegan""#, "Diet=Vegan"),
        (r#""Attribute_Last Donation":12.50"#, "Donation=12.50"),
        (r#""Attribute_Last Donation":"12.5""#, "Donation=12.5"),
        (r#""Attribute_First Visit":"2020-02-29T10:00:00""#, "FirstVisit=2020-02-29"),
        (r#""Attribute_Favourite-Genre":"drama""#, "Genre=drama"),
        (r#""attribute_FavouriteGenre":"Comedy""#, "Genre=Comedy"),
        (r#""Attribute_Interests":["music","Dance"]"#, "Interests=music+Dance"),
        (r#""Attribute_Interests":"Music, Dance""#, "Interests=Music, Dance"),
        (r#""Attribute_Is Member":true"#, "Member=true"),
        (r#""Attribute_Visits":42"#, "Visits=42"),
        (r#""Attribute_Wheelchair User":false"#, "Wheelchair=false"),
    ] {
        assert_eq!(values(Mode::Web, &with_names(rest))[2..], [kept], "{rest}");
    }
    for rest in [r#""Attribute_Visits":null"#, r#""Attribute_First Visit":" ""#] {
        assert!(
            values(Mode::Web, &with_names(rest))
                .iter()
                .all(|v| v.starts_with("FirstName") || v.starts_with("LastName"))
        );
    }
}

#[test]
fn attribute_values_must_fit() {
    let long = format!("Attribute_Dietary Requirements\":\"{}", "x".repeat(1001));
    for (key, value) in [
        ("Attribute_Dietary Requirements", "{}"),
        ("Attribute_Dietary Requirements", r#""a\u0000b""#),
        ("Attribute_Last Donation", "12.505"),
        ("Attribute_Last Donation", "true"),
        ("Attribute_First Visit", r#""29/02/2020""#),
        ("Attribute_First Visit", "20200229"),
        ("attribute_favouritegenre", r#""Opera""#),
        ("Attribute_Interests", r#"["Music","Opera"]"#),
        ("Attribute_Interests", r#"["Music",1]"#),
        ("Attribute_Is Member", r#""maybe""#),
        ("Attribute_Visits", "1.5"),
        ("Attribute_Wheelchair User", r#""perhaps""#),
        ("Attribute_", "1"),
        ("Attribute_FirstName", r#""x""#),
    ] {
        assert_eq!(fault_keys(Mode::Owner, &with_names(&format!("\"{key}\":{value}"))), [key], "{key} {value}");
    }
    assert_eq!(fault_keys(Mode::Owner, &with_names(&format!("\"{long}\""))), ["Attribute_Dietary Requirements"]);
}

#[test]
fn of_doubles_the_last_wins() {
    let body = r#"{"email":"bad","Email":"a@b.co","firstname":5,"FIRSTNAME":"A","lastName":"B","LastName":"C",
        "Attribute_Dietary Requirements":{},"attribute_DietaryRequirements":"Vegan"}"#;
    assert_eq!(values(Mode::Web, body), ["FirstName=A", "LastName=C", "Diet=Vegan"]);
    let account = account();
    let twice = with_names(&format!(r#""tags":["{SILVER}","{SILVER}",{{"id":"{}"}}]"#, SILVER.to_lowercase()));
    let new = NewCustomer::parse(twice.as_bytes(), setting(&account, Mode::Web), Origin::default()).expect("good");
    assert_eq!(new.sign_up.tags, [SILVER]);
    let both = with_names(&format!(r#""AgreedStatements":["{POST}","{EMAIL_ME}"]"#));
    let new = NewCustomer::parse(both.as_bytes(), setting(&account, Mode::Web), Origin::default()).expect("good");
    assert_eq!(new.sign_up.statements.len(), 2);
}

#[test]
fn an_array_around_one_customer_is_taken_apart_for_signed_callers_only() {
    let one = format!("[{{{NAMES}}}]");
    assert_eq!(fault_keys(Mode::Owner, &one), [""; 0]);
    assert_eq!(fault_keys(Mode::Web, &one), ["WrongShape"]);
    for body in ["[]", "[1]", "[{},{}]", "[[{}]]", "\"x\"", "5", "null", "true"] {
        assert_eq!(fault_keys(Mode::Owner, body), ["WrongShape"], "{body}");
    }
}

#[test]
fn what_is_no_json_is_said_to_be_none() {
    let account = account();
    let deep = format!("{{\"tags\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in [
        &b""[..],
        b"{",
        b"{\"a\":}",
        b"email=a@b.co&firstName=A",
        b"{\"firstName\":\"\xff\"}",
        b"{\"firstName\":\"\\ud800\"}",
        b"{\"firstName\":\"a\0b\"}",
        b"{} {}",
        b"\xff\xfe{}",
        b"{'a':1}",
        b"[{}",
        deep.as_bytes(),
    ] {
        let fault = NewCustomer::parse(body, setting(&account, Mode::Owner), Origin::default()).expect_err("no JSON");
        assert_eq!(fault, InputFault::Body(BodyFault::NotJson), "{}", String::from_utf8_lossy(body));
    }
}

proptest! {
    #[test]
    fn no_body_panics(body in any::<Vec<u8>>()) {
        let _ = NewCustomer::parse(&body, setting(&account(), Mode::Owner), Origin::default());
    }

    #[test]
    fn no_json_panics(
        key in "(?i)email|firstname|birthdate|tags|agreedstatements|password|attribute_(visits|interests|é.*|.*)|.*",
        value in "null|true|-?[0-9]{1,30}(\\.[0-9]{1,5}(e[0-9]{1,3})?)?|\"[^\"\\\\\\x00-\\x1f]*\"|\\[(\\{\"id\":\"x\"\\})?\\]|.*",
    ) {
        let key = serde_json::to_string(&key).expect("JSON");
        let body = format!("{{{NAMES},{key}:{value}}}");
        let account = account();
        if let Err(InputFault::Invalid(faults)) =
            NewCustomer::parse(body.as_bytes(), setting(&account, Mode::Web), Origin::default())
        {
            prop_assert!(!faults.is_empty());
        }
    }

    /// What passes here must not fail in the intake for its form: values fit their fields.
    #[test]
    fn every_value_that_is_handed_on_fits_its_field(value in "[0-9]{0,4}-[01][0-9]-[0-3][0-9]|.*") {
        let account = account();
        let value = serde_json::to_string(&value).expect("JSON");
        for key in ["birthDate", "title", "Attribute_First Visit", "Attribute_Interests", "giftAidConfirmed"] {
            let body = with_names(&format!("\"{key}\":{value}"));
            if let Ok(new) = NewCustomer::parse(body.as_bytes(), setting(&account, Mode::Web), Origin::default()) {
                for (name, given) in &new.sign_up.values {
                    let (id, field) = account.field_by_name(name).expect("a field");
                    prop_assert!(field.parse(given, id.0 < 100).is_ok(), "{} {}", name, body);
                }
            }
        }
    }
}
