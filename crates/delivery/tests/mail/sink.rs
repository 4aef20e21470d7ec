//! A mail server for tests: speaks SMTP over loopback, keeps what it takes, and misbehaves on request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How a sink behaves.
#[derive(Clone, Default)]
pub struct Script {
    /// Lines of the EHLO answer besides the name and what `tls` and `logins` bring.
    pub offers: Vec<&'static str>,
    /// A reply in place of the usual one: to the n-th command of that verb on any connection (from 1; 0 = every one).
    /// The verbs are those of SMTP; `CONNECT` is the greeting, `END` the end of DATA.
    pub replies: Vec<(&'static str, u32, Reply)>,
    /// Certificate and key; offered by STARTTLS, or from the first byte.
    pub tls: Option<(Certificate, Tls)>,
    /// Mechanism and login wanted; MAIL is refused without.
    pub logins: Option<(&'static str, &'static str, &'static str)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Start,
    Implicit,
}

#[derive(Clone)]
pub enum Reply {
    /// These bytes.
    Say(&'static [u8]),
    /// Close the connection without a word.
    Drop,
    /// Never answer.
    Hang,
    /// Bytes without end.
    Flood,
}

/// A certificate of our own making.
#[derive(Clone)]
pub struct Certificate {
    pub pem: String,
    key: String,
}

impl Certificate {
    pub fn for_names(names: &[&str]) -> Self {
        Self::made(names, rcgen::IsCa::NoCa)
    }

    /// An authority and a server's certificate in one, as `openssl req -x509` makes it.
    pub fn own_authority(names: &[&str]) -> Self {
        Self::made(names, rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained))
    }

    fn made(names: &[&str], is_ca: rcgen::IsCa) -> Self {
        let names = names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut wanted = rcgen::CertificateParams::new(names).expect("names");
        wanted.is_ca = is_ca;
        let key = rcgen::KeyPair::generate().expect("key");
        Self { pem: wanted.self_signed(&key).expect("certificate").pem(), key: key.serialize_pem() }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let certificate = CertificateDer::from_pem_slice(self.pem.as_bytes()).expect("certificate");
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate], key))
            .expect("server configuration");
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    /// As sent, dots unstuffed.
    pub data: String,
    pub encrypted: bool,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    connections: u32,
    open: i32,
    commands: Vec<String>,
    /// Whether the last command was refused by script.
    refused: bool,
    /// How often each verb has come.
    counts: HashMap<String, u32>,
}

/// A running server. It ends with the test's runtime.
pub struct Sink {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                lock(&shared).connections += 1;
                lock(&shared).open += 1;
                let (shared, script) = (Arc::clone(&shared), script.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, &script, &shared).await;
                    lock(&shared).open -= 1;
                });
            }
        });
        Self { address, state }
    }

    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.state).taken.clone()
    }

    pub fn connections(&self) -> u32 {
        lock(&self.state).connections
    }

    pub fn open_connections(&self) -> i32 {
        lock(&self.state).open
    }

    /// Every command line, in order of arrival.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.state).commands.clone()
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().expect("no test panics here")
}

async fn serve(stream: TcpStream, script: &Script, state: &Mutex<State>) -> std::io::Result<()> {
    match &script.tls {
        Some((certificate, Tls::Implicit)) => {
            let stream = certificate.acceptor().accept(stream).await?;
            converse(stream, script, state, true, true).await.map(drop)
        }
        Some((certificate, Tls::Start)) => match converse(stream, script, state, false, true).await? {
            Some(stream) => {
                let stream = certificate.acceptor().accept(stream).await?;
                converse(stream, script, state, true, false).await.map(drop)
            }
            None => Ok(()),
        },
        None => converse(stream, script, state, false, true).await.map(drop),
    }
}

/// Answers until the client leaves; the bare stream when it asks for STARTTLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    script: &Script,
    state: &Mutex<State>,
    encrypted: bool,
    greet: bool,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greet && !answer(&mut stream, script, state, "CONNECT", b"220 sink.example ESMTP\r\n").await? {
        return Ok(None);
    }
    let (mut from, mut to, mut logged_in) = (String::new(), Vec::new(), script.logins.is_none());
    loop {
        let Some(line) = read_line(&mut stream).await? else { return Ok(None) };
        lock(state).commands.push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let rest = line.get(verb.len() + 1..).unwrap_or("");
        let usual: String = match verb.as_str() {
            "EHLO" => {
                let mut lines = vec!["sink.example".to_owned(), "8BITMIME".to_owned()];
                lines.extend(script.offers.iter().map(ToString::to_string));
                if !encrypted && script.tls.is_some() {
                    lines.push("STARTTLS".into());
                }
                lines.extend(script.logins.map(|(mechanism, ..)| format!("AUTH {mechanism}")));
                let last = lines.len() - 1;
                let line =
                    |(i, line): (usize, &String)| [["250-", "250 "][usize::from(i == last)], line, "\r\n"].concat();
                lines.iter().enumerate().map(line).collect::<Vec<_>>().concat()
            }
            "STARTTLS" => "220 go ahead\r\n".into(),
            "AUTH" => {
                logged_in = log_in(&mut stream, script, rest).await?;
                if logged_in { "235 2.7.0 ok\r\n".into() } else { "535 5.7.8 no\r\n".into() }
            }
            "MAIL" if !logged_in => "530 5.7.0 log in first\r\n".into(),
            "MAIL" => {
                (from, to) = (rest.to_owned(), Vec::new());
                "250 2.1.0 ok\r\n".into()
            }
            "RCPT" => {
                to.push(rest.to_owned());
                "250 2.1.5 ok\r\n".into()
            }
            "DATA" if to.is_empty() => "503 5.5.1 no recipient\r\n".into(),
            "DATA" => "354 go on\r\n".into(),
            "RSET" | "NOOP" => "250 ok\r\n".into(),
            "QUIT" => "221 bye\r\n".into(),
            _ => "500 5.5.2 what?\r\n".into(),
        };
        if !answer(&mut stream, script, state, &verb, usual.as_bytes()).await? {
            return Ok(None);
        }
        match verb.as_str() {
            // A recipient that was refused is none.
            "RCPT" if lock(state).refused => {
                to.pop();
            }
            "QUIT" => return Ok(None),
            "STARTTLS" => return Ok(Some(stream.into_inner())),
            "DATA" if !to.is_empty() => {
                let mut data = String::new();
                loop {
                    let Some(line) = read_line(&mut stream).await? else { return Ok(None) };
                    if line == "." {
                        break;
                    }
                    data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    data.push_str("\r\n");
                    if let Some(Reply::Drop) = scripted(script, state, "LINE") {
                        return Ok(None);
                    }
                }
                let reply = scripted(script, state, "END");
                if matches!(&reply, None | Some(Reply::Say(b"250 2.0.0 queued\r\n"))) {
                    lock(state).taken.push(Taken { from: from.clone(), to: to.clone(), data, encrypted });
                }
                let reply = reply.unwrap_or(Reply::Say(b"250 2.0.0 queued as 42\r\n"));
                if !perform(&mut stream, &reply).await? {
                    return Ok(None);
                }
            }
            _ => {}
        }
    }
}

async fn log_in<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    script: &Script,
    rest: &str,
) -> std::io::Result<bool> {
    use base64::Engine;
    let plain = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
    let (mechanism, user, password) = script.logins.unwrap_or_default();
    let (asked, initial) = rest.split_once(' ').unwrap_or((rest, ""));
    Ok(match asked {
        _ if asked != mechanism => false,
        "PLAIN" => plain(initial) == format!("\0{user}\0{password}").as_bytes(),
        "XOAUTH2" => plain(initial) == format!("user={user}\x01auth=Bearer {password}\x01\x01").as_bytes(),
        _ => {
            let mut given = Vec::new();
            for prompt in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                stream.get_mut().write_all(prompt.as_bytes()).await?;
                given.push(plain(&read_line(stream).await?.unwrap_or_default()));
            }
            given == [user.as_bytes(), password.as_bytes()]
        }
    })
}

fn scripted(script: &Script, state: &Mutex<State>, verb: &str) -> Option<Reply> {
    let mut state = lock(state);
    let count = state.counts.entry(verb.to_owned()).or_insert(0);
    *count += 1;
    let mut replies = script.replies.iter().filter(|(v, at, _)| *v == verb && (*at == 0 || *at == *count));
    replies.next().map(|(.., reply)| reply.clone())
}

/// Whether the conversation goes on.
async fn answer<S: AsyncWrite + AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    script: &Script,
    state: &Mutex<State>,
    verb: &str,
    usual: &[u8],
) -> std::io::Result<bool> {
    let scripted = scripted(script, state, verb);
    lock(state).refused = matches!(&scripted, Some(Reply::Say(said)) if !said.starts_with(b"2"));
    match scripted {
        Some(reply) => perform(stream, &reply).await,
        None => stream.get_mut().write_all(usual).await.map(|()| true),
    }
}

async fn perform<S: AsyncWrite + AsyncRead + Unpin>(stream: &mut BufReader<S>, reply: &Reply) -> std::io::Result<bool> {
    match reply {
        Reply::Say(bytes) => stream.get_mut().write_all(bytes).await.map(|()| true),
        Reply::Drop => Ok(false),
        Reply::Hang => std::future::pending().await,
        Reply::Flood => loop {
            stream.get_mut().write_all(&[b'x'; 4096]).await?;
        },
    }
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    assert!(line.ends_with(b"\r\n"), "bare line end: {}", String::from_utf8_lossy(&line));
    Ok(Some(String::from_utf8_lossy(&line[..line.len() - 2]).into_owned()))
}
