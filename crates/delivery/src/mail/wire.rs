//! The byte stream handed to lettre's connection: a server may say only so much before it is our turn again, and
//! only in a form that the reply parser survives.
//!
//! lettre reads a reply line of any length into memory, gives up on bytes that are not UTF-8 and panics on an EHLO line
//! of white space alone (0.11.23, `read_response` and `ServerInfo::from_response`). All three are the server's to
//! choose, so they are dealt with here, beneath the parser. So is PIPELINING, an offer that lettre passes over.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes a server may send between two things we say.
const MOST_SAID: usize = 64 * 1024;

/// As much of a line as says whether it offers PIPELINING.
const LINE: usize = "250-PIPELINING\r".len() + 1;

/// What is read in place of a greeting after STARTTLS, where the server gives none.
const GREETING: &[u8] = b"220 secured\r\n";

/// A stream with a talkative server at its other end.
#[derive(Debug)]
pub(crate) struct Wire<S> {
    stream: S,
    peer: SocketAddr,
    /// Bytes the server may still send before we say something.
    left: usize,
    /// Where the next byte stands in its line.
    column: usize,
    /// How that line begins.
    line: [u8; LINE],
    pipelining: Arc<AtomicBool>,
    /// What is still to be read of the greeting made up.
    greeting: &'static [u8],
}

impl<S> Wire<S> {
    /// A stream on which the server speaks first.
    pub(crate) fn greeted(stream: S, peer: SocketAddr) -> Self {
        let pipelining = Arc::default();
        Self { stream, peer, left: MOST_SAID, column: 0, line: [0; LINE], pipelining, greeting: b"" }
    }

    /// Whether a line so far offered PIPELINING; kept up.
    pub(crate) fn pipelining(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.pipelining)
    }

    /// A stream on which the server has spoken before, without TLS.
    pub(crate) fn silent(stream: S, peer: SocketAddr) -> Self {
        Self { greeting: GREETING, ..Self::greeted(stream, peer) }
    }

    fn tame(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = &self.line[..self.column.min(LINE)];
                if line.get(4..).is_some_and(|offer| offer.trim_ascii_end().eq_ignore_ascii_case(b"PIPELINING")) {
                    self.pipelining.store(true, Ordering::Relaxed);
                }
                self.column = 0;
                continue;
            }
            let blank = byte.is_ascii_whitespace() || *byte == 0x0b;
            if *byte >= 0x80 || self.column == 4 && blank && *byte != b'\r' {
                *byte = b'?';
            }
            if let Some(place) = self.line.get_mut(self.column) {
                *place = *byte;
            }
            self.column = self.column.saturating_add(1);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.greeting.is_empty() {
            let (now, later) = this.greeting.split_at(this.greeting.len().min(buf.remaining()));
            buf.put_slice(now);
            this.greeting = later;
            return Poll::Ready(Ok(()));
        }
        if this.left == 0 {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the server's reply has no end")));
        }
        let before = buf.filled().len();
        let most = this.left.min(buf.remaining());
        let mut window = ReadBuf::new(buf.initialize_unfilled_to(most));
        match Pin::new(&mut this.stream).poll_read(cx, &mut window) {
            Poll::Ready(Ok(())) => {
                let read = window.filled().len();
                buf.advance(read);
                this.left -= read;
                this.tame(&mut buf.filled_mut()[before..]);
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.left = MOST_SAID;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for Wire<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
