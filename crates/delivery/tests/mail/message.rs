//! The bytes of a mail.

use delivery::mail::{Outgoing, Sender};
use model::{EmailAddress, Timestamp};
use proptest::prelude::*;

use crate::mail;

fn text(mail: &Outgoing) -> String {
    String::from_utf8(mail.to_bytes().expect("bytes")).expect("text")
}

#[test]
fn a_mail_is_written_the_same_every_time() {
    let mut mail = mail("joe@example.com", 7);
    mail.feedback_id = Some("demo:confirm".into());
    mail.headers = vec![("List-Unsubscribe".into(), "<https://demo.example/unsubscribe/T>".into())];
    let expected = "Date: Mon, 20 Jan 2014 15:41:38 +0000\r\n\
        Message-ID: <7@demo.example>\r\n\
        From: \"Demo Theatre\" <hello@demo.example>\r\n\
        To: joe@example.com\r\n\
        Subject: Mail 7\r\n\
        Auto-Submitted: auto-generated\r\n\
        Feedback-ID: demo:confirm\r\n\
        List-Unsubscribe: <https://demo.example/unsubscribe/T>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=\"=_7demoexample\"\r\n\
        \r\n\
        --=_7demoexample\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 7bit\r\n\
        \r\n\
        Hello,\r\n\r\n.a line that begins with a dot\r\n\r\n\
        --=_7demoexample\r\n\
        Content-Type: text/html; charset=utf-8\r\n\
        Content-Transfer-Encoding: 7bit\r\n\
        \r\n\
        <p>Hello,</p>\r\n\
        --=_7demoexample--\r\n";
    assert_eq!(text(&mail), expected);
    assert_eq!(text(&mail), text(&mail.clone()));
}

#[test]
fn what_is_not_ascii_is_encoded() {
    let mut mail = mail("joe@b\u{fc}cher.example", 1);
    mail.from = "Th\u{e9}\u{e2}tre <hello@demo.example>".into();
    mail.subject = "\u{3084}\u{3042} ".repeat(60);
    mail.text = "Gr\u{fc}\u{df}e\n".to_owned() + &"x".repeat(5000);
    mail.html = Some("\u{628}".repeat(3000));
    let text = text(&mail);
    assert!(text.is_ascii());
    assert!(text.lines().all(|line| line.len() <= 998), "line length");
    assert!(text.contains("To: joe@xn--bcher-kva.example\r\n"));
    assert!(text.contains("From: =?utf-8?b?"));
}

#[test]
fn a_boundary_in_the_text_does_no_harm() {
    let mut mail = mail("joe@example.com", 1);
    mail.text = "--=_1demoexample--\r\n=_1demoexample_".into();
    assert!(text(&mail).contains("boundary=\"=_1demoexample__\""));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let faults: [fn(&mut Outgoing); 10] = [
        |m| m.from = "nobody".into(),
        |m| m.from = "a <b@example.com> c".into(),
        |m| m.message_id = "x".into(),
        |m| m.message_id = "x@y\r\nBcc: z@example.com".into(),
        |m| m.message_id = "x y@z".into(),
        |m| m.headers = vec![("Bcc".into(), "x@example.com".into())],
        |m| m.headers = vec![("message-id".into(), "x@example.com".into())],
        |m| m.headers = vec![("X\r\nBcc".into(), "x@example.com".into())],
        |m| m.headers = vec![(String::new(), "x".into())],
        |m| m.headers = vec![("X-Long".into(), "x".repeat(1000))],
    ];
    for (i, fault) in faults.iter().enumerate() {
        let mut mail = mail("joe@example.com", 1);
        fault(&mut mail);
        assert!(mail.to_bytes().is_err(), "{i}");
    }
}

#[test]
fn dates_beyond_the_calendar_are_drawn_in() {
    for (at, year) in [(i64::MIN, "1970"), (i64::MAX, "9999"), (0, "1970")] {
        let mail = Outgoing { date: Timestamp(at), ..mail("joe@example.com", 1) };
        assert!(text(&mail).lines().next().is_some_and(|line| line.contains(year)), "{at}");
    }
}

#[test]
fn senders_are_read() {
    for (text, name, address) in [
        ("hello@demo.example", None, "hello@demo.example"),
        ("<hello@demo.example>", None, "hello@demo.example"),
        ("Demo Theatre <hello@demo.example>", Some("Demo Theatre"), "hello@demo.example"),
        ("\"Demo, \\\"the\\\" Theatre\" <hello@demo.example>", Some("Demo, \"the\" Theatre"), "hello@demo.example"),
    ] {
        let sender = Sender::parse(text).expect(text);
        assert_eq!((sender.name.as_deref(), sender.address.given()), (name, address));
    }
    for text in ["", "Demo", "Demo <x>", "hello@demo.example>", "De\r\nmo <hello@demo.example>"] {
        assert!(Sender::parse(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_begins_a_header_of_its_own(
        subject in "(\\PC|[\\r\\n\\x00-\\x1f\u{85}\u{2028}]|Bcc: x@y.zz){0,60}",
        value in "(\\PC|[\\r\\n\\x00-\\x1f]|Bcc: x@y.zz){0,60}",
        name in "[^<>@\\x00-\\x1f\\x7f-\\x9f]{0,40}",
        body in "(\\PC|[\\r\\n.\\x00]){0,80}",
    ) {
        let mail = Outgoing {
            from: format!("{name} <hello@demo.example>"),
            to: EmailAddress::parse("joe@example.com").expect("address"),
            subject,
            text: body.clone(),
            html: Some(body),
            headers: vec![("X-Note".into(), value)],
            ..mail("joe@example.com", 1)
        };
        let bytes = text(&mail);
        let (headers, _) = bytes.split_once("\r\n\r\n").expect("headers end");
        let names: Vec<_> = headers.split("\r\n").filter(|l| !l.starts_with([' ', '\t'])).filter_map(|l| l.split(':').next()).collect();
        prop_assert_eq!(names, ["Date", "Message-ID", "From", "To", "Subject", "Auto-Submitted", "X-Note", "MIME-Version", "Content-Type"]);
        prop_assert!(!bytes.replace("\r\n", "").contains(['\r', '\n', '\0']));
    }
}
