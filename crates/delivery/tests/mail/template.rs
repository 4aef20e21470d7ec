//! Merge fields.

use std::borrow::Cow;

use delivery::mail::{Escape, MergeField, Template, TemplateKind};
use proptest::prelude::*;

const KNOWN: &[&str] = &["FirstName", "LastName", "SeatPreference"];

fn values(field: &MergeField) -> Option<Cow<'static, str>> {
    Some(match field {
        MergeField::Field(name) if name == "FirstName" => "<b>{{LastName}}\r\n& \"Zo\u{eb}\"'".into(),
        MergeField::Field(name) if name == "LastName" => " \t".into(),
        MergeField::Trx(name) if name == "productname" => "46inch LCD Television".into(),
        MergeField::Trx(name) if name == "productprice" => "\u{a3}429.99".into(),
        MergeField::Trx(name) if name == "purchasedate" => "31st August 2016".into(),
        MergeField::ConfirmLink => "https://x.example/confirm/T".into(),
        MergeField::NotMeLink => "https://x.example/not-me/T".into(),
        _ => return None,
    })
}

fn fill(text: &str, kind: TemplateKind, escape: Escape) -> String {
    Template::parse(text, kind, KNOWN).expect(text).render(&values, escape)
}

#[test]
fn the_documented_vector() {
    let template = "Order Confirmation\nItem: {{trx:ProductName}}\nPrice: {{trx:ProductPrice}}\n\
        Date: {{trx:PurchaseDate}}\nDiscount Code: {{trx:DiscountCode default=n/a}}\n";
    let filled = "Order Confirmation\nItem: 46inch LCD Television\nPrice: \u{a3}429.99\nDate: 31st August 2016\n\
        Discount Code: n/a\n";
    assert_eq!(fill(template, TemplateKind::Mail, Escape::Text), filled);
}

#[test]
fn values_are_merged_once_and_escaped_by_context() {
    for (text, escape, filled) in [
        ("Hi {{firstname}}!", Escape::Text, "Hi <b>{{LastName}}\r\n& \"Zo\u{eb}\"'!"),
        ("Hi {{FIRSTNAME}}!", Escape::Html, "Hi &lt;b&gt;{{LastName}}\r\n&amp; &quot;Zo\u{eb}&quot;&#39;!"),
        ("Hi\r\n{{FirstName}}\0!", Escape::Subject, "Hi<b>{{LastName}}& \"Zo\u{eb}\"'!"),
        ("{{LastName default=friend of ours}}.", Escape::Text, "friend of ours."),
        ("{{SeatPreference default=<any>}}", Escape::Html, "&lt;any&gt;"),
        ("{{ SeatPreference }}|{{LastName}}|{{EmailAddress DEFAULT=}}|", Escape::Text, "|||"),
        ("{{TRX:productNAME}} } } { {", Escape::Text, "46inch LCD Television } } { {"),
        ("{{trx:X default=a=b default=c}}", Escape::Text, "a=b default=c"),
        ("}}", Escape::Text, "}}"),
    ] {
        assert_eq!(fill(text, TemplateKind::Mail, escape), filled, "{text}");
    }
}

#[test]
fn faults_name_their_place() {
    use TemplateKind::{ConfirmationSubject, ConfirmationText, Mail, Notification};
    for (text, kind, line, column, says) in [
        ("Hi {{Nickname}}", Mail, 1, 4, "unknown merge field {{Nickname}}"),
        ("a\nb\u{e9}\u{e9} {{FirstName", Mail, 2, 5, "without"),
        ("{{FirstName {{LastName}}", Mail, 1, 1, "without"),
        ("x{{}}", Mail, 1, 2, "without a name"),
        ("{{ default=x}}", Mail, 1, 1, "without a name"),
        ("{{trx:}}", Mail, 1, 1, "without a name"),
        ("{{n:}}", Notification, 1, 1, "without a name"),
        ("{{n:Colour}}", Notification, 1, 1, "unknown"),
        ("{{x:FirstName}}", Mail, 1, 1, "unknown"),
        ("{{First Name}}", Mail, 1, 1, "unknown merge field {{First Name}}"),
        ("{{FirstName defualt=x}}", Mail, 1, 1, "unknown"),
        ("{{n:Source}}", Mail, 1, 1, "notifications only"),
        ("{{trx:A}} {{ConfirmLink}}", ConfirmationText, 1, 1, "automations only"),
        ("{{ConfirmLink}}", ConfirmationSubject, 1, 1, "belongs in"),
        ("{{UnsubscribeLink}} {{ConfirmLink}}", ConfirmationText, 1, 1, "not for confirmation"),
        ("Hello\n{{NotMeLink}}", ConfirmationText, 2, 14, "must hold {{ConfirmLink}}"),
    ] {
        let fault = Template::parse(text, kind, KNOWN).expect_err(text);
        assert_eq!((fault.line, fault.column), (line, column), "{text}: {fault}");
        assert!(fault.message.contains(says), "{text}: {fault}");
    }
}

#[test]
fn the_not_me_link_is_appended_where_it_is_missing() {
    let text = fill("Go: {{ConfirmLink}}\n\n", TemplateKind::ConfirmationText, Escape::Text);
    let expected = "Go: https://x.example/confirm/T\n\nIf this wasn't you, please tell us: https://x.example/not-me/T\n";
    // The blank lines at the end make way.
    assert_eq!(text, expected);
    let html = "<html><body><a href=\"{{ConfirmLink}}\">yes</a></BODY></html>";
    let html = fill(html, TemplateKind::ConfirmationHtml, Escape::Html);
    assert!(html.contains("yes</a><p>If") && html.ends_with("not-me/T</a></p>\n</BODY></html>"), "{html}");
    let own = fill("{{ConfirmLink}} {{notmelink}}", TemplateKind::ConfirmationText, Escape::Text);
    assert_eq!(own, "https://x.example/confirm/T https://x.example/not-me/T");
}

#[test]
fn fields_that_have_gone_are_no_fault_afterwards() {
    let template = Template::parse_saved("Hi {{Gone default=you}}{{Gone}}", TemplateKind::Mail).expect("saved");
    assert_eq!(template.render(&values, Escape::Text), "Hi you");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(\\{\\{|\\}\\}|default=|trx:|n:|FirstName|ConfirmLink|\\PC|\\s){0,40}") {
        for kind in [TemplateKind::Mail, TemplateKind::ConfirmationText, TemplateKind::ConfirmationHtml, TemplateKind::Notification] {
            match Template::parse(&text, kind, KNOWN) {
                Ok(template) => { template.render(&values, Escape::Html); }
                Err(fault) => prop_assert!(fault.line >= 1 && fault.column >= 1),
            }
        }
        if !text.contains("{{") {
            let template = Template::parse(&text, TemplateKind::Mail, KNOWN).expect("no field");
            prop_assert_eq!(template.render(&values, Escape::Text), text);
        }
    }
}
