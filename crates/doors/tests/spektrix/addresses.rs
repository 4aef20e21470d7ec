//! Postal addresses as sent and as shown.

use doors::spektrix::addresses::{Address, GivenAddresses, Parts, assign_flags};
use doors::spektrix::wire::{Ids, InputFault};
use proptest::prelude::*;

fn fault_keys(body: &str) -> Vec<String> {
    match GivenAddresses::parse(body.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(InputFault::Invalid(faults)) => faults.into_iter().map(|f| f.key).collect(),
        Err(InputFault::Body(fault)) => vec![format!("{fault:?}")],
    }
}

const LEEDS: &str = r#"{"Line1":"1 High St","line2":null,"TOWN":"Leeds","postcode":"LS1 1AA","country":"gb","isBilling":false,"name":" Home "}"#;

#[test]
fn one_address_or_several_are_read() {
    let one = GivenAddresses::parse(LEEDS.as_bytes()).expect("good");
    assert!(one.single);
    let parts = &one.addresses[0];
    assert_eq!((parts.country.as_str(), parts.name.as_deref()), ("GB", Some("Home")));
    let many = GivenAddresses::parse(format!("[{LEEDS},{LEEDS}]").as_bytes()).expect("good");
    assert_eq!((many.single, many.addresses.len()), (false, 2));
    assert_eq!(GivenAddresses::parse(b"[]").map(|a| a.addresses.len()), Ok(0));
}

#[test]
fn what_is_missing_or_does_not_fit_is_named() {
    for (body, keys) in [
        ("{}".to_owned(), &["Country", "Line1", "Town"][..]),
        (r#"{"line1":"x","town":"y","country":"GB"}"#.into(), &["Postcode"]),
        (r#"{"line1":"x","town":"y","country":"HK"}"#.into(), &[]),
        (r#"{"line1":"x","town":"y","country":{"isoCode":"IE","name":"Ireland"}}"#.into(), &[]),
        (r#"{"line1":"x","town":"y","country":"XX"}"#.into(), &["Country"]),
        (r#"{"line1":"x","town":"y","country":5}"#.into(), &["Country"]),
        (r#"{"line1":5,"town":" ","country":"HK"}"#.into(), &["Line1", "Town"]),
        (format!(r#"{{"line1":"{}","town":"y","country":"HK"}}"#, "x".repeat(256)), &["Line1"]),
        (r#"{"line1":"a\u0000","town":"y","country":"HK"}"#.into(), &["Line1"]),
        ("[1]".into(), &["WrongShape"]),
        ("5".into(), &["WrongShape"]),
        (format!("[{}]", [LEEDS; 21].join(",")), &["WrongShape"]),
        ("nonsense".into(), &["NotJson"]),
    ] {
        assert_eq!(fault_keys(&body), keys, "{body}");
    }
}

#[test]
fn a_change_keeps_what_was_not_sent_and_never_the_country() {
    let old = GivenAddresses::parse(LEEDS.as_bytes()).expect("good").addresses.remove(0);
    let new = old.patched(br#"{"line2":"Flat 2","name":null,"country":"US","isBilling":true}"#).expect("good");
    let expected =
        Parts { name: None, lines: [Some("1 High St".into()), Some("Flat 2".into()), None, None, None], ..old.clone() };
    assert_eq!(new, expected);
    for body in [r#"{"postcode":""}"#, r#"{"line1":null}"#, r#"{"town":5}"#, "[]", ""] {
        assert!(old.patched(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn the_first_address_has_both_flags_until_it_goes() {
    let flags = |all: &[Address]| all.iter().map(|a| (a.is_billing, a.is_delivery)).collect::<Vec<_>>();
    let mut all = vec![Address::default()];
    assign_flags(&mut all);
    assert_eq!(flags(&all), [(true, true)]);
    all.push(Address { is_billing: true, is_delivery: true, ..Address::default() });
    assign_flags(&mut all);
    assert_eq!(flags(&all), [(true, true), (false, false)]);
    all.remove(0);
    assign_flags(&mut all);
    assert_eq!(flags(&all), [(true, true)]);
    assign_flags(&mut []);
}

#[test]
fn an_address_is_written_as_the_vendor_does() {
    let parts = GivenAddresses::parse(LEEDS.as_bytes()).expect("good").addresses.remove(0);
    let address = Address { id: "1A".into(), is_billing: true, is_delivery: false, parts };
    let expected = r#"{"id":"1A","isBilling":true,"isDelivery":false,"country":{"isoCode":"GB","name":"United Kingdom"},"administrativeDivision":null,"name":"Home","line1":"1 High St","line2":null,"line3":null,"line4":null,"line5":null,"town":"Leeds","postcode":"LS1 1AA"}"#;
    assert_eq!(serde_json::to_string(&address).expect("JSON"), expected);
}

#[test]
fn ids_come_in_every_shape_that_clients_send() {
    for (body, ids, single) in [
        (r#"{"id":"T"}"#, &["T"][..], true),
        (r#""T""#, &["T"], true),
        (r#"[{"id":"T"},{"Id":"t"}," U "]"#, &["T", "U"], false),
        ("[]", &[], false),
        ("null", &[], false),
    ] {
        let found = Ids::parse(body.as_bytes()).expect(body);
        assert_eq!((found.ids.iter().map(AsRef::as_ref).collect::<Vec<_>>().as_slice(), found.single), (ids, single));
    }
    for body in ["", "5", "[5]", "[[]]", "{}", r#"{"id":5}"#, r#"{"id":null}"#, "true"] {
        assert!(Ids::parse(body.as_bytes()).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn no_body_panics(body in any::<Vec<u8>>()) {
        let _ = GivenAddresses::parse(&body);
        let _ = Ids::parse(&body);
        let _ = Parts::default().patched(&body);
    }
}
