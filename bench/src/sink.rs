//! A mail server that takes everything, fast, and remembers the confirm links by recipient.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

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
    stream.write_all(Conversation::GREETING).await?;
    let mut conversation = Conversation::default();
    let (mut input, mut replies) = (Vec::with_capacity(8192), Vec::with_capacity(256));
    while !conversation.is_over() && stream.read_buf(&mut input).await? > 0 {
        conversation.feed(&input, &mut replies, |mail| bag.put(mail));
        input.clear();
        stream.write_all(&replies).await?;
        replies.clear();
    }
    Ok(())
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
