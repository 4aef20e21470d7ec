//! Error bodies, byte for byte.

use std::time::Duration;

use bytes::Bytes;
use doors::spektrix::auth::AuthFault;
use doors::spektrix::customer::Sent;
use doors::spektrix::refusals::{self, About, Resource};
use doors::spektrix::wire::{BodyFault, Invalid};
use http::Response;
use model::{EmailFault, Fault, FieldId, Refusal, ValueFault};

use crate::fixture::account;

fn parts(response: &Response<Bytes>) -> (u16, &str) {
    (response.status().as_u16(), std::str::from_utf8(response.body()).expect("UTF-8"))
}

fn header<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |v| v.to_str().expect("ASCII"))
}

#[test]
fn a_duplicate_is_exactly_as_documented() {
    // H2
    let response = refusals::duplicate("EMAIL@DOMAIN.COM");
    let body = r#"{"resourceType":"Customer","resourceIdentifiers":["EMAIL@DOMAIN.COM"],"errorCode":3,"message":"Duplicate Entry"}"#;
    assert_eq!(parts(&response), (400, body));
    assert_eq!(header(&response, "content-type"), "application/json; charset=utf-8");
    assert_eq!(header(&response, "cache-control"), "no-store");
}

#[test]
fn faults_are_listed_by_key_and_as_sentences() {
    let faults = [Invalid::required("FirstName"), Invalid::value("Tags", "x"), Invalid::value("Tags", "y")];
    let response = refusals::invalid(Resource::Customer, &faults);
    let body = r#"{"resourceType":"Customer","resourceIdentifiers":[],"errorCode":2,"message":"Bad Request","invalidInputs":[{"key":"FirstName","value":["The FirstName field is required."]},{"key":"Tags","value":["The value 'x' is not valid for Tags.","The value 'y' is not valid for Tags."]}],"problems":["The FirstName field is required.","The value 'x' is not valid for Tags.","The value 'y' is not valid for Tags."]}"#;
    assert_eq!(parts(&response), (400, body));
    let response = refusals::unreadable(Resource::Tag, BodyFault::NotJson);
    let body = r#"{"resourceType":"Tag","resourceIdentifiers":[],"errorCode":2,"message":"Bad Request","invalidInputs":[],"problems":["The request body is not valid JSON."]}"#;
    assert_eq!(parts(&response), (400, body));
}

#[test]
fn every_other_error_has_its_row() {
    let object = |resource: &str, ids: &str, code: u8, message: &str| {
        format!(
            r#"{{"resourceType":"{resource}","resourceIdentifiers":[{ids}],"errorCode":{code},"message":"{message}"}}"#
        )
    };
    let after = Duration::from_millis(1500);
    for (response, status, body, named) in [
        // H17
        (
            refusals::not_found(Resource::Customer, &["a@b.co"]),
            404,
            object("Customer", "\"a@b.co\"", 1, "Not Found"),
            None,
        ),
        (refusals::not_found(Resource::Client, &[]), 404, object("Client", "", 1, "Not Found"), None),
        (refusals::forbidden(Resource::Customer), 403, object("Customer", "", 4, "Forbidden"), None),
        (
            refusals::method_not_allowed(Resource::Customer, "GET, PATCH"),
            405,
            object("Customer", "", 5, "Method Not Allowed"),
            Some(("allow", "GET, PATCH")),
        ),
        (
            refusals::too_many(Resource::Customer, after),
            429,
            object("Customer", "", 6, "Too Many Requests"),
            Some(("retry-after", "2")),
        ),
        (
            refusals::unavailable(Resource::TagGroup, Duration::ZERO),
            503,
            object("TagGroup", "", 0, "Service Unavailable"),
            Some(("retry-after", "1")),
        ),
        (refusals::internal(Resource::Address), 500, object("Address", "", 0, "Internal Server Error"), None),
    ] {
        assert_eq!(parts(&response), (status, body.as_str()));
        if let Some((name, value)) = named {
            assert_eq!(header(&response, name), value);
        }
    }
}

#[test]
fn a_401_is_an_array() {
    // H18, H20
    let plain = r#"[{"key":"Message","value":"Authorization has been denied for this request."}]"#;
    assert_eq!(parts(&refusals::unauthorized()), (401, plain));
    assert_eq!(header(&refusals::unauthorized(), "www-authenticate"), "");
    for (fault, detail) in [
        (AuthFault::MissingDate, "Missing Date header"),
        (AuthFault::DateOutsideWindow, "Date header is outside the permitted window"),
        (AuthFault::Malformed, "Malformed Authorization header"),
        (AuthFault::SignatureDoesNotMatch, "Signature does not match"),
    ] {
        let response = refusals::signature_refused(fault);
        let body = format!(r#"{},{{"key":"MessageDetail","value":"{detail}"}}]"#, plain.trim_end_matches(']'));
        assert_eq!(parts(&response), (401, body.as_str()));
        assert_eq!(header(&response, "www-authenticate"), "SpektrixAPI3");
    }
}

#[test]
fn a_robot_gets_a_page() {
    let response = refusals::blocked();
    let (status, body) = parts(&response);
    assert!(status == 403 && body.starts_with("<!DOCTYPE html>") && body.contains("lang=\"en\" dir=\"ltr\""));
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert!(header(&response, "content-security-policy").contains("frame-ancestors"));
}

#[test]
fn refusals_of_the_intake_are_translated() {
    let account = account();
    let sent = Sent::default();
    let about = About {
        resource: Resource::Customer,
        identifiers: &["I-AK11-1ATK"],
        email: "A@b.co",
        account: &account,
        sent: &sent,
    };
    let second = Duration::from_secs(1);
    for (refusal, status, inside) in [
        (Refusal::Faults(vec![Fault::Email(EmailFault::Blank)]), 400, "\"key\":\"Email\""),
        (Refusal::Duplicate, 400, "[\"A@b.co\"],\"errorCode\":3"),
        (Refusal::NotFound, 404, "[\"I-AK11-1ATK\"],\"errorCode\":1"),
        (Refusal::Expired, 404, "\"errorCode\":1"),
        (Refusal::Used, 404, "\"errorCode\":1"),
        (Refusal::TooMany(second), 429, "\"errorCode\":6"),
        (Refusal::Busy(second), 503, "\"errorCode\":0"),
        (Refusal::Unavailable(second), 503, "\"errorCode\":0"),
        (Refusal::Internal, 500, "\"errorCode\":0"),
    ] {
        let response = refusals::from_refusal(&refusal, &about);
        let (got, body) = parts(&response);
        assert!(got == status && body.contains(inside), "{refusal:?}: {got} {body}");
    }
}

#[test]
fn faults_of_the_intake_come_under_keys_that_the_caller_knows() {
    let account = account();
    let sent = Sent { attributes: vec![(FieldId(101), "ATTRIBUTE_dietary requirements".into())], unknown: Vec::new() };
    let invalid = |name: &str, fault| Fault::FieldInvalid(name.into(), fault);
    for (fault, key) in [
        (Fault::Email(EmailFault::Malformed), "Email"),
        (Fault::FieldRequired("FirstName".into()), "FirstName"),
        (invalid("MobilePhoneNumber", ValueFault::TooLong(255)), "Mobile"),
        (invalid("PhoneNumber", ValueFault::Control), "Phone"),
        (invalid("birthdate", ValueFault::WrongType), "BirthDate"),
        (invalid("Diet", ValueFault::WrongType), "ATTRIBUTE_dietary requirements"),
        (invalid("Genre", ValueFault::NotAnOption), "Attribute_Favourite-Genre"),
        (Fault::FieldUnknown("Nonsense".into()), "Nonsense"),
        (Fault::FieldNotOnForms("Segment".into()), "Attribute_Segment"),
        (Fault::TagUnknown("x".into()), "Tags"),
        (Fault::StatementUnknown("x".into()), "AgreedStatements"),
        (Fault::StatementRequired("x".into()), "AgreedStatements"),
        (Fault::ListUnknown("x".into()), "MailingLists"),
        (Fault::FormUnknown, "Form"),
        (Fault::NoFieldsGiven, "Form"),
    ] {
        assert_eq!(refusals::from_fault(&fault, &account, &sent).key, key, "{fault:?}");
    }
}

#[test]
fn identifiers_are_shown_back_without_tricks() {
    assert_eq!(refusals::shown("a\r\n\0b"), "ab");
    assert_eq!(refusals::shown(&"é".repeat(400)).chars().count(), 255);
    assert_eq!(refusals::shown("Joe@b.co"), "Joe@b.co");
}
