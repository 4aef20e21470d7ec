//! The smallest HTTP/1.1 client that checks what it reads: one kept connection, one request at a time. It shares the
//! cores with the server it measures, so it does nothing it need not.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer the bench asks for, lists of subscribers included.
const LARGEST_ANSWER: usize = 512 << 20;

/// Why an exchange brought no answer.
#[derive(Debug)]
pub enum Fault {
    /// The connection failed or was closed before the whole answer was read.
    Lost(std::io::Error),
    /// The bytes read are no HTTP/1.1 answer.
    Garbled(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(e) => write!(f, "connection lost: {}", e.kind()),
            Self::Garbled(why) => write!(f, "garbled answer: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<std::io::Error> for Fault {
    fn from(e: std::io::Error) -> Self {
        Self::Lost(e)
    }
}

/// An answer, borrowed from its connection's buffer.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: &'a str,
    /// Whether it carries `Retry-After`.
    pub retry_after: bool,
    /// The body, without chunk marks.
    pub body: &'a [u8],
}

/// One kept connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The server said `Connection: close`.
    spent: bool,
}

impl Connection {
    /// Connects without Nagle's delay.
    pub async fn open(to: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), spent: false })
    }

    /// Whether the next exchange needs a new connection.
    pub fn is_spent(&self) -> bool {
        self.spent
    }

    /// Sends one whole request and reads its whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Fault> {
        self.buffer.clear();
        self.spent = true;
        self.stream.write_all(request).await?;
        let head = loop {
            self.read_more().await?;
            if let Some(head) = Head::parse(&self.buffer)? {
                break head;
            }
        };
        let body = match head.length {
            Length::Known(length) => {
                let end = head.end + length;
                self.buffer.reserve(end.saturating_sub(self.buffer.len()));
                while self.buffer.len() < end {
                    self.read_more().await?;
                }
                if self.buffer.len() > end {
                    return Err(Fault::Garbled("bytes after the body".into()));
                }
                head.end..end
            }
            Length::Chunked => loop {
                if let Some(body) = join_chunks(&mut self.buffer, head.end)? {
                    break body;
                }
                self.read_more().await?;
            },
        };
        self.spent = head.close;
        let reason = std::str::from_utf8(&self.buffer[head.reason]).unwrap_or("?");
        Ok(Answer { status: head.status, reason, retry_after: head.retry_after, body: &self.buffer[body] })
    }

    async fn read_more(&mut self) -> Result<(), Fault> {
        if self.buffer.len() > LARGEST_ANSWER {
            return Err(Fault::Garbled("answer too large".into()));
        }
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(Fault::Lost(std::io::ErrorKind::UnexpectedEof.into())),
            _ => Ok(()),
        }
    }
}

#[derive(Debug, PartialEq)]
enum Length {
    Known(usize),
    Chunked,
}

#[derive(Debug)]
struct Head {
    status: u16,
    reason: Range<usize>,
    end: usize,
    length: Length,
    close: bool,
    retry_after: bool,
}

impl Head {
    /// `None` while the head is not whole.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let mut headers = [httparse::EMPTY_HEADER; 48];
        let mut response = httparse::Response::new(&mut headers);
        let end = match response.parse(bytes) {
            Ok(httparse::Status::Complete(end)) => end,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(e) => return Err(Fault::Garbled(e.to_string())),
        };
        let status = response.code.unwrap_or(0);
        // The phrase is wanted by name only when an answer surprises; its place follows from the status line's form.
        let line = bytes.iter().position(|b| *b == b'\r').unwrap_or(end);
        let reason = 13.min(line)..line;
        let (mut length, mut close, mut retry_after) = (None, false, false);
        for header in response.headers.iter() {
            let value = || std::str::from_utf8(header.value).unwrap_or("").trim();
            if header.name.eq_ignore_ascii_case("content-length") {
                length = Some(Length::Known(value().parse().map_err(|_| Fault::Garbled("content-length".into()))?));
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                length = Some(Length::Chunked);
            } else if header.name.eq_ignore_ascii_case("connection") {
                close = value().eq_ignore_ascii_case("close");
            } else if header.name.eq_ignore_ascii_case("retry-after") {
                retry_after = true;
            }
        }
        let length = match (length, status) {
            (_, 204 | 304) => Length::Known(0),
            (Some(length), _) => length,
            (None, _) => return Err(Fault::Garbled("no length".into())),
        };
        Ok(Some(Self { status, reason, end, length, close, retry_after }))
    }
}

/// Moves the chunks' contents together once all have come; `None` while some are missing.
fn join_chunks(buffer: &mut Vec<u8>, start: usize) -> Result<Option<Range<usize>>, Fault> {
    let garbled = |_| Fault::Garbled("chunk size".into());
    let mut chunks = Vec::new();
    let mut at = start;
    loop {
        let (used, size) = match httparse::parse_chunk_size(&buffer[at..]).map_err(garbled)? {
            httparse::Status::Complete((used, size)) => (used, size as usize),
            httparse::Status::Partial => return Ok(None),
        };
        let from = at + used;
        at = from.checked_add(size).and_then(|n| n.checked_add(2)).ok_or(Fault::Garbled("chunk size".into()))?;
        if buffer.len() < at {
            return Ok(None);
        }
        if size == 0 {
            break;
        }
        chunks.push(from..from + size);
    }
    let mut end = start;
    for chunk in chunks {
        let length = chunk.len();
        buffer.copy_within(chunk, end);
        end += length;
    }
    buffer.truncate(end);
    Ok(Some(start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_heads() {
        let head = Head::parse(b"HTTP/1.1 404 Tag not found [VIP]\r\nContent-Length: 3\r\nRetry-After: 1\r\n\r\nabc");
        let head = head.unwrap().unwrap();
        assert_eq!((head.status, head.length, head.close, head.retry_after), (404, Length::Known(3), false, true));
        assert_eq!(head.reason, 13..32);
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\nContent-Le").unwrap().is_none());
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(Head::parse(b"220 mail\r\n\r\n").is_err());
        assert!(
            Head::parse(b"HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length:0\r\n\r\n").unwrap().unwrap().close
        );
    }

    #[test]
    fn joins_chunks() {
        let whole = b"HEAD4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n";
        for cut in 4..whole.len() {
            let mut part = whole[..cut].to_vec();
            assert!(join_chunks(&mut part, 4).unwrap().is_none(), "{cut}");
        }
        let mut buffer = whole.to_vec();
        let body = join_chunks(&mut buffer, 4).unwrap().unwrap();
        assert_eq!(&buffer[body], b"Wikipedia");
        assert!(join_chunks(&mut b"zz\r\n".to_vec(), 0).is_err());
    }
}
