//! PostgreSQL over TLS: each `sslmode` against a server with a certificate of our own making.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use testkit::{PostgresServer, SmtpSink};

use crate::support::{assert_applied, assert_status, demo, sign_up, write};

/// A certificate authority of a test's own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Test Authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    /// A certificate for these names and its key.
    fn issue(&self, names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let certificate =
            CertificateParams::new(names).expect("names").signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

#[tokio::test]
async fn every_mode_keeps_its_promise() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (certificate, key) = authority.issue(&["localhost"]);
    let server = PostgresServer::start(
        "hostssl all all 127.0.0.1/32 trust\nhostnossl all all 127.0.0.1/32 reject\nhostssl all all ::1/128 trust\n",
        &[("server.crt", &certificate), ("server.key", &key)],
        &["ssl=on"],
    );
    let sink = SmtpSink::start().await;
    let base = demo("", &sink);
    write(&base, "own.pem", &authority.0.pem());
    write(&base, "stranger.pem", &stranger.0.pem());
    let of = |name: &str| base.data_dir().join(name).display().to_string();
    let (own, other, none) = (of("own.pem"), of("stranger.pem"), of("none.pem"));
    let on = |host: &str, parameters: &[(&str, &str)]| {
        base.clone().setting("VESTIBULE_DATABASE_URL", server.url(host, parameters))
    };
    for (n, (host, parameters)) in [
        ("127.0.0.1", vec![("sslmode", "require")]),
        ("127.0.0.1", vec![]),
        ("127.0.0.1", vec![("sslmode", "verify-ca"), ("sslrootcert", own.as_str())]),
        ("localhost", vec![("sslmode", "verify-full"), ("sslrootcert", own.as_str())]),
    ]
    .into_iter()
    .enumerate()
    {
        let running = on(host, &parameters).start().await;
        let email = format!("tls{n}@example.org");
        let answer = sign_up(&email, false).send(running.address()).await.expect("an answer");
        assert_status(&answer, 200);
        assert_applied(running.address(), &email).await;
        running.terminate();
        assert_eq!(running.end().await.status.code(), Some(0));
    }
    for (host, parameters, words) in [
        ("127.0.0.1", vec![("sslmode", "disable")], vec!["pg_hba.conf"]),
        ("localhost", vec![("sslmode", "verify-full"), ("sslrootcert", other.as_str())], vec!["certificate"]),
        ("127.0.0.1", vec![("sslmode", "verify-ca"), ("sslrootcert", other.as_str())], vec!["certificate"]),
        // As with libpq, a given root is used.
        ("127.0.0.1", vec![("sslmode", "require"), ("sslrootcert", other.as_str())], vec!["certificate"]),
        ("127.0.0.1", vec![("sslmode", "verify-full"), ("sslrootcert", own.as_str())], vec!["certificate"]),
        (
            "localhost",
            vec![("sslmode", "verify-full"), ("sslrootcert", none.as_str())],
            vec!["sslrootcert", "none.pem"],
        ),
    ] {
        let ended = on(host, &parameters).spawn().end().await;
        assert_eq!(ended.status.code(), Some(1), "{host} {parameters:?}: {}", ended.stderr);
        assert!(words.iter().all(|word| ended.stderr.contains(word)), "{host} {parameters:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}
