//! Answers: the customer object in its order, and the lists.

use doors::spektrix::addresses::{Address, Parts};
use doors::spektrix::customer_object::{Customer, CustomerObject, Expand};
use doors::spektrix::{Mode, lists};
use model::{FieldId, StatementId, TagId};

use crate::fixture::{EMAIL_ME, HIDDEN, POST, SILVER, STAFF_ONLY, TODAY, account};

fn json(mode: Mode, expand: &str, customer: Customer<'_>) -> String {
    let account = account();
    let object = CustomerObject { customer, account: &account, mode, today: TODAY, expand: Expand::parse(expand) };
    String::from_utf8(object.to_json()).expect("UTF-8")
}

fn customer(values: &[(FieldId, String)]) -> Customer<'_> {
    Customer {
        id: "I-AK11-1ATK",
        email: "email@domain.com",
        values,
        password_set: false,
        tags: &[],
        agreed: &[],
        addresses: &[],
    }
}

fn values(of: &[(i64, &str)]) -> Vec<(FieldId, String)> {
    of.iter().map(|(id, value)| (FieldId(*id), (*value).to_owned())).collect()
}

const NO_ATTRIBUTES: &str = concat!(
    r#""attribute_DietaryRequirements":null,"attribute_LastDonation":null,"attribute_FirstVisit":null,"#,
    r#""attribute_FavouriteGenre":null,"attribute_Interests":null,"attribute_IsMember":null,"#,
    r#""attribute_Visits":null,"attribute_WheelchairUser":null"#
);

#[test]
fn a_new_customer_has_fifteen_keys_in_order_and_then_attributes() {
    // H1
    let values = values(&[(2, "Users First Name"), (3, "Users Last Name")]);
    let expected = format!(
        r#"{{"age":null,"billingAddress":null,"deliveryAddress":null,"birthDate":null,"email":"email@domain.com","firstName":"Users First Name","lastName":"Users Last Name","mobile":null,"name":"Users First Name Users Last Name","phone":null,"title":"","passwordSet":false,"giftAidDeclarationRequired":false,"id":"I-AK11-1ATK","creditBalance":0,{NO_ATTRIBUTES}}}"#
    );
    assert_eq!(json(Mode::Web, "", customer(&values)), expected);
    let owner = json(Mode::Owner, "", customer(&values));
    assert_eq!(owner, format!(r#"{},"attribute_Segment":null}}"#, expected.trim_end_matches('}')));
}

#[test]
fn values_have_the_types_of_their_fields() {
    // H8, H10
    let values = values(&[
        (1, "Mx"),
        (3, "Zoë \"Z\""),
        (6, "01"),
        (7, "07"),
        (15, "1980-06-16"),
        (16, "true"),
        (101, "Vegan"),
        (102, "7.50"),
        (103, "2020-02-29"),
        (104, "Drama"),
        (105, "Dance,Music"),
        (106, "Yes please"),
        (107, "42"),
        (108, "false"),
        (109, "hidden"),
    ]);
    let expected = r#"{"age":45,"billingAddress":null,"deliveryAddress":null,"birthDate":"1980-06-16T00:00:00","email":"email@domain.com","firstName":null,"lastName":"Zoë \"Z\"","mobile":"07","name":"Zoë \"Z\"","phone":"01","title":"Mx","passwordSet":false,"giftAidDeclarationRequired":false,"id":"I-AK11-1ATK","creditBalance":0,"attribute_DietaryRequirements":"Vegan","attribute_LastDonation":7.50,"attribute_FirstVisit":"2020-02-29T00:00:00","attribute_FavouriteGenre":"Drama","attribute_Interests":"Dance,Music","attribute_IsMember":true,"attribute_Visits":42,"attribute_WheelchairUser":false}"#;
    assert_eq!(json(Mode::Web, "", customer(&values)), expected);
}

#[test]
fn expand_adds_what_this_mode_sees() {
    // H14, H15
    let address = Address {
        id: "1A".into(),
        is_billing: true,
        is_delivery: true,
        parts: Parts { country: "GB".into(), town: Some("Leeds".into()), ..Parts::default() },
    };
    let addresses = [address];
    let customer = Customer {
        tags: &[TagId(2), TagId(1), TagId(99)],
        agreed: &[StatementId(1), StatementId(3)],
        addresses: &addresses,
        password_set: true,
        ..customer(&[])
    };
    let value =
        |mode, expand| -> serde_json::Value { serde_json::from_str(&json(mode, expand, customer)).expect("JSON") };
    let all = "tags,AllStatements,agreedStatements,addresses,billingAddress,deliveryAddress,subscriptions";
    let owner = value(Mode::Owner, all);
    assert_eq!(
        owner["tags"],
        serde_json::json!([{"id": HIDDEN, "name": "RFV"}, {"id": SILVER, "name": "Silver Member"}])
    );
    assert_eq!(
        owner["allStatements"],
        serde_json::json!([
            {"id": EMAIL_ME, "text": "Email me", "agreed": true},
            {"id": POST, "text": "Post", "agreed": false},
            {"id": STAFF_ONLY, "text": "Staff only", "agreed": true},
        ])
    );
    assert_eq!(owner["agreedStatements"].as_array().map(Vec::len), Some(2));
    assert_eq!(owner["addresses"][0]["country"], serde_json::json!({"isoCode": "GB", "name": "United Kingdom"}));
    assert_eq!(
        (&owner["billingAddress"]["town"], &owner["deliveryAddress"]["isDelivery"]),
        (&"Leeds".into(), &true.into())
    );
    assert_eq!((&owner["subscriptions"], &owner["passwordSet"]), (&serde_json::json!([]), &true.into()));

    let web = value(Mode::Web, all);
    assert_eq!(web["tags"].as_array().map(Vec::len), Some(1));
    assert_eq!(web["allStatements"].as_array().map(Vec::len), Some(2));
    assert_eq!(web["agreedStatements"].as_array().map(Vec::len), Some(1));

    let plain = value(Mode::Owner, "1");
    assert_eq!(plain["billingAddress"], serde_json::json!({"id": "1A"}));
    assert!(plain.get("tags").is_none() && plain.get("addresses").is_none());
}

#[test]
fn lists_show_the_web_what_is_for_the_web() {
    let account = account();
    // H27
    let groups = lists::tag_groups(&account, Mode::Owner);
    assert_eq!(groups.iter().map(|g| (g.name, g.web)).collect::<Vec<_>>(), [("Interests", true), ("Campaigns", false)]);
    assert!(groups.iter().all(|g| g.id.len() == 33));
    let web = lists::tag_groups(&account, Mode::Web);
    let id = &web[0].id;
    assert_eq!(
        text(&web),
        format!(
            r#"[{{"id":"{id}","name":"Interests","description":"What do you like?","web":true,"tags":[{{"id":"{SILVER}","name":"Silver Member"}}]}}]"#
        )
    );
    assert!(text(&groups).contains(r#""description":null"#));
    assert_eq!(
        text(&lists::statements(&account, Mode::Web, &[])),
        format!(
            r#"[{{"id":"{EMAIL_ME}","text":"Email me","agreed":false}},{{"id":"{POST}","text":"Post","agreed":false}}]"#
        )
    );
    assert_eq!(lists::statements(&account, Mode::Owner, &[]).len(), 3);
    assert_eq!(text(&lists::tags(&account, Mode::Web)), format!(r#"[{{"id":"{SILVER}","name":"Silver Member"}}]"#));
    assert_eq!(lists::tags(&account, Mode::Owner).len(), 2);
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}
