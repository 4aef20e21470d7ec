//! A real SMTP server on a free loopback port that keeps every mail it takes and misbehaves when told to.
//!
//! Speaks what RFC 5321 asks of a server, without STARTTLS and AUTH. Waiting for mail is by notification, never by sleep.

mod session;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mail_parser::MessageParser;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a test waits for mail before it fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// One mail as taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender, without angle brackets; empty for a bounce.
    pub from: String,
    /// The envelope's recipients that were not refused.
    pub to: Vec<String>,
    /// The message: header and body, dots unstuffed, CR LF as sent.
    pub data: Vec<u8>,
}

impl Mail {
    /// The message as raw text.
    #[must_use]
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }

    /// The first header of this name as sent, unfolded, whatever the name's case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let raw = self.raw();
        let mut lines = raw.split("\r\n").take_while(|line| !line.is_empty()).peekable();
        while let Some(line) = lines.next() {
            let Some((given, value)) = line.split_once(':') else { continue };
            if given.eq_ignore_ascii_case(name) {
                let mut value = value.trim().to_owned();
                while let Some(folded) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
                    value.push(' ');
                    value.push_str(folded.trim());
                }
                return Some(value);
            }
        }
        None
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> String {
        self.parsed(|message| message.subject().unwrap_or_default().to_owned())
    }

    /// The text part, decoded; empty when there is none.
    #[must_use]
    pub fn text(&self) -> String {
        self.parsed(|message| {
            let is_text = message.text_bodies().next().is_some_and(mail_parser::MessagePart::is_text);
            if is_text { message.body_text(0).unwrap_or_default().into_owned() } else { String::new() }
        })
    }

    /// The HTML part, decoded; empty when there is none.
    #[must_use]
    pub fn html(&self) -> String {
        self.parsed(|message| {
            let is_html = message.html_bodies().next().is_some_and(mail_parser::MessagePart::is_text_html);
            if is_html { message.body_html(0).unwrap_or_default().into_owned() } else { String::new() }
        })
    }

    /// The first URL of the text part with `piece` in it, such as `/confirm/`.
    #[must_use]
    pub fn link(&self, piece: &str) -> Option<String> {
        let text = self.text();
        text.split(|c: char| c.is_whitespace() || "<>\"()".contains(c))
            .find(|word| word.starts_with("http") && word.contains(piece))
            .map(str::to_owned)
    }

    fn parsed<T>(&self, read: impl FnOnce(&mail_parser::Message<'_>) -> T) -> T {
        let message = MessageParser::default().parse(&self.data);
        read(&message.unwrap_or_else(|| panic!("not a mail:\n{}", self.raw())))
    }
}

/// A point of the conversation at which the sink can misbehave: before the answer that belongs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The greeting of a new connection.
    Greeting,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, before the message.
    Data,
    /// The end of the message.
    Message,
}

/// What the sink does instead of saying yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answers this line, such as `451 4.3.0 Try later`. After a message: the mail is not taken.
    Answer(&'static str),
    /// Says nothing and keeps the connection open, until [`SmtpSink::heal`] or the client gives up. The mail is not taken.
    Hang,
    /// Closes the connection. The mail is not taken.
    Close,
    /// Takes the mail, but closes the connection before saying so. Only at [`Stage::Message`]; elsewhere like `Close`.
    TakeAndClose,
}

/// The sink. It stops with the Tokio runtime it was started on, or when dropped.
#[derive(Debug)]
pub struct SmtpSink {
    address: SocketAddr,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    kept: Mutex<Kept>,
    /// Told after every change of `kept`.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Mail>,
    attempts: usize,
    connections: usize,
    faults: Vec<Planned>,
    refused: BTreeSet<String>,
    hung: usize,
    healed: usize,
}

#[derive(Debug)]
struct Planned {
    stage: Stage,
    fault: Fault,
    /// How often still; none = until healed.
    times: Option<usize>,
}

impl SmtpSink {
    /// Starts a sink on a free port of 127.0.0.1. Needs to be called inside a Tokio runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port can be had");
        let address = listener.local_addr().expect("a bound listener has an address");
        let state = Arc::new(State::default());
        let listening = tokio::spawn(session::listen(listener, Arc::clone(&state)));
        Self { address, state, listening }
    }

    /// Where the sink listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What `VESTIBULE_MAIL_URL` takes.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The mails taken so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.state.kept().mails.clone()
    }

    /// How many transactions were begun (`MAIL FROM`), whatever became of them.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.state.kept().attempts
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.kept().connections
    }

    /// Forgets the mails taken so far.
    pub fn clear(&self) {
        self.state.change(|kept| kept.mails.clear());
    }

    /// Refuses this recipient with `550` from now on, whatever the address's case.
    pub fn refuse_recipient(&self, address: &str) {
        self.state.change(|kept| kept.refused.insert(address.to_lowercase()));
    }

    /// Misbehaves `times` times at this stage. Faults planned earlier for the same stage come first.
    pub fn times(&self, times: usize, stage: Stage, fault: Fault) {
        self.state.change(|kept| kept.faults.push(Planned { stage, fault, times: Some(times) }));
    }

    /// Misbehaves at this stage until healed.
    pub fn always(&self, stage: Stage, fault: Fault) {
        self.state.change(|kept| kept.faults.push(Planned { stage, fault, times: None }));
    }

    /// Forgets every planned fault and refused recipient; connections that hang are closed.
    pub fn heal(&self) {
        self.state.change(|kept| {
            kept.faults.clear();
            kept.refused.clear();
            kept.healed += 1;
        });
    }

    /// Waits until at least `count` mails were taken and returns them all. Panics after [`PATIENCE`].
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        self.wait_until(&format!("{count} mails"), |mails| mails.len() >= count).await
    }

    /// Waits for the first mail to this address. Panics after [`PATIENCE`].
    pub async fn wait_for_mail_to(&self, address: &str) -> Mail {
        let to_them = |mail: &Mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(address));
        let mails = self.wait_until(&format!("a mail to {address}"), |mails| mails.iter().any(to_them)).await;
        mails.into_iter().find(to_them).expect("just seen")
    }

    /// Waits until the mails taken satisfy `enough` and returns them all. Panics after [`PATIENCE`], naming `what`.
    pub async fn wait_until(&self, what: &str, enough: impl Fn(&[Mail]) -> bool) -> Vec<Mail> {
        self.wait(what, |kept| enough(&kept.mails).then(|| kept.mails.clone())).await
    }

    /// Waits until at least `count` transactions were begun. Panics after [`PATIENCE`].
    pub async fn wait_for_attempts(&self, count: usize) {
        self.wait(&format!("{count} attempts"), |kept| (kept.attempts >= count).then_some(())).await;
    }

    /// Waits until at least `count` connections were left hanging. Panics after [`PATIENCE`].
    pub async fn wait_for_hung(&self, count: usize) {
        self.wait(&format!("{count} hung connections"), |kept| (kept.hung >= count).then_some(())).await;
    }

    async fn wait<T>(&self, what: &str, ready: impl Fn(&Kept) -> Option<T>) -> T {
        timeout(PATIENCE, self.state.when(ready)).await.unwrap_or_else(|_| {
            let (mails, attempts) = (self.mails().len(), self.attempts());
            panic!("waited {PATIENCE:?} for {what}; the sink has {mails} mails from {attempts} attempts")
        })
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl State {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panicking test must not hide behind the poisoned lock of its sink.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        let answer = change(&mut self.kept());
        self.changed.notify_waiters();
        answer
    }

    async fn when<T>(&self, ready: impl Fn(&Kept) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Listening begins before looking, so that no change falls in between.
            changed.as_mut().enable();
            if let Some(answer) = ready(&self.kept()) {
                return answer;
            }
            changed.await;
        }
    }

    /// The fault planned for this stage, counted down.
    fn fault_at(&self, stage: Stage) -> Option<Fault> {
        let mut kept = self.kept();
        let at = kept.faults.iter().position(|planned| planned.stage == stage && planned.times != Some(0))?;
        let planned = &mut kept.faults[at];
        if let Some(times) = &mut planned.times {
            *times -= 1;
        }
        Some(planned.fault.clone())
    }
}
