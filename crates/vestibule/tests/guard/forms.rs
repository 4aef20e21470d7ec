//! A form's own guard, from the account file to the answer; and look-ups of mail hosts, with a resolver of the test's own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use testkit::TestDatabase;
use testkit::http::Request;
use tokio::net::UdpSocket;

use crate::doors::BROWSER;
use crate::node::Node;

const FORM: &str = "/demo/forms/12ABCDE3";
const OTHER: &str = "/demo/forms/OWN00001";

/// A form whose guard has numbers and switches of its own, beside those of the account.
const OWN: (&str, &str) = (
    "# --- ",
    r#"[guard]
off = ["markup_in_name"]
address_limit = { count = 4, seconds = 600 }
attack_floor = 6
work_rounds = 1

[[form]]
external_id = "OWN00001"
name = "With a guard of its own"
fields = [{ field = "FirstName" }, { field = "LastName" }]

[form.guard]
off = ["disposable_domain", "ticket_bad", "same_client", "address_busy", "address_burst", "network_busy", "hasty_row"]
address_limit = { count = 8, seconds = 600 }
attack_floor = 0

# --- "#,
);

struct Sent<'a> {
    form: &'a str,
    email: &'a str,
    first: &'a str,
    more: &'a str,
    ip: &'a str,
}

fn plain<'a>(form: &'a str, email: &'a str, ip: &'a str) -> Sent<'a> {
    Sent { form, email, first: "Robin", more: "", ip }
}

async fn send(node: &Node, sent: &Sent<'_>) -> u16 {
    let Sent { form, email, first, more, ip } = sent;
    Request::post(form)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json")
        .header("User-Agent", BROWSER)
        .header("Origin", "https://demo.example")
        .header("X-Forwarded-For", ip)
        .body(format!(r#"{{"EmailAddress":"{email}","FirstName":"{first}","LastName":"Hale"{more}}}"#))
        .send(node.running.address())
        .await
        .expect("an answer")
        .status()
}

/// A resolver for tests: `mail.test-tld` names have MX records, others do not exist. Gives its address and what it was asked.
async fn resolver() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let mut answer = buffer[..length].to_vec();
            let (mut at, mut name) = (12, String::new());
            while answer[at] != 0 {
                let end = at + 1 + usize::from(answer[at]);
                name = format!("{name}.{}", String::from_utf8_lossy(&answer[at + 1..end]));
                at = end;
            }
            kept.lock().expect("no panic").push(name.trim_matches('.').to_owned());
            let takes_mail = name.starts_with(".mail");
            (answer[2], answer[3]) = (0x81, if takes_mail { 0x80 } else { 0x83 });
            if takes_mail {
                answer[7] = 1;
                answer.extend([0xc0, 12, 0, answer[at + 2], 0, 1, 0, 0, 0, 60, 0, 4, 0, 10, 0xc0, 12]);
            }
            let _ = socket.send_to(&answer, from).await;
        }
    });
    (address, asked)
}

testkit::both_engines! {
    async fn a_form_may_have_a_guard_of_its_own(db: TestDatabase) {
        let node = Node::start(db, &[OWN]).await;
        // Switches: the account's where the form has none of its own, and the form's instead of the account's.
        let spam = "a1@mailinator.com";
        assert_eq!(send(&node, &plain(FORM, spam, "203.0.10.1")).await, 202, "quiet");
        assert!(!node.is_known(spam).await);
        assert_eq!(send(&node, &plain(OTHER, "a2@mailinator.com", "203.0.11.1")).await, 202);
        assert!(node.is_known("a2@mailinator.com").await, "throw-away boxes are let in here");
        let ticket = |form, email, ip| Sent { more: r#","ticket":"x""#, ..plain(form, email, ip) };
        assert_eq!(send(&node, &ticket(FORM, "b1@stage.example", "203.0.12.1")).await, 403);
        assert_eq!(send(&node, &ticket(OTHER, "b2@stage.example", "203.0.13.1")).await, 202);
        let markup = |form, email, ip| Sent { first: "<b>Robin</b>", ..plain(form, email, ip) };
        assert_eq!(send(&node, &markup(FORM, "c1@stage.example", "203.0.14.1")).await, 202);
        assert!(node.is_known("c1@stage.example").await, "the account has that switched off");
        assert_eq!(send(&node, &markup(OTHER, "c2@stage.example", "203.0.15.1")).await, 202);
        assert!(!node.is_known("c2@stage.example").await, "the form's switches take the place of the account's");
        // Limits: four from one address here, eight there.
        let people = ["ada.holt", "bea.marsh", "cy.young", "dee.lamb", "eva.stone", "flo.reed", "gus.wells", "hal.pike"];
        let mut statuses = Vec::new();
        for (n, person) in people.iter().enumerate() {
            let email = format!("{person}@orchestra{n}.example");
            statuses.push(send(&node, &plain(OTHER, &email, "203.0.16.1")).await);
        }
        assert_eq!(statuses, [202; 8], "attack mode has no floor here, and the limit is eight");
        assert_eq!(send(&node, &plain(OTHER, "ivy.nine@venue.example", "203.0.16.1")).await, 429);
        // The account's floor of six is reached soon.
        let mut asked = 0;
        for (n, person) in people.iter().enumerate() {
            let (email, ip) = (format!("{person}@venue{n}.example"), format!("203.0.{}.1", 20 + n));
            asked += u32::from(send(&node, &plain(FORM, &email, &ip)).await == 403);
        }
        assert!(asked > 0, "the other form is under attack");
    }

    async fn domains_without_mail_are_a_weak_sign(db: TestDatabase) {
        let (address, asked) = resolver().await;
        let node = Node::start_with(
            db,
            &[],
            &[("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"), ("VESTIBULE_RESOLVER", &address.to_string())],
        )
        .await;
        let wish = |email, first, ip| Sent { form: FORM, email, first, more: "", ip };
        assert_eq!(send(&node, &wish("robin@mail.theatre-of-ours.org", "Robin", "203.0.10.1")).await, 202);
        assert_eq!(send(&node, &wish("alex@mail.theatre-of-ours.org", "Alex", "203.0.11.1")).await, 202);
        assert_eq!(send(&node, &wish("robin@no-such-theatre.org", "Robin", "203.0.12.1")).await, 202, "alone it is weak");
        assert_eq!(send(&node, &wish("info@no-such-theatre.org", "Lee", "203.0.13.1")).await, 403, "not alone");
        assert_eq!(send(&node, &wish("sam@venue.example", "Sam", "203.0.14.1")).await, 202);
        let metrics = node.metrics().await;
        assert!(metrics.contains("reason=\"no_mail_host\"} 2"), "{metrics}");
        let asked = asked.lock().expect("no panic").clone();
        let times = |name: &str| asked.iter().filter(|a| *a == name).count();
        assert_eq!(times("mail.theatre-of-ours.org"), 1, "remembered: {asked:?}");
        assert_eq!(times("no-such-theatre.org"), 1, "{asked:?}");
        assert_eq!(times("venue.example"), 0, "an example is not asked about");
    }

    async fn a_silent_resolver_holds_up_nobody(db: TestDatabase) {
        // Bound and never answered from.
        let silent = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = silent.local_addr().expect("an address").to_string();
        let node = Node::start_with(
            db,
            &[("[guard.recipients]", "[guard]\noff = [\"same_client\"]\n\n[guard.recipients]")],
            &[("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"), ("VESTIBULE_RESOLVER", &address)],
        )
        .await;
        let began = std::time::Instant::now();
        for n in 0..12 {
            let (email, ip) = (format!("robin@theatre-number-{n}.org"), format!("203.0.{n}.1"));
            let wish = Sent { form: FORM, email: &email, first: "Robin", more: "", ip: &ip };
            assert_eq!(send(&node, &wish).await, 202);
        }
        assert!(began.elapsed().as_secs_f64() < 4.0, "twelve unknown domains took {:?}", began.elapsed());
    }
}
