//! One connection to a mail server, from opening it to handing mails over.
//!
//! lettre's `AsyncSmtpConnection` speaks the commands; the TCP stream, TLS, the time limits and the meaning of each
//! answer are ours. Where connections are kept and used again: [`super::smtp`].

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::fault::{FaultKind, SendFault, safe_text};
use super::tls;
use super::url::{AuthMechanism, Login, Security, SmtpUrl};
use super::wire::Wire;

/// A mail server, with what is needed to open connections to it.
pub(crate) struct Server {
    url: SmtpUrl,
    connect_limit: Duration,
    command_limit: Duration,
    ca: Vec<CertificateDer<'static>>,
    connector: OnceCell<TlsConnector>,
    /// What must never be repeated from a server's words.
    secrets: Vec<String>,
}

/// An open connection, logged in.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    /// Whether the server takes several commands in one go.
    pipelining: bool,
    command_limit: Duration,
    /// How many mails it has carried.
    pub(crate) mails: u32,
    /// When it was last of use.
    pub(crate) used: Instant,
}

/// How handing a mail over failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server said no; the connection is as good as before.
    Refused(SendFault),
    /// The connection is of no more use, and the server cannot have taken the mail.
    Lost(SendFault),
    /// The connection broke when the server may have taken the mail.
    Uncertain(SendFault),
}

/// Where in the conversation something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Hello,
    StartTls,
    Auth,
    Sender,
    Recipient,
    Data,
    Content,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Hello => "the greeting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the end of DATA",
        }
    }
}

impl Server {
    /// Reads the certificates named in the URL. The error names the file.
    pub(crate) fn new(url: SmtpUrl, connect_limit: Duration, command_limit: Duration) -> Result<Self, String> {
        let ca = url.ca.as_deref().map(tls::read_ca).transpose()?.unwrap_or_default();
        let secrets = url.login.as_ref().map(secrets_of).unwrap_or_default();
        Ok(Self { url, connect_limit, command_limit, ca, connector: OnceCell::new(), secrets })
    }

    /// Opens a connection: TCP, greeting, TLS as set, login.
    pub(crate) async fn open(&self) -> Result<Session, SendFault> {
        let stream = self.connect().await?;
        let lost = |fault: std::io::Error| unreachable(format!("connection lost: {fault}"));
        let (peer, local) = (stream.peer_addr().map_err(lost)?, stream.local_addr().map_err(lost)?);
        let hello = match (&self.url.hello, local.ip()) {
            (Some(name), _) => ClientId::Domain(name.clone()),
            (None, IpAddr::V4(address)) => ClientId::Ipv4(address),
            (None, IpAddr::V6(address)) => ClientId::Ipv6(address),
        };
        let (connection, pipelining) = if self.url.security == Security::Implicit {
            let stream = self.secure(stream).await?;
            self.hello(Wire::greeted(stream, peer), &hello).await?
        } else {
            // A second handle outlives lettre's connection, so that nothing said before TLS is believed after it.
            let first = stream.into_std().map_err(lost)?;
            let second = first.try_clone().map_err(lost)?;
            let first = TcpStream::from_std(first).map_err(lost)?;
            let (mut plain, pipelining) = self.hello(Wire::greeted(first, peer), &hello).await?;
            if plain.can_starttls() {
                self.said(Step::StartTls, plain.command(Starttls)).await?;
                drop(plain);
                let stream = self.secure(TcpStream::from_std(second).map_err(lost)?).await?;
                self.hello(Wire::silent(stream, peer), &hello).await?
            } else if self.url.security == Security::StartTls {
                return Err(SendFault::new(FaultKind::Tls, "the mail server does not offer STARTTLS"));
            } else if self.url.login.is_some() && !peer.ip().is_loopback() {
                let text = "the mail server does not offer STARTTLS, and a password is not sent in the clear";
                return Err(SendFault::new(FaultKind::Tls, text));
            } else {
                (plain, pipelining)
            }
        };
        let mut session =
            Session { connection, pipelining, command_limit: self.command_limit, mails: 0, used: Instant::now() };
        if let Some(login) = &self.url.login {
            self.log_in(&mut session, login).await?;
        }
        Ok(session)
    }

    /// A TCP stream without Nagle's delay, which would cost some 40 ms a mail.
    async fn connect(&self) -> Result<TcpStream, SendFault> {
        let until = Instant::now() + self.connect_limit;
        let look_up = tokio::net::lookup_host((self.url.host.as_str(), self.url.port));
        let addresses: Vec<_> = match timeout(self.connect_limit, look_up).await {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(fault)) => return Err(unreachable(format!("the mail server's name is not found: {fault}"))),
            Err(_) => return Err(unreachable("the mail server's name is not found: no answer in time")),
        };
        let mut fault = "no address".to_owned();
        for (i, address) in addresses.iter().enumerate() {
            // What is left of the time is shared among the addresses that are left.
            let share =
                until.saturating_duration_since(Instant::now()) / u32::try_from(addresses.len() - i).unwrap_or(1);
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true).map_err(|fault| unreachable(format!("connection lost: {fault}")))?;
                    return Ok(stream);
                }
                Ok(Err(found)) => fault = found.to_string(),
                Err(_) => "no answer in time".clone_into(&mut fault),
            }
        }
        Err(unreachable(format!("the mail server cannot be reached: {fault}")))
    }

    async fn secure(&self, stream: TcpStream) -> Result<tokio_rustls::client::TlsStream<TcpStream>, SendFault> {
        let tls = |text: String| SendFault::new(FaultKind::Tls, text);
        let name = ServerName::try_from(self.url.host.clone()).map_err(|fault| tls(fault.to_string()))?;
        let connector = self.connector.get_or_try_init(|| self.connector()).await.map_err(tls)?;
        match timeout(self.command_limit, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(fault)) => Err(tls(format!("no TLS with the mail server: {fault}"))),
            Err(_) => Err(tls("no TLS with the mail server: no answer in time".into())),
        }
    }

    /// Whether the certificate decides: always, but for STARTTLS that is not demanded and guards no password.
    async fn connector(&self) -> Result<TlsConnector, String> {
        if self.url.security == Security::Opportunistic && self.url.login.is_none() && self.ca.is_empty() {
            return tls::unverified();
        }
        let ca = self.ca.clone();
        tokio::task::spawn_blocking(move || tls::verified(&ca)).await.map_err(|fault| fault.to_string())?
    }

    /// Says hello; the connection, and whether the server offers PIPELINING.
    async fn hello<S>(&self, wire: Wire<S>, hello: &ClientId) -> Result<(AsyncSmtpConnection, bool), SendFault>
    where
        Wire<S>: lettre::transport::smtp::client::AsyncTokioStream + 'static,
    {
        let pipelining = wire.pipelining();
        let connect = AsyncSmtpConnection::connect_with_transport(Box::new(wire), hello);
        let connection = self.said(Step::Hello, connect).await?;
        Ok((connection, pipelining.load(Ordering::Relaxed)))
    }

    async fn log_in(&self, session: &mut Session, login: &Login) -> Result<(), SendFault> {
        let mechanisms: &[Mechanism] = match login.mechanism {
            None => &[Mechanism::Plain, Mechanism::Login],
            Some(AuthMechanism::Plain) => &[Mechanism::Plain],
            Some(AuthMechanism::Login) => &[Mechanism::Login],
            Some(AuthMechanism::Xoauth2) => &[Mechanism::Xoauth2],
        };
        if session.connection.server_info().get_auth_mechanism(mechanisms).is_none() {
            let text = "the mail server offers no way to log in that is set";
            return Err(SendFault::new(FaultKind::Auth, text));
        }
        let credentials = Credentials::new(login.user.reveal().to_owned(), login.password.reveal().to_owned());
        self.said(Step::Auth, session.connection.auth(mechanisms, &credentials)).await.map(drop)
    }

    async fn said<T>(&self, step: Step, words: impl Future<Output = Result<T, Error>>) -> Result<T, SendFault> {
        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        within(self.command_limit, step, words).await.map_err(|failure| match failure {
            Failure::Refused(fault) | Failure::Lost(fault) | Failure::Uncertain(fault) => {
                SendFault { text: safe_text(&fault.text, &secrets), ..fault }
            }
        })
    }
}

impl Session {
    /// Hands one mail over; the server's words when it took it. `bytes` is a whole message with CRLF line ends.
    pub(crate) async fn deliver(&mut self, from: &Address, to: &Address, bytes: &[u8]) -> Result<String, Failure> {
        let ascii_path = AsRef::<str>::as_ref(from).is_ascii() && AsRef::<str>::as_ref(to).is_ascii();
        let mut parameters = Vec::new();
        if !ascii_path {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let text = "the address needs SMTPUTF8, which the mail server does not offer";
                return Err(Failure::Refused(SendFault::new(FaultKind::PermanentMessage, text)));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.announce(Mail::new(Some(from.clone()), parameters), Rcpt::new(to.clone(), Vec::new())).await?;
        let limit = self.command_limit;
        // The end of the content has a CRLF of its own.
        let content = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let taken = match std::str::from_utf8(content) {
            Ok(content) => within(limit, Step::Content, self.connection.command(Content(content))).await?,
            Err(_) => within(limit, Step::Content, self.connection.message(content)).await?,
        };
        let taken = expected(Step::Content, Severity::PositiveCompletion, taken)?;
        self.mails += 1;
        Ok(format!("{} {}", taken.code(), taken.message().collect::<Vec<_>>().join(" ")))
    }

    /// Names sender and recipient, until the server waits for the content.
    async fn announce(&mut self, mail: Mail, rcpt: Rcpt) -> Result<(), Failure> {
        let (done, go_on) = (Severity::PositiveCompletion, Severity::PositiveIntermediate);
        let limit = self.command_limit;
        if !self.pipelining {
            expected(Step::Sender, done, within(limit, Step::Sender, self.connection.command(mail)).await?)?;
            expected(Step::Recipient, done, within(limit, Step::Recipient, self.connection.command(rcpt)).await?)?;
            let data = within(limit, Step::Data, self.connection.command(Data)).await?;
            return expected(Step::Data, go_on, data).map(drop);
        }
        let together = Together(mail, rcpt);
        let sender = within(limit, Step::Sender, self.connection.command(together)).await;
        let sender = sender.and_then(|reply| expected(Step::Sender, done, reply));
        if matches!(sender, Err(Failure::Lost(_))) {
            return sender.map(drop);
        }
        let recipient = within(limit, Step::Recipient, self.connection.read_response()).await;
        let recipient = recipient.and_then(|reply| expected(Step::Recipient, done, reply));
        let refused = match sender.and(recipient) {
            Ok(_) => None,
            Err(Failure::Refused(fault)) => Some(fault),
            Err(lost) => return Err(lost),
        };
        let data = within(limit, Step::Data, self.connection.read_response()).await;
        let data = data.and_then(|reply| expected(Step::Data, go_on, reply));
        match (refused, data) {
            (None, data) => data.map(drop),
            // As it must be: without a recipient there is no content to wait for.
            (Some(fault), Err(Failure::Refused(_))) => Err(Failure::Refused(fault)),
            // It is gone, or waits for content that is for nobody: there is no way back but a new connection.
            (Some(fault), _) => Err(Failure::Lost(fault)),
        }
    }

    /// Forgets a mail half handed over; whether the connection is still of use.
    pub(crate) async fn reset(&mut self) -> bool {
        matches!(timeout(self.command_limit, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Says goodbye, briefly.
    pub(crate) async fn quit(mut self) {
        let _ = timeout(Duration::from_secs(2), self.connection.quit()).await;
    }
}

/// The commands before the content, in one go (RFC 2920).
struct Together(Mail, Rcpt);

impl fmt::Display for Together {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{Data}", self.0, self.1)
    }
}

/// Content with its end in one piece, so that it goes out in one write; dots that begin a line are doubled (RFC 5321,
/// 4.5.2).
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with('.') {
            f.write_str(".")?;
        }
        for (n, part) in self.0.split("\r\n.").enumerate() {
            f.write_str(if n > 0 { "\r\n.." } else { "" })?;
            f.write_str(part)?;
        }
        f.write_str("\r\n.\r\n")
    }
}

async fn within<T>(limit: Duration, step: Step, words: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(limit, words).await {
        Ok(Ok(said)) => Ok(said),
        Ok(Err(error)) => Err(failure(step, &error)),
        Err(_) => Err(broken(step, format!("no answer to {} in time", step.name()))),
    }
}

/// A reply of the right class, or a server out of step.
fn expected(step: Step, severity: Severity, reply: Response) -> Result<Response, Failure> {
    if reply.code().severity == severity {
        return Ok(reply);
    }
    Err(broken(step, format!("unexpected reply {} to {}", reply.code(), step.name())))
}

fn failure(step: Step, error: &Error) -> Failure {
    let words = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let Some(code) = error.status().map(u16::from) else {
        return broken(step, format!("connection lost at {}: {words}", step.name()));
    };
    let kind = kind_of(step, code, &words);
    let about_recipient =
        kind == FaultKind::PermanentRecipient || step == Step::Recipient && kind == FaultKind::Temporary;
    let fault = SendFault { kind, code: Some(code), about_recipient, text: format!("{code} {words}") };
    // 421: the server closes the connection (RFC 5321, section 3.8).
    if code == 421 { Failure::Lost(fault) } else { Failure::Refused(fault) }
}

fn broken(step: Step, text: String) -> Failure {
    match step {
        Step::Hello => Failure::Lost(unreachable(text)),
        Step::StartTls => Failure::Lost(SendFault::new(FaultKind::Tls, text)),
        Step::Content => Failure::Uncertain(SendFault::new(FaultKind::Temporary, text)),
        Step::Auth | Step::Sender | Step::Recipient | Step::Data => {
            Failure::Lost(SendFault::new(FaultKind::Temporary, text))
        }
    }
}

/// What a reply of 400 and above means. Enhanced codes (RFC 3463) tell a recipient that does not exist (5.1, 5.2)
/// from a policy or a fault that has nothing to do with it.
fn kind_of(step: Step, code: u16, words: &str) -> FaultKind {
    let class = words.split_whitespace().next().and_then(|word| {
        let mut parts = word.split('.');
        let (class, subject, _) = (parts.next()?, parts.next()?, parts.next()?);
        (class == "5").then(|| subject.parse::<u16>().ok()).flatten()
    });
    match (step, code) {
        (_, 400..=499) => FaultKind::Temporary,
        (Step::Hello, _) => FaultKind::Unreachable,
        (Step::StartTls, _) => FaultKind::Tls,
        (Step::Auth, _) | (_, 530 | 534 | 535 | 538) => FaultKind::Auth,
        (Step::Recipient, 500..=504) => FaultKind::PermanentMessage,
        (Step::Recipient, _) if class.is_none_or(|c| c == 1 || c == 2) => FaultKind::PermanentRecipient,
        (Step::Content | Step::Data, _) if class.is_some_and(|c| c == 1 || c == 2) => FaultKind::PermanentRecipient,
        (Step::Sender | Step::Recipient | Step::Data | Step::Content, _) => FaultKind::PermanentMessage,
    }
}

fn unreachable(text: impl Into<String>) -> SendFault {
    SendFault::new(FaultKind::Unreachable, text)
}

/// The login in every form in which a server might repeat it.
fn secrets_of(login: &Login) -> Vec<String> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let (user, password) = (login.user.reveal(), login.password.reveal());
    vec![base64(&format!("\0{user}\0{password}")), base64(password), base64(user), password.to_owned(), user.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_told_apart() {
        for (step, code, words, kind) in [
            (Step::Recipient, 450, "4.2.0 greylisted", FaultKind::Temporary),
            (Step::Recipient, 550, "5.1.1 unknown", FaultKind::PermanentRecipient),
            (Step::Recipient, 550, "no such user", FaultKind::PermanentRecipient),
            (Step::Recipient, 554, "5.7.1 relay access denied", FaultKind::PermanentMessage),
            (Step::Recipient, 530, "5.7.0 log in first", FaultKind::Auth),
            (Step::Recipient, 501, "syntax", FaultKind::PermanentMessage),
            (Step::Sender, 553, "5.7.1 sender refused", FaultKind::PermanentMessage),
            (Step::Sender, 550, "5.1.8 sender refused", FaultKind::PermanentMessage),
            (Step::Content, 554, "5.7.1 spam", FaultKind::PermanentMessage),
            (Step::Content, 550, "5.1.1 unknown", FaultKind::PermanentRecipient),
            (Step::Content, 451, "later", FaultKind::Temporary),
            (Step::Hello, 554, "go away", FaultKind::Unreachable),
            (Step::Auth, 535, "5.7.8 no", FaultKind::Auth),
            (Step::Auth, 454, "4.7.0 later", FaultKind::Temporary),
        ] {
            assert_eq!(kind_of(step, code, words), kind, "{code} {words}");
        }
    }
}
