//! `PATCH customer` and `PATCH customers/{id}`: only what was sent changes.

use doors::spektrix::Mode;
use doors::spektrix::customer::CustomerChange;
use doors::spektrix::wire::InputFault;
use model::Given;

use crate::fixture::{account, setting};

fn fault_keys(mode: Mode, body: &str) -> Vec<String> {
    match CustomerChange::parse(body.as_bytes(), setting(&account(), mode)) {
        Ok(_) => Vec::new(),
        Err(InputFault::Invalid(faults)) => faults.into_iter().map(|f| f.key).collect(),
        Err(InputFault::Body(fault)) => vec![format!("{fault:?}")],
    }
}

#[test]
fn absent_stays_and_null_clears() {
    // H28
    let account = account();
    let body = br#"{"birthDate":null,"mobile":"07000","title":"","Attribute_Visits":null}"#;
    let change = CustomerChange::parse(body, setting(&account, Mode::Owner)).expect("good");
    let values: Vec<_> = change.values.iter().map(|(name, v)| (name.as_ref(), v.clone())).collect();
    assert_eq!(
        values,
        [
            ("BirthDate", Given::Nothing),
            ("MobilePhoneNumber", Given::Text("07000".into())),
            ("Title", Given::Nothing),
            ("Visits", Given::Nothing),
        ]
    );
    assert_eq!((change.email, change.password), (None, None));
}

#[test]
fn what_may_not_be_changed_is_refused_by_name() {
    for (mode, body, keys) in [
        (Mode::Owner, "{}", &[][..]),
        // H29
        (Mode::Owner, r#"{"AgreedStatements":[]}"#, &["AgreedStatements"]),
        (Mode::Owner, r#"{"tags":null}"#, &["Tags"]),
        (Mode::Owner, r#"{"firstName":"","lastName":null,"email":" "}"#, &["FirstName", "LastName", "Email"]),
        (Mode::Owner, r#"{"email":"x"}"#, &["Email"]),
        (Mode::Owner, r#"{"password":"12345678"}"#, &[]),
        (Mode::Web, r#"{"password":"12345678"}"#, &["Password"]),
        (Mode::Web, r#"{"Attribute_Segment":"x"}"#, &["Attribute_Segment"]),
        (Mode::Owner, r#"{"Attribute_Segment":"x"}"#, &[]),
        // A published client of servers wraps every payload.
        (Mode::Owner, "[{}]", &[]),
        (Mode::Owner, "[{},{}]", &["WrongShape"]),
        (Mode::Web, "[{}]", &["WrongShape"]),
        (Mode::Owner, "", &["NotJson"]),
    ] {
        assert_eq!(fault_keys(mode, body), keys, "{body}");
    }
}

#[test]
fn a_customer_object_may_be_sent_back() {
    let account = account();
    let body =
        br#"{"age":40,"billingAddress":null,"name":"A B","passwordSet":false,"id":"I-AK11-1ATK","creditBalance":0,
        "giftAidDeclarationRequired":false,"firstName":"A","attribute_DietaryRequirements":"Vegan"}"#;
    let change = CustomerChange::parse(body, setting(&account, Mode::Owner)).expect("good");
    assert_eq!(change.values.len(), 2);
    assert_eq!(change.sent.unknown, ["billingAddress"]);
}
