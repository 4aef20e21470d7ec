//! Amazon SES's word by way of Amazon SNS: messages of each kind, signed with a key made here, whose certificate a stand-in
//! for Amazon gives out.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::app::{TestApp, eventually};

const PATH: &str = "/api/v1/mail-reports/ses/cloud";
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:mail";
const KEY: &str = "00000000-0000-0000-0000-000000000003";
const CERTIFICATE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
const CLOUD: &str = r#"
[account]
slug = "cloud"
external_id = "CLOUD001"
from = "Cloud <hello@cloud.example>"
[mail]
ses_topics = ["arn:aws:sns:eu-west-1:123456789012:mail"]
[[api_user]]
kind = "sentori"
key = "00000000-0000-0000-0000-000000000003"
[[form]]
external_id = "12ABCDE3"
name = "Newsletter"
"#;

/// Stands in for Amazon: gives the certificate out and keeps what was asked for.
struct Amazon {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    key: tempfile::NamedTempFile,
}

impl Amazon {
    async fn start() -> Self {
        let key = tempfile::NamedTempFile::new().expect("a file");
        let mut made = Command::new("openssl");
        made.args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"]).arg(key.path());
        assert!(made.stderr(Stdio::null()).status().expect("openssl").success());
        let pem = std::fs::read_to_string(key.path()).expect("a key");
        let pair = rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).expect("a key pair");
        let mut parameters = rcgen::CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).expect("parameters");
        parameters.not_before = rcgen::date_time_ymd(2013, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2014, 6, 1);
        let certificate = parameters.self_signed(&pair).expect("a certificate").pem();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let length = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match path.as_str() {
                    p if p.contains("/SimpleNotificationService-") => ("200 OK", certificate.as_str()),
                    p if p.contains("Action=ConfirmSubscription") => ("200 OK", "<ConfirmSubscriptionResponse/>"),
                    p if p.contains("junk") => {
                        ("200 OK", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
                    }
                    _ => ("404 Not Found", "no"),
                };
                kept.lock().expect("no panic").push(path);
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, asked, key }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// A message with its signature.
    fn signed(&self, mut message: Value) -> Value {
        let names: &[&str] = match message["Type"].as_str() {
            Some("Notification") => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            _ => &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
        };
        let named = names.iter().filter_map(|name| Some(format!("{name}\n{}\n", message[*name].as_str()?)));
        let text: String = named.collect();
        let digest = if message["SignatureVersion"] == "1" { "-sha1" } else { "-sha256" };
        let mut openssl = Command::new("openssl");
        openssl.args(["dgst", digest, "-sign"]).arg(self.key.path());
        let mut child = openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("openssl");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), text.as_bytes()).expect("written");
        let signature = child.wait_with_output().expect("signed").stdout;
        assert_eq!(signature.len(), 256);
        message["Signature"] = base64::engine::general_purpose::STANDARD.encode(signature).into();
        message
    }
}

fn message(id: &str, version: &str, text: &Value) -> Value {
    let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    json!({
        "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Message": text, "Timestamp": "2014-01-20T15:41:38.123Z",
        "SignatureVersion": version, "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    })
}

/// The mail of a notification, as SES describes it.
fn mail(id: &str, to: &str, headers: bool, message_id: &str) -> Value {
    let mut mail = json!({
        "timestamp": "2014-01-20T15:41:00.000Z", "source": "hello@cloud.example", "messageId": id, "destination": [to],
        "sourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/cloud.example", "sendingAccountId": "123456789012",
    });
    if headers {
        mail["headersTruncated"] = false.into();
        mail["headers"] = json!([{ "name": "Message-ID", "value": message_id }, { "name": "To", "value": to }]);
    }
    mail
}

async fn post(app: &TestApp, body: &Value) -> Response {
    app.send(Request::post(PATH).header("Content-Type", "text/plain; charset=UTF-8").body(body.to_string())).await
}

async fn state(app: &TestApp, email: &str) -> (bool, bool) {
    let row = app.contact_of("cloud", email).await.expect("a contact").row;
    (row.bad_address_at.is_some(), row.suppressed_at.is_some())
}

async fn signed_up(app: &TestApp, email: &str) -> String {
    app.sign_up(&json!({ "ApiKey": KEY, "EmailAddress": email, "SignUpFormExternalID": "12ABCDE3" }), 200).await;
    app.nth_mail_to(email, 0).await.header("Message-ID").expect("an id")
}

async fn started(db: TestDatabase) -> (TestApp, Amazon) {
    let amazon = Amazon::start().await;
    let url = amazon.url.clone();
    let app = TestApp::with(db, |setup| {
        setup.accounts.push(CLOUD);
        setup.sns_url = Some(url);
    });
    (app.await, amazon)
}

testkit::both_engines! {
    async fn what_amazon_says_is_taken_in(db: TestDatabase) {
        let (app, amazon) = started(db).await;
        let confirmation = |kind: &str, id: &str| json!({
            "Type": kind, "MessageId": id, "TopicArn": TOPIC, "Token": "2336412f37f", "Message": "You have chosen to subscribe",
            "SubscribeURL": format!("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336"),
            "Timestamp": "2014-01-20T15:41:38.000Z", "SignatureVersion": "1", "SigningCertURL": CERTIFICATE,
        });
        for (kind, id, links) in [("SubscriptionConfirmation", "s1", 1), ("UnsubscribeConfirmation", "u1", 1)] {
            assert_eq!(post(&app, &amazon.signed(confirmation(kind, id))).await.status(), 200, "{kind}");
            eventually("the link is followed", async || {
                amazon.asked().iter().filter(|path| path.contains("ConfirmSubscription")).count() == links
            }).await;
        }
        let test = json!("Successfully validated SNS topic for Amazon SES event publishing.");
        assert_eq!(post(&app, &amazon.signed(message("t1", "1", &test))).await.json(), json!({ "noted": [] }));

        let bounce = |kind: &str, sub: &str, to: &str, feedback: &str| json!({
            "bounceType": kind, "bounceSubType": sub, "timestamp": "2014-01-20T15:41:37.000Z", "feedbackId": feedback,
            "reportingMTA": "dns; a8-1.smtp-out.eu-west-1.amazonses.com",
            "bouncedRecipients": [{ "emailAddress": to, "action": "failed", "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 unknown" }],
        });
        // Both versions of signatures; found by the mail's own id, and by SES's word where it leaves headers out.
        for (n, (version, headers, subject)) in
            [("1", true, None), ("2", true, Some("Amazon SES Email Event Notification")), ("2", false, None)].into_iter().enumerate()
        {
            let email = format!("joe{n}@example.org");
            let id = signed_up(&app, &email).await;
            let mut notice = message(&format!("b{n}"), version, &json!({
                "notificationType": "Bounce", "mail": mail("ses-1", &email, headers, &id),
                "bounce": bounce("Permanent", "General", &email, &format!("f{n}")),
            }));
            if let Some(subject) = subject {
                notice["Subject"] = subject.into();
            }
            let notice = amazon.signed(notice);
            assert_eq!(post(&app, &notice).await.json(), json!({ "noted": ["yes"] }), "{n}");
            assert_eq!(state(&app, &email).await, (true, false), "{n}");
            // The same message again is refused; what SES says twice counts once.
            assert_eq!(post(&app, &notice).await.status(), 409);
            let mut again = notice.clone();
            again["MessageId"] = format!("again{n}").into();
            assert_eq!(post(&app, &amazon.signed(again)).await.json(), json!({ "noted": ["repeated"] }));
        }
        // Five soft bounces; an event in between says that one arrived.
        for (email, healed) in [("soft@example.org", false), ("healed@example.org", true)] {
            signed_up(&app, email).await;
            for n in 0..5 {
                let kind = if healed && n == 2 { "Delivery" } else { "Bounce" };
                let name = format!("{email}{n}");
                let mut what = json!({ "eventType": kind, "mail": mail(&name, email, false, "") });
                what["mail"]["timestamp"] = format!("2014-01-20T15:0{n}:00.000Z").into();
                what["bounce"] = bounce("Transient", "MailboxFull", email, &name);
                what["delivery"] = json!({ "recipients": [email], "timestamp": "2014-01-20T15:10:00.000Z" });
                let answer = post(&app, &amazon.signed(message(&name, "2", &what))).await;
                assert_eq!(answer.json(), json!({ "noted": ["yes"] }), "{name}");
                assert_eq!(state(&app, email).await, (n == 4 && !healed, false), "{name}");
            }
        }
        for (email, kind, noted, suppressed) in [
            ("ann@example.org", Some("abuse"), "yes", true),
            ("bob@example.org", None, "yes", true),
            ("cat@example.org", Some("not-spam"), "nothing", false),
        ] {
            let id = signed_up(&app, email).await;
            let mut complaint = json!({
                "complainedRecipients": [{ "emailAddress": email }], "timestamp": "2014-01-20T15:41:37.000Z",
                "feedbackId": email, "userAgent": "AnyCompany Feedback Loop (V0.01)",
            });
            if let Some(kind) = kind {
                complaint["complaintFeedbackType"] = kind.into();
            }
            let what = json!({ "notificationType": "Complaint", "mail": mail("c", email, true, &id), "complaint": complaint });
            let answer = post(&app, &amazon.signed(message(email, "1", &what))).await;
            assert_eq!(answer.json(), json!({ "noted": [noted] }), "{email}");
            assert_eq!(state(&app, email).await, (false, suppressed), "{email}");
        }
        let stranger = json!({ "notificationType": "Bounce", "mail": mail("x", "no@example.org", false, ""),
            "bounce": bounce("Permanent", "NoEmail", "no@example.org", "x") });
        assert_eq!(post(&app, &amazon.signed(message("x", "1", &stranger))).await.json(), json!({ "noted": ["unknown"] }));
        let certificates = amazon.asked().iter().filter(|path| path.contains(".pem")).count();
        assert_eq!(certificates, 1, "a certificate is fetched once");
    }

    async fn what_amazon_did_not_sign_is_refused(db: TestDatabase) {
        let (app, amazon) = started(db).await;
        let email = "joe@example.org";
        let id = signed_up(&app, email).await;
        let owed = async || app.store().delivery_counts().await.expect("counts").iter().any(|(lane, ..)| *lane == store::Lane::Confirmation);
        eventually("the mail is noted", async || !owed().await).await;
        let what = json!({ "notificationType": "Bounce", "mail": mail("m", email, true, &id), "bounce": {
            "bounceType": "Permanent", "bouncedRecipients": [{ "emailAddress": email }], "feedbackId": "f" } });
        let good = amazon.signed(message("g", "1", &what));
        let with = |name: &str, value: &str| {
            let mut changed = good.clone();
            changed[name] = value.into();
            changed
        };
        let signed_with = |name: &str, value: &str| {
            let mut changed = message("g", "1", &what);
            changed[name] = value.into();
            amazon.signed(changed)
        };
        let committed = app.committed();
        let far = |n: i64| { let at = jiff::Timestamp::from_second(1_390_232_498 + n).expect("a time"); at.to_string() };
        for (name, body, status) in [
            ("another text", with("Message", "{}"), 403),
            ("another id", with("MessageId", "h"), 403),
            ("a subject more", with("Subject", "x"), 403),
            ("no signature", with("Signature", ""), 403),
            ("a signature that is none", with("Signature", "@@@"), 403),
            ("another version", with("SignatureVersion", "2"), 403),
            ("an unknown version", with("SignatureVersion", "3"), 403),
            ("a topic of somebody else's", signed_with("TopicArn", "arn:aws:sns:eu-west-1:999999999999:mail"), 403),
            ("a certificate elsewhere", signed_with("SigningCertURL", "https://evil.example/x.pem"), 403),
            ("plain http", signed_with("SigningCertURL", &CERTIFICATE.replace("https", "http")), 403),
            ("no such certificate", signed_with("SigningCertURL", "https://sns.eu-west-1.amazonaws.com/none.pem"), 503),
            ("a certificate that is none", signed_with("SigningCertURL", "https://sns.eu-west-1.amazonaws.com/junk.pem"), 403),
            ("too old", signed_with("Timestamp", &far(-2 * 3600)), 403),
            ("from the future", signed_with("Timestamp", &far(3600)), 403),
            ("no time", signed_with("Timestamp", "yesterday"), 403),
            ("no kind", signed_with("Type", "Gossip"), 400),
            ("no message", json!([1, 2]), 400),
            ("half a notice", amazon.signed(message("half", "1", &json!({ "notificationType": "Bounce" }))), 422),
        ] {
            let answer = post(&app, &body).await;
            assert_eq!(answer.status(), status, "{name}: {}", answer.snapshot(&[]));
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{name}");
        }
        let elsewhere = json!({
            "Type": "SubscriptionConfirmation", "MessageId": "s", "TopicArn": TOPIC, "Token": "t", "Message": "m",
            "SubscribeURL": "https://evil.example/?Action=ConfirmSubscription", "Timestamp": far(0), "SignatureVersion": "1",
            "SigningCertURL": CERTIFICATE,
        });
        assert_eq!(post(&app, &amazon.signed(elsewhere)).await.status(), 403);
        assert!(!amazon.asked().iter().any(|path| path.contains("ConfirmSubscription")));
        for path in ["/api/v1/mail-reports/ses/demo", "/api/v1/mail-reports/ses/nobody"] {
            assert_eq!(app.send(Request::post(path).body(good.to_string())).await.status(), 404, "{path}");
        }
        assert_eq!(app.committed(), committed);
        assert_eq!(state(&app, email).await, (false, false));
        // Its time is over one day, and so is the certificate's.
        assert_eq!(post(&app, &good).await.status(), 200);
        app.clock.advance(Duration::from_secs(200 * 24 * 3600));
        let mut late = message("late", "1", &what);
        late["Timestamp"] = far(200 * 24 * 3600).into();
        assert_eq!(post(&app, &amazon.signed(late)).await.status(), 403);
    }
}
