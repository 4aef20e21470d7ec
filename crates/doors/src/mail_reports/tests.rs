//! Whatever bytes arrive: no panic, and nothing but a report is taken for one.

use bytes::Bytes;
use proptest::prelude::*;
use store::Keys;

use super::{report, ses, sns};

/// What is changed at random: a report of each kind.
const CORPUS: &[&str] = &[
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\n\nfailed\n--b\n\
     Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; joe@example.org\nAction: failed\n\
     Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <a@b>\n\n--b--\n",
    "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\
     Content-Transfer-Encoding: base64\n\nRmVlZGJhY2stVHlwZTogYWJ1c2UK\n--b\nContent-Type: text/rfc822-headers\n\nTo: x\n--b--\n",
    "Subject: failure notice\n\nHi. This is the qmail-send program.\n\n<joe@example.org>:\nSorry, no mailbox. (#5.1.1)\n\n---",
    "{\"notificationType\":\"Bounce\",\"mail\":{\"timestamp\":\"2014-01-20T15:41:38.000Z\",\"messageId\":\"1\"},\
     \"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"j@e.org\"}],\"feedbackId\":\"2\"}}",
    "{\"Type\":\"Notification\",\"MessageId\":\"1\",\"TopicArn\":\"arn:aws:sns:eu-west-1:123456789012:x\",\"Message\":\"{}\",\
     \"Timestamp\":\"2014-01-20T15:41:38.000Z\",\"SignatureVersion\":\"1\",\"Signature\":\"AAAA\",\"SigningCertURL\":\"https://x\"}",
];
const TOKENS: &[&str] = &[
    "\n",
    "\r\n",
    "\n\n",
    "--b",
    "--b--",
    ":",
    ";",
    "=",
    "\"",
    "\\",
    "<",
    ">",
    "message/rfc822",
    "multipart/digest",
    "Content-Type:",
    "boundary=",
    "base64",
    "quoted-printable",
    "Final-Recipient:",
    "Action: failed",
    "Status: 5.",
    "\\x{",
    "{",
    "}",
    "[",
    "null",
    "\u{e9}",
    "5.1.1",
    "550",
];

fn all(bytes: &[u8]) {
    let keys = Keys::new(&[7; 32]);
    let _ = report::read(&Bytes::copy_from_slice(bytes), &keys);
    let text = String::from_utf8_lossy(bytes);
    let _ = ses::read(&text, model::Timestamp(0), &keys);
    if let Ok(message) = serde_json::from_slice::<sns::Message>(bytes) {
        assert!(!message.is_signed_by(&[1, 2, 3]));
        let _ = (message.certificate(), message.subscribe(), message.is_fresh(model::Timestamp(0)));
    }
}

#[test]
fn changed_reports_never_panic() {
    let corpus: Vec<&[u8]> = CORPUS.iter().map(|text| text.as_bytes()).collect();
    testkit::fuzz::run(&corpus, TOKENS, |input| {
        all(input);
        report::read(&Bytes::copy_from_slice(input), &Keys::new(&[7; 32])).is_ok()
    });
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        all(&bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[ -~\n\r\té\u{0}]{0,600}") {
        all(text.as_bytes());
        all(format!("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n{text}").as_bytes());
        all(format!("Content-Type: {text}").as_bytes());
    }
}

#[test]
fn only_amazons_own_urls_are_called() {
    let message = |certificate: &str, subscribe: &str| -> sns::Message {
        serde_json::from_value(serde_json::json!({
            "Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:mail",
            "Message": "", "Timestamp": "2014-01-20T15:41:38.000Z", "SignatureVersion": "1", "Signature": "",
            "SigningCertURL": certificate, "SubscribeURL": subscribe, "Token": "t",
        }))
        .expect("a message")
    };
    let good = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem";
    assert!(message(good, good).certificate().is_some());
    assert!(
        message(good, "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t").subscribe().is_some()
    );
    for bad in [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://user@sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://s3.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com/x.pem#y",
        "https://127.0.0.1/x.pem",
        "file:///etc/x.pem",
        "",
    ] {
        assert!(message(bad, bad).certificate().is_none(), "{bad}");
        assert!(message(bad, bad).subscribe().is_none(), "{bad}");
    }
    for bad in ["https://sns.eu-west-1.amazonaws.com/x.txt", "https://sns.eu-west-1.amazonaws.com/x.pem?y"] {
        assert!(message(bad, bad).certificate().is_none(), "{bad}");
    }
}
