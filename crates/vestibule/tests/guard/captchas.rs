//! Captcha services: each is asked in its own way, and a service that is down stops nobody who does the work.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use testkit::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::doors::{At, Calling, challenge_of};
use crate::node::Node;
use crate::solving::solved;

/// Answers as services do, by what the token says; keeps what it was asked.
async fn stand_in() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let (address, asked) = (listener.local_addr().expect("an address"), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(n) => request.extend(&piece[..n]),
                }
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let (status, body) = match () {
                () if request.contains("good") => ("200 OK", r#"{"success":true}"#),
                () if request.contains("down") => ("503 Service Unavailable", "busy"),
                () => (
                    "200 OK",
                    r#"{"success":false,"error-codes":["invalid-input-response"],"error":{"error_code":"response_invalid"}}"#,
                ),
            };
            kept.lock().expect("no panic").push(request);
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, asked)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

async fn node_with(db: TestDatabase, provider: &str, when_down: &str, service: SocketAddr) -> Node {
    let table = format!(
        "[guard]\nwork_rounds = 1\ncaptcha = {{ provider = \"{provider}\", site_key = \"public-1\", secret_env = \"TEST_CAPTCHA\", when_down = \"{when_down}\" }}\n\n[[api_user]]"
    );
    let url = format!("http://{service}");
    let settings = [("VESTIBULE_CAPTCHA_URL", url.as_str()), ("TEST_CAPTCHA", "s3cr3t")];
    Node::start_with(db, &[("[[api_user]]", &table)], &settings).await
}

const PROVIDERS: [(&str, &str, &str, &str); 4] = [
    ("turnstile", "cf-turnstile-response", "POST /turnstile/v0/siteverify", "cf-turnstile"),
    ("hcaptcha", "h-captcha-response", "POST /siteverify", "h-captcha"),
    ("recaptcha", "g-recaptcha-response", "POST /recaptcha/api/siteverify", "g-recaptcha"),
    ("friendly_captcha", "frc-captcha-solution", "POST /api/v2/captcha/siteverify", "frc-captcha"),
];

#[tokio::test]
async fn each_service_is_asked_in_its_own_way() {
    let (service, asked) = stand_in().await;
    for (n, (provider, field, path, class)) in PROVIDERS.into_iter().enumerate() {
        let node = node_with(TestDatabase::sqlite(), provider, "proof_of_work", service).await;
        let strange = |at, n| Calling::new(at, n).with("ticket", "x");
        let shown = strange(At::Hosted, n).send(&node).await;
        assert_eq!(shown.status(), 403, "{provider}");
        let page = shown.text();
        assert!(page.contains(&format!("class=\"{class}\" data-sitekey=\"public-1\"")), "{provider}: {page}");
        let policy = shown.header("content-security-policy").expect("a policy");
        assert!(policy.contains("frame-src https://"), "{policy}");
        for (at, n) in [(At::Hosted, n + 10), (At::Json, n + 20), (At::Web, n + 30), (At::Aspx, n + 40)] {
            let wrong = strange(at, n).with(field, "wrong").send(&node).await;
            assert_eq!(wrong.status(), 403, "{provider} {at:?}");
            let right = strange(at, n).with(field, "good").send(&node).await;
            assert!(matches!(right.status(), 200 | 202 | 302), "{provider} {at:?}: {}", right.text());
        }
        let asked = std::mem::take(&mut *asked.lock().expect("no panic"));
        assert_eq!(asked.len(), 8, "{provider}");
        assert!(asked.iter().all(|a| a.starts_with(path) && a.contains("s3cr3t")), "{provider}: {}", asked[0]);
        // The widget's script may be blocked: work is asked for next, and after that nothing more.
        let next = strange(At::Hosted, n + 50).with("challenged", "captcha").send(&node).await;
        assert!(next.status() == 403 && next.text().contains("data-challenge"), "{provider}");
    }
}

#[tokio::test]
async fn a_service_that_is_down_does_what_the_account_says() {
    let (service, _) = stand_in().await;
    for (when_down, status) in [("proof_of_work", 403), ("accept", 202), ("quiet", 202)] {
        let node = node_with(TestDatabase::sqlite(), "turnstile", when_down, service).await;
        let call = |n| Calling::new(At::Json, n).with("ticket", "x").with("cf-turnstile-response", "down");
        let answer = call(1).send(&node).await;
        assert_eq!(answer.status(), status, "{when_down}: {}", answer.text());
        assert_eq!(node.is_known(&call(1).email).await, when_down == "accept", "{when_down}");
        if status == 403 {
            let work = solved(&challenge_of(&node, &answer).await);
            assert_eq!(call(1).with("altcha", work).send(&node).await.status(), 202);
        }
    }
    // Nobody listens: down as well.
    let node =
        node_with(TestDatabase::sqlite(), "hcaptcha", "accept", "127.0.0.1:1".parse().expect("an address")).await;
    let call = Calling::new(At::Json, 1).with("ticket", "x").with("h-captcha-response", "any");
    assert_eq!(call.send(&node).await.status(), 202);
}
