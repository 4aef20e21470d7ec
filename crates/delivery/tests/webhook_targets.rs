//! Where webhooks may go, seen from the sockets: a name that resolves to a private address on the second look-up, mixed
//! answers, certificates.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use delivery::webhook::{CallFault, CallFaultKind, Caller, Resolve, ResolveFuture, Targets};
use http::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Stands for an address of the internet: the test's own rule forbids only [`PRIVATE`].
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Answers look-ups with one list after the other, the last one for ever.
struct Answers(Mutex<Vec<Vec<IpAddr>>>);

impl Resolve for Answers {
    fn resolve(&self, _: &str, port: u16) -> ResolveFuture {
        let mut left = self.0.lock().expect("no panic");
        let answer = if left.len() > 1 { left.remove(0) } else { left[0].clone() };
        Box::pin(async move { Ok(answer.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()) })
    }
}

/// Takes one request a connection and counts them.
async fn receiver(ip: IpAddr, port: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((ip, port)).await.expect("a free port");
    let (port, count) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
        }
    });
    (port, count)
}

fn caller(answers: Vec<Vec<IpAddr>>) -> Caller {
    let targets = Targets::with(Arc::new(Answers(Mutex::new(answers))), |ip| ip != PRIVATE);
    Caller::new(targets, Duration::from_secs(5), 2)
}

async fn call(caller: &Caller, url: String) -> Result<(), CallFault> {
    caller.post(&url, HeaderMap::new(), Bytes::from_static(b"{}")).await
}

#[tokio::test]
async fn a_name_that_turns_private_is_not_called() {
    let (port, public) = receiver(PUBLIC, 0).await;
    let (_, private) = receiver(PRIVATE, port).await;
    let caller = caller(vec![vec![PUBLIC], vec![PRIVATE]]);
    let url = || format!("http://crm.example:{port}/hook");
    call(&caller, url()).await.expect("taken");
    let fault = call(&caller, url()).await.expect_err("the name has turned");
    assert_eq!(fault.kind, CallFaultKind::Target, "{fault}");
    assert_eq!((public.load(Ordering::SeqCst), private.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn of_mixed_answers_only_public_ones_are_called() {
    let (port, public) = receiver(PUBLIC, 0).await;
    let (_, private) = receiver(PRIVATE, port).await;
    call(&caller(vec![vec![PRIVATE, PUBLIC]]), format!("http://crm.example:{port}/")).await.expect("taken");
    let literal = call(&caller(vec![vec![PUBLIC]]), format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(literal.expect_err("private").kind, CallFaultKind::Target);
    let nowhere = call(&caller(vec![Vec::new()]), format!("http://crm.example:{port}/")).await;
    assert_eq!(nowhere.expect_err("no address").kind, CallFaultKind::Name);
    for url in ["ftp://crm.example/", "crm.example", "https://"] {
        let fault = call(&caller(vec![vec![PUBLIC]]), url.into()).await.expect_err("no URL");
        assert_eq!(fault.kind, CallFaultKind::Url, "{url}");
    }
    assert_eq!((public.load(Ordering::SeqCst), private.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let made = rcgen::generate_simple_self_signed(vec!["crm.example".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((PUBLIC, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let fault =
        call(&caller(vec![vec![PUBLIC]]), format!("https://crm.example:{port}/")).await.expect_err("not trusted");
    assert_eq!(fault.kind, CallFaultKind::Tls, "{fault}");
}
