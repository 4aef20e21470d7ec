//! The SMTP transport against a real server on loopback, with faults.

use std::time::Duration;

use delivery::mail::{FaultKind, MailUrl, SendFault, SmtpSettings, SmtpTransport};
use tempfile::TempDir;

use crate::mail;
use crate::sink::{Certificate, Reply, Script, Sink, Tls};

fn settings() -> SmtpSettings {
    SmtpSettings { command_timeout: Duration::from_secs(5), ..SmtpSettings::default() }
}

fn transport(url: &str, settings: SmtpSettings) -> SmtpTransport {
    match MailUrl::parse(url).expect(url) {
        MailUrl::Smtp(url) => SmtpTransport::new(url, settings).expect("transport"),
        MailUrl::Mailbox => panic!("{url}"),
    }
}

fn plain(sink: &Sink) -> SmtpTransport {
    transport(&format!("smtp://{}", sink.address), settings())
}

/// Starts a sink and sends one mail to it.
async fn one(script: Script) -> (Sink, Result<String, SendFault>) {
    let sink = Sink::start(script).await;
    let sent = plain(&sink).send(&mail("joe.bloggs@example.com", 1)).await;
    (sink, sent.map(|sent| sent.reply))
}

/// Servers take one command at a time, or several.
const OFFERS: [&[&str]; 2] = [&[], &["PIPELINING"]];

fn offering(offers: &[&'static str], script: Script) -> Script {
    Script { offers: offers.to_vec(), ..script }
}

fn replying(verb: &'static str, at: u32, reply: &'static [u8]) -> Script {
    Script { replies: vec![(verb, at, Reply::Say(reply))], ..Script::default() }
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    for offers in OFFERS {
        let (sink, sent) = one(offering(offers, Script::default())).await;
        assert_eq!(sent.as_deref(), Ok("250 2.0.0 queued as 42"));
        let [taken] = &sink.taken()[..] else { panic!("one mail") };
        assert_eq!(
            (taken.from.as_str(), &taken.to[..]),
            ("FROM:<hello@demo.example>", &["TO:<joe.bloggs@example.com>".into()][..])
        );
        assert!(taken.data.contains("\r\n.a line that begins with a dot\r\n"), "{}", taken.data);
        assert_eq!(taken.data.as_bytes(), mail("joe.bloggs@example.com", 1).to_bytes().expect("bytes"));
        assert!(sink.commands().contains(&"EHLO [127.0.0.1]".into()));
    }
}

#[tokio::test]
async fn replies_become_faults() {
    for (verb, reply, kind, code) in [
        ("CONNECT", &b"554 5.3.2 no service\r\n"[..], FaultKind::Unreachable, Some(554)),
        ("CONNECT", b"421 4.3.2 busy\r\n", FaultKind::Temporary, Some(421)),
        ("EHLO", b"502 what\r\n", FaultKind::Unreachable, Some(502)),
        ("MAIL", b"451 4.3.0 later\r\n", FaultKind::Temporary, Some(451)),
        ("MAIL", b"553 5.7.1 sender\r\n", FaultKind::PermanentMessage, Some(553)),
        ("MAIL", b"530 5.7.0 log in\r\n", FaultKind::Auth, Some(530)),
        ("RCPT", b"450 4.2.0 grey\r\n", FaultKind::Temporary, Some(450)),
        (
            "RCPT",
            b"550-5.1.1 <joe.bloggs@example.com>:\r\n550 5.1.1 Joe.Bloggs unknown\r\n",
            FaultKind::PermanentRecipient,
            Some(550),
        ),
        ("RCPT", b"554 5.7.1 relay denied\r\n", FaultKind::PermanentMessage, Some(554)),
        ("DATA", b"452 4.3.1 disk\r\n", FaultKind::Temporary, Some(452)),
        ("DATA", b"250 wrong class\r\n", FaultKind::Temporary, None),
        ("END", b"451 4.7.1 later\r\n", FaultKind::Temporary, Some(451)),
        ("END", b"554 5.7.1 spam\r\n", FaultKind::PermanentMessage, Some(554)),
        ("END", b"garbage\r\n", FaultKind::Temporary, None),
        ("RCPT", b"550 5.1.1 unbekannter Empf\xe4nger\r\n", FaultKind::PermanentRecipient, Some(550)),
    ] {
        for offers in OFFERS {
            let sink = Sink::start(offering(offers, replying(verb, 0, reply))).await;
            // What is no reply at all is waited out.
            let quick = SmtpSettings { command_timeout: Duration::from_millis(500), ..settings() };
            let transport = transport(&format!("smtp://{}", sink.address), quick);
            let fault = transport.send(&mail("joe.bloggs@example.com", 1)).await.expect_err(verb);
            assert_eq!((fault.kind, fault.code), (kind, code), "{verb}: {fault}");
            let about_recipient =
                kind == FaultKind::PermanentRecipient || (verb, kind) == ("RCPT", FaultKind::Temporary);
            assert_eq!(fault.about_recipient, about_recipient, "{verb}: {fault}");
            let text = fault.text.to_lowercase();
            assert!(!text.contains("joe.bloggs") && !text.contains('@') && !text.is_empty(), "{text}");
            assert!(sink.taken().is_empty());
        }
    }
}

#[tokio::test]
async fn a_refused_recipient_leaves_the_connection_usable() {
    for offers in OFFERS {
        let sink = Sink::start(offering(offers, replying("RCPT", 1, b"450 4.2.0 grey\r\n"))).await;
        let transport = plain(&sink);
        let fault = transport.send(&mail("a@example.com", 1)).await.expect_err("greylisted");
        assert_eq!(fault.kind, FaultKind::Temporary);
        let sent = transport.send(&mail("a@example.com", 1)).await.map(|s| s.reply);
        assert_eq!(sent, Ok("250 2.0.0 queued as 42".into()));
        assert_eq!((sink.connections(), sink.taken().len()), (1, 1), "{offers:?}");
        assert_eq!(sink.taken()[0].to.len(), 1);
    }
    // One that waits for content nevertheless gets none: the connection is left.
    let script = offering(OFFERS[1], replying("MAIL", 1, b"452 4.3.1 disk\r\n"));
    let sink = Sink::start(script).await;
    let transport = plain(&sink);
    assert_eq!(transport.send(&mail("a@example.com", 1)).await.expect_err("no room").code, Some(452));
    transport.send(&mail("a@example.com", 2)).await.expect("sent");
    assert_eq!((sink.connections(), sink.taken().len()), (2, 1));
}

#[tokio::test]
async fn lost_and_silent_servers_are_temporary() {
    for (verb, kind) in [
        ("CONNECT", FaultKind::Unreachable),
        ("EHLO", FaultKind::Unreachable),
        ("MAIL", FaultKind::Temporary),
        ("RCPT", FaultKind::Temporary),
        ("DATA", FaultKind::Temporary),
        ("LINE", FaultKind::Temporary),
        ("END", FaultKind::Temporary),
    ] {
        for reply in [Reply::Drop, Reply::Hang, Reply::Flood] {
            if verb == "LINE" && !matches!(reply, Reply::Drop) {
                continue;
            }
            for offers in OFFERS {
                let script = Script { replies: vec![(verb, 0, reply.clone())], ..Script::default() };
                let sink = Sink::start(offering(offers, script)).await;
                let quick = SmtpSettings { command_timeout: Duration::from_millis(200), ..settings() };
                let sent = transport(&format!("smtp://{}", sink.address), quick).send(&mail("a@example.com", 1)).await;
                assert_eq!(sent.expect_err(verb).kind, kind, "{verb}");
                assert!(sink.connections() <= 1, "{verb}: no second attempt on a fresh connection");
            }
        }
    }
}

#[tokio::test]
async fn nobody_at_the_port_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = listener.local_addr().expect("address");
    drop(listener);
    let fault = transport(&format!("smtp://{address}"), settings()).send(&mail("a@example.com", 1)).await;
    assert_eq!(fault.expect_err("refused").kind, FaultKind::Unreachable);
}

#[tokio::test]
async fn connections_are_used_again_and_end_after_enough_mails() {
    let sink = Sink::start(Script::default()).await;
    let few = SmtpSettings { mails_per_connection: 3, ..settings() };
    let transport = transport(&format!("smtp://{}", sink.address), few);
    for id in 0..7 {
        transport.send(&mail("a@example.com", id)).await.expect("sent");
    }
    assert_eq!((sink.taken().len(), sink.connections(), transport.idle_connections()), (7, 3, 1));
    transport.close().await;
    assert_eq!(transport.idle_connections(), 0);
}

#[tokio::test]
async fn there_are_never_more_connections_than_set() {
    let sink = Sink::start(Script::default()).await;
    let transport = transport(&format!("smtp://{}", sink.address), SmtpSettings { max_connections: 3, ..settings() });
    let mails: Vec<_> = (0..60)
        .map(|id| {
            let transport = transport.clone();
            tokio::spawn(async move { transport.send(&mail("a@example.com", id)).await })
        })
        .collect();
    for sent in mails {
        sent.await.expect("no panic").expect("sent");
    }
    assert_eq!(sink.taken().len(), 60);
    assert!(sink.connections() <= 3, "{}", sink.connections());
}

#[tokio::test]
async fn a_stale_connection_is_replaced_once() {
    // The server goes away after the first mail, as idle servers do.
    for reply in [Reply::Drop, Reply::Say(b"421 4.4.2 idle for too long\r\n")] {
        let sink = Sink::start(Script { replies: vec![("MAIL", 2, reply)], ..Script::default() }).await;
        let transport = plain(&sink);
        transport.send(&mail("a@example.com", 1)).await.expect("first");
        transport.send(&mail("a@example.com", 2)).await.expect("second");
        assert_eq!((sink.connections(), sink.taken().len()), (2, 2));
    }
    // Lost when the content was out: not tried again, the server may have it.
    let sink = Sink::start(Script { replies: vec![("END", 2, Reply::Drop)], ..Script::default() }).await;
    let transport = plain(&sink);
    transport.send(&mail("a@example.com", 1)).await.expect("first");
    assert_eq!(transport.send(&mail("a@example.com", 2)).await.expect_err("lost").kind, FaultKind::Temporary);
    assert_eq!((sink.connections(), sink.taken().len()), (1, 1));
}

#[tokio::test]
async fn idle_connections_are_closed_in_time() {
    let sink = Sink::start(Script::default()).await;
    let brief = SmtpSettings { idle_time: Duration::from_millis(40), ..settings() };
    let transport = transport(&format!("smtp://{}", sink.address), brief);
    transport.send(&mail("a@example.com", 1)).await.expect("sent");
    let gone = async {
        while transport.idle_connections() > 0 || sink.open_connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("closed");
    assert!(sink.commands().contains(&"QUIT".into()));
    transport.send(&mail("a@example.com", 2)).await.expect("sent again");
    assert_eq!(sink.connections(), 2);
}

fn with_tls(certificate: &Certificate, tls: Tls) -> Script {
    Script { tls: Some((certificate.clone(), tls)), ..Script::default() }
}

#[tokio::test]
async fn tls_as_set() {
    let ours = Certificate::for_names(&["localhost", "127.0.0.1"]);
    let authority = Certificate::own_authority(&["127.0.0.1"]);
    let others = Certificate::for_names(&["other.example"]);
    let directory = TempDir::new().expect("directory");
    let file = |name: &str, certificate: &Certificate| {
        let path = directory.path().join(name);
        std::fs::write(&path, &certificate.pem).expect("written");
        format!("?ca={}", path.display())
    };
    let (ca, other_ca) = (file("ours.pem", &ours), file("others.pem", &others));
    let authority_ca = file("authority.pem", &authority);
    let fails = Err(FaultKind::Tls);
    for (scheme, certificate, tls, option, outcome) in [
        ("smtp+starttls", Some(&ours), Tls::Start, ca.as_str(), Ok(true)),
        ("smtps", Some(&ours), Tls::Implicit, &ca, Ok(true)),
        ("smtps", Some(&authority), Tls::Implicit, &authority_ca, Ok(true)),
        ("smtps", Some(&authority), Tls::Implicit, &ca, fails),
        // An opportunistic connection is no safer for refusing a certificate; with a CA named it is checked.
        ("smtp", Some(&ours), Tls::Start, "", Ok(true)),
        ("smtp", Some(&others), Tls::Start, &ca, fails),
        ("smtp", None, Tls::Start, "", Ok(false)),
        // Self-made, for another host, not offered.
        ("smtp+starttls", Some(&ours), Tls::Start, "", fails),
        ("smtp+starttls", Some(&others), Tls::Start, &other_ca, fails),
        ("smtp+starttls", None, Tls::Start, "", fails),
        ("smtps", Some(&ours), Tls::Implicit, "", fails),
        ("smtps", Some(&others), Tls::Implicit, &other_ca, fails),
        ("smtps", None, Tls::Start, "", fails),
    ] {
        let sink = Sink::start(certificate.map(|c| with_tls(c, tls)).unwrap_or_default()).await;
        let transport = transport(&format!("{scheme}://{}{option}", sink.address), settings());
        let sent = transport.send(&mail("a@example.com", 1)).await;
        let sent = sent.map(|_| sink.taken().iter().all(|taken| taken.encrypted)).map_err(|fault| fault.kind);
        assert_eq!(sent, outcome, "{scheme} {option}");
        assert_eq!(sink.taken().len(), usize::from(outcome.is_ok()), "{scheme} {option}");
    }
}

#[tokio::test]
async fn what_is_said_before_starttls_is_not_believed_after_it() {
    let ours = Certificate::for_names(&["127.0.0.1"]);
    let mut script = with_tls(&ours, Tls::Start);
    // An injected EHLO answer that offers SMTPUTF8 would be read as the answer to the first EHLO under TLS.
    script.replies = vec![("STARTTLS", 0, Reply::Say(b"220 go ahead\r\n250-evil.example\r\n250 SMTPUTF8\r\n"))];
    let sink = Sink::start(script).await;
    let sent = plain(&sink).send(&mail("jos\u{e9}@example.com", 1)).await;
    assert_eq!(sent.expect_err("no SMTPUTF8").kind, FaultKind::PermanentMessage);
}

#[tokio::test]
async fn logins_as_set() {
    for (mechanism, option, password, kind) in [
        ("PLAIN", "", "hunter2%2F", None),
        ("LOGIN", "", "hunter2%2F", None),
        ("PLAIN", "?auth=plain", "hunter2%2F", None),
        ("LOGIN", "?auth=login", "hunter2%2F", None),
        ("XOAUTH2", "?auth=xoauth2", "hunter2%2F", None),
        ("PLAIN", "", "wrong-hunter3", Some(FaultKind::Auth)),
        ("LOGIN", "", "wrong-hunter3", Some(FaultKind::Auth)),
        ("PLAIN", "?auth=login", "hunter2%2F", Some(FaultKind::Auth)),
        ("CRAM-MD5", "", "hunter2%2F", Some(FaultKind::Auth)),
    ] {
        let sink = Sink::start(Script { logins: Some((mechanism, "us@er", "hunter2/")), ..Script::default() }).await;
        let url = format!("smtp://us%40er:{password}@{}{option}", sink.address);
        let sent = transport(&url, settings()).send(&mail("a@example.com", 1)).await;
        let fault = sent.err();
        assert_eq!(fault.as_ref().map(|fault| fault.kind), kind, "{mechanism} {option}");
        assert!(fault.is_none_or(|fault| !fault.text.contains("hunter")));
        assert_eq!(sink.taken().len(), usize::from(kind.is_none()), "{mechanism} {option}");
    }
    // A server that repeats the password does not get it into the log.
    let mut script = Script { logins: Some(("PLAIN", "us@er", "hunter2")), ..Script::default() };
    script.replies = vec![("AUTH", 0, Reply::Say(b"535 5.7.8 AHVzQGVyAGh1bnRlcjI= hunter2 is wrong\r\n"))];
    let sink = Sink::start(script).await;
    let transport = transport(&format!("smtp://us%40er:hunter2@{}", sink.address), settings());
    assert_eq!(transport.send(&mail("a@example.com", 1)).await.expect_err("refused").text, "535 5.7.8 … … is wrong");
}

#[tokio::test]
async fn international_addresses_go_where_they_can() {
    let (sink, sent) = {
        let sink = Sink::start(Script { offers: vec!["SMTPUTF8"], ..Script::default() }).await;
        let sent = plain(&sink).send(&mail("jos\u{e9}@b\u{fc}cher.example", 1)).await;
        (sink, sent)
    };
    sent.expect("sent");
    assert_eq!(sink.taken()[0].from, "FROM:<hello@demo.example> SMTPUTF8 BODY=8BITMIME");
    assert_eq!(sink.taken()[0].to, ["TO:<jos\u{e9}@xn--bcher-kva.example>"]);

    let sink = Sink::start(Script::default()).await;
    let transport = plain(&sink);
    let fault = transport.send(&mail("jos\u{e9}@example.com", 1)).await.expect_err("not offered");
    assert_eq!(fault.kind, FaultKind::PermanentMessage);
    assert!(fault.text.contains("SMTPUTF8"));
    // Only the domain is international: any server will do.
    transport.send(&mail("joe@b\u{fc}cher.example", 2)).await.expect("sent");
    assert_eq!(sink.taken()[0].from, "FROM:<hello@demo.example>");
}

#[tokio::test]
async fn strange_greetings_do_no_harm() {
    for ehlo in
        [&b"250-x\r\n250- \t \r\n250 \r\n"[..], b"250-\r\n250 AUTH\r\n", b"250 \xff\xfe\r\n", b"250 x\r\n250 y\r\n"]
    {
        let (_sink, sent) = one(replying("EHLO", 0, ehlo)).await;
        let _ = sent.map_err(|fault| assert!(!fault.text.is_empty()));
    }
}

#[tokio::test]
async fn many_mails_a_second() {
    let sink = Sink::start(Script::default()).await;
    let transport = plain(&sink);
    let begun = tokio::time::Instant::now();
    for id in 0..100 {
        transport.send(&mail("a@example.com", id)).await.expect("sent");
    }
    // Nagle's delay alone would make it four seconds.
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
