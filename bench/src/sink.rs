//! A mail server that takes everything, fast, and remembers the confirm links by recipient.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::links::confirm_token;
use crate::smtp::{Conversation, TakenMail};

/// What has come in.
#[derive(Debug, Default)]
pub struct Mailbag {
    tokens: Mutex<HashMap<String, Vec<String>>>,
    mails: AtomicU64,
    without_link: AtomicU64,
    connections: AtomicU64,
    /// Every mail by recipient and subject, where that is asked for.
    copies: Mutex<Option<Copies>>,
    holding: AtomicU8,
    held: AtomicU64,
}

/// How often each mail came.
#[derive(Debug, Default)]
struct Copies {
    of: HashMap<(String, String), u32>,
    /// When one came that had come before.
    repeated: Option<Instant>,
}

/// What the sink leaves unanswered: each mail at most once, so that a kill meets it at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Hold {
    /// Nothing.
    Nothing,
    /// New connections: what is owed stays owed.
    Greetings,
    /// Every third mail that has not come before, which it does not take.
    Untaken,
    /// Every third mail that has not come before, which it takes.
    Taken,
}

impl Mailbag {
    /// Takes out the tokens that came for an address, oldest first.
    pub fn take(&self, address: &str) -> Vec<String> {
        self.lock().remove(address).unwrap_or_default()
    }

    /// The tokens that came for an address, oldest first, left where they are.
    pub fn tokens(&self, address: &str) -> Vec<String> {
        self.lock().get(address).cloned().unwrap_or_default()
    }

    /// Throws away what nobody took; how many tokens that were.
    pub fn clear(&self) -> usize {
        std::mem::take(&mut *self.lock()).values().map(Vec::len).sum()
    }

    /// Mails taken so far.
    pub fn mails(&self) -> u64 {
        self.mails.load(Ordering::Relaxed)
    }

    /// Mails that had no confirm link: welcomes, alerts.
    pub fn without_link(&self) -> u64 {
        self.without_link.load(Ordering::Relaxed)
    }

    /// Connections taken so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Counts copies from now on.
    pub fn count_copies(&self) {
        *self.copies() = Some(Copies::default());
    }

    /// How often a mail with this subject came for an address.
    pub fn copies_of(&self, address: &str, subject: &str) -> u32 {
        let key = (address.to_owned(), subject.to_owned());
        self.copies().as_ref().and_then(|copies| copies.of.get(&key).copied()).unwrap_or(0)
    }

    /// The most copies of one mail.
    pub fn most_copies(&self) -> u32 {
        self.copies().as_ref().and_then(|copies| copies.of.values().max().copied()).unwrap_or(0)
    }

    /// Leaves something unanswered from now on; what was held before stays so.
    pub fn hold(&self, hold: Hold) {
        self.holding.store(hold as u8, Ordering::SeqCst);
        self.held.store(0, Ordering::SeqCst);
    }

    /// How many peers wait for an answer since [`Mailbag::hold`].
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::SeqCst)
    }

    /// Whether no mail came again lately: a kill just now would not meet one a second time.
    pub fn is_calm(&self) -> bool {
        let repeated = self.copies().as_ref().and_then(|copies| copies.repeated);
        repeated.is_none_or(|at| at.elapsed() > Duration::from_millis(150))
    }

    fn copies(&self) -> MutexGuard<'_, Option<Copies>> {
        self.copies.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn holds(&self, hold: Hold) -> bool {
        self.holding.load(Ordering::SeqCst) == hold as u8
    }

    /// Takes a mail, or not; whether to answer.
    fn offer(&self, mail: TakenMail) -> bool {
        let mut answer = true;
        if let Some(copies) = self.copies().as_mut() {
            let subject = subject(&mail.content);
            let key = (mail.recipients.first().cloned().unwrap_or_default(), subject);
            let seen = copies.of.get(&key).copied().unwrap_or(0);
            let known = copies.of.contains_key(&key);
            let third = !known && self.mails().is_multiple_of(3);
            if third && self.holds(Hold::Untaken) {
                // Its next copy is answered.
                copies.of.insert(key, 0);
                self.mails.fetch_add(1, Ordering::Relaxed);
                self.held.fetch_add(1, Ordering::SeqCst);
                return false;
            }
            if seen > 0 {
                copies.repeated = Some(Instant::now());
            } else if third && self.holds(Hold::Taken) {
                self.held.fetch_add(1, Ordering::SeqCst);
                answer = false;
            }
            *copies.of.entry(key).or_default() += 1;
        }
        self.put(mail);
        answer
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.tokens.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn put(&self, mail: TakenMail) {
        self.mails.fetch_add(1, Ordering::Relaxed);
        let Some(token) = confirm_token(&mail.content) else {
            self.without_link.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let mut tokens = self.lock();
        for recipient in mail.recipients {
            tokens.entry(recipient).or_default().push(token.clone());
        }
    }
}

/// A running sink; it lives as long as the bench, on a thread of its own.
#[derive(Clone, Debug)]
pub struct Sink {
    /// Where it takes mail.
    pub address: SocketAddr,
    /// What it took.
    pub bag: Arc<Mailbag>,
}

impl Sink {
    /// Starts on a free port.
    pub fn start() -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no port for the mail sink")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let bag = Arc::new(Mailbag::default());
        let kept = Arc::clone(&bag);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("sink".into()).spawn(move || runtime.block_on(take_all(listener, kept)))?;
        Ok(Self { address, bag })
    }

    /// As `VESTIBULE_MAIL_URL` wants it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }
}

async fn take_all(listener: std::net::TcpListener, bag: Arc<Mailbag>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            bag.connections.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(converse(stream, Arc::clone(&bag)));
        }
    }
}

/// A peer that breaks off is none of the sink's business: what was taken is taken.
async fn converse(mut stream: TcpStream, bag: Arc<Mailbag>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if bag.holds(Hold::Greetings) {
        bag.held.fetch_add(1, Ordering::SeqCst);
        return wait_for_end(stream).await;
    }
    stream.write_all(Conversation::GREETING).await?;
    let mut conversation = Conversation::default();
    let (mut input, mut replies) = (Vec::with_capacity(8192), Vec::with_capacity(256));
    while !conversation.is_over() && stream.read_buf(&mut input).await? > 0 {
        let mut answer = true;
        conversation.feed(&input, &mut replies, |mail| answer &= bag.offer(mail));
        if !answer {
            return wait_for_end(stream).await;
        }
        input.clear();
        stream.write_all(&replies).await?;
        replies.clear();
    }
    Ok(())
}

/// Says nothing until the peer gives up.
async fn wait_for_end(mut stream: TcpStream) -> std::io::Result<()> {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}

/// The subject as it is written.
fn subject(content: &[u8]) -> String {
    let mut lines = content.split(|b| *b == b'\n').take_while(|line| line.len() > 1);
    let line = lines.find_map(|line| line.strip_prefix(b"Subject: "));
    String::from_utf8_lossy(line.unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn takes_a_mail_over_the_wire() {
        let sink = Sink::start().unwrap();
        let mut peer = std::net::TcpStream::connect(sink.address).unwrap();
        let talk = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhttp://h/confirm/t1\r\n.\r\nQUIT\r\n";
        peer.write_all(talk).unwrap();
        let mut all = String::new();
        peer.read_to_string(&mut all).unwrap();
        assert!(all.ends_with("250 taken\r\n221 bye\r\n"), "{all}");
        assert_eq!((sink.bag.mails(), sink.bag.without_link(), sink.bag.connections()), (1, 0, 1));
        assert_eq!(sink.bag.tokens("c@d"), ["t1"]);
        assert_eq!(sink.bag.take("c@d"), ["t1"]);
        assert!(sink.bag.take("c@d").is_empty());
    }
}
