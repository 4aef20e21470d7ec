//! Mail to a server: connections are kept open and used again, within bounds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::dkim::DkimSigner;
use super::fault::{FaultKind, SendFault, Sent, safe_text};
use super::message::Outgoing;
use super::session::{Failure, Server, Session};
use super::url::SmtpUrl;

/// Limits of an [`SmtpTransport`].
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Longest wait for name and TCP connection together.
    pub connect_timeout: Duration,
    /// Longest wait for the answer to one command, and for the TLS handshake.
    pub command_timeout: Duration,
    /// A connection unused for this long is closed.
    pub idle_time: Duration,
    /// A connection that has carried this many mails is closed.
    pub mails_per_connection: u32,
    /// Most connections at one time, in use or idle, where the URL names no number; further mails wait for one.
    pub max_connections: usize,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            command_timeout: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            mails_per_connection: 100,
            max_connections: 16,
        }
    }
}

/// Sends mail to one server. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct SmtpTransport(Arc<Inner>);

struct Inner {
    server: Server,
    settings: SmtpSettings,
    turns: Semaphore,
    /// Turns of mails that are not urgent: fewer, so that an urgent one never waits for all of them.
    unhurried: Semaphore,
    /// The connection used last is at the end.
    idle: Mutex<Vec<Session>>,
    sweeping: AtomicBool,
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpTransport").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl SmtpTransport {
    /// Prepares for a server without connecting to it. Fails when the URL's `ca` file cannot be read, naming it.
    pub fn new(url: SmtpUrl, settings: SmtpSettings) -> Result<Self, String> {
        let most = url.connections.unwrap_or(settings.max_connections).max(1);
        let (turns, unhurried) = (Semaphore::new(most), Semaphore::new((most - most / 4).max(1)));
        let patience = url.timeout.unwrap_or(settings.command_timeout);
        let server = Server::new(url, patience.min(settings.connect_timeout), patience)?;
        let idle = Mutex::default();
        Ok(Self(Arc::new(Inner { server, settings, turns, unhurried, idle, sweeping: AtomicBool::new(false) })))
    }

    /// Hands one mail over. When this future is dropped half-way, the connection goes with it.
    ///
    /// A connection used before that turns out dead before the content went out is replaced once. When the connection
    /// breaks after that, the server may have the mail: the fault is temporary, and a repeat may be a second copy (with
    /// the same `Message-ID`).
    pub async fn send(&self, mail: &Outgoing) -> Result<Sent, SendFault> {
        self.send_signed(mail, &[], false).await
    }

    /// The same, signed by those of the signers that align with the sender. A quarter of the connections is kept for what is
    /// urgent; where there are fewer than four, it waits for one other mail at most.
    pub async fn send_signed(
        &self,
        mail: &Outgoing,
        signers: &[Arc<DkimSigner>],
        urgent: bool,
    ) -> Result<Sent, SendFault> {
        let envelope = mail.envelope().map_err(|fault| fault.to_send_fault())?;
        let bytes = mail.to_signed_bytes(signers).map_err(|fault| fault.to_send_fault())?;
        let closed = |_| SendFault::new(FaultKind::Unreachable, "shutting down");
        let _unhurried = if urgent { None } else { Some(self.0.unhurried.acquire().await.map_err(closed)?) };
        let _turn = self.0.turns.acquire().await.map_err(closed)?;
        let (mut session, mut used_before) = match self.0.take_idle() {
            Some(session) => (session, true),
            None => (self.0.server.open().await?, false),
        };
        loop {
            let failure = match session.deliver(&envelope.from, &envelope.to, &bytes).await {
                Ok(reply) => {
                    self.keep(session);
                    return Ok(Sent { reply: masked(&reply, mail) });
                }
                Err(failure) => failure,
            };
            let fault = match failure {
                Failure::Lost(_) if used_before => {
                    used_before = false;
                    session = self.0.server.open().await?;
                    continue;
                }
                Failure::Refused(fault) => {
                    if session.reset().await {
                        self.keep(session);
                    }
                    fault
                }
                Failure::Lost(fault) | Failure::Uncertain(fault) => fault,
            };
            return Err(SendFault { text: masked(&fault.text, mail), ..fault });
        }
    }

    /// How many connections are open and unused.
    pub fn idle_connections(&self) -> usize {
        self.0.lock().len()
    }

    /// Says goodbye on every unused connection.
    pub async fn close(&self) {
        let sessions = std::mem::take(&mut *self.0.lock());
        for session in sessions {
            session.quit().await;
        }
    }

    fn keep(&self, mut session: Session) {
        if session.mails >= self.0.settings.mails_per_connection {
            tokio::spawn(session.quit());
            return;
        }
        session.used = Instant::now();
        self.0.lock().push(session);
        if !self.0.sweeping.swap(true, Ordering::AcqRel) {
            tokio::spawn(sweep(Arc::downgrade(&self.0), self.0.settings.idle_time));
        }
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Session> {
        let session = self.lock().pop()?;
        (session.used.elapsed() < self.settings.idle_time).then_some(session)
    }

    /// The connections that have been unused for too long.
    fn take_expired(&self) -> (Vec<Session>, bool) {
        let mut idle = self.lock();
        let fresh = idle.partition_point(|session| session.used.elapsed() >= self.settings.idle_time);
        let expired = idle.drain(..fresh).collect();
        (expired, idle.is_empty())
    }
}

/// Closes unused connections in time; ends when there are none or the transport is gone.
async fn sweep(inner: Weak<Inner>, idle_time: Duration) {
    loop {
        tokio::time::sleep(idle_time / 4 + Duration::from_millis(1)).await;
        let Some(inner) = inner.upgrade() else { return };
        let (expired, none_left) = inner.take_expired();
        for session in expired {
            session.quit().await;
        }
        if none_left {
            inner.sweeping.store(false, Ordering::Release);
            // One may have been put back meanwhile, by someone who saw us still at work.
            if inner.lock().is_empty() || inner.sweeping.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

/// A server's words without the recipient.
fn masked(words: &str, mail: &Outgoing) -> String {
    let wire = mail.to.wire();
    let local = wire.rsplit_once('@').map_or("", |(local, _)| local);
    safe_text(words, &[&wire, mail.to.given(), local])
}
