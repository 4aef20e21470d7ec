//! A minimal HTTP/1.1 client that hides nothing: the bytes to send are the test's, and the answer keeps its exact status
//! line, its headers in order and case, and its body's bytes.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use testkit::http::{Connection, Request};
//! let server = "127.0.0.1:8080".parse().expect("an address");
//! let answer = Request::post("/webhooks/contact/signup.ashx").header("Content-Type", "application/json").body("{}");
//! assert_eq!(answer.send(server).await?.status_line, "HTTP/1.1 400 Bad Request");
//!
//! let mut raw = Connection::open(server).await?;
//! raw.send(b"BREW / HTTP/1.1\r\n\r\n").await?;
//! assert_eq!(raw.response().await?.status(), 405);
//! # Ok(()) }
//! ```

use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long one send or one response may take before it is an error, so that no test hangs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An answer as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The first line without its line end, such as `HTTP/1.1 206 Partial Content`. Bytes that are not UTF-8 are read as
    /// Latin-1, in headers too.
    pub status_line: String,
    /// Names and values as sent, in order; values without the white space around them.
    pub headers: Vec<(String, String)>,
    /// The body, without chunk framing.
    pub body: Vec<u8>,
    /// Status lines of the 1xx answers that came before.
    pub interim: Vec<String>,
}

impl Response {
    /// The status code; 0 when the status line has none.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// The reason phrase, exactly as sent.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.status_line.splitn(3, ' ').nth(2).unwrap_or("")
    }

    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are not UTF-8 are shown as replacement characters.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON. Panics, showing the answer, when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is not JSON ({error}):\n{}", self.snapshot(&[])))
    }

    /// The whole answer as text for a snapshot; the values of these headers (`Date`, a request id) are left out.
    #[must_use]
    pub fn snapshot(&self, changing: &[&str]) -> String {
        let mut text = format!("{}\n", self.status_line);
        for (name, value) in &self.headers {
            let hidden = changing.iter().any(|known| known.eq_ignore_ascii_case(name));
            text.extend([name.as_str(), ": ", if hidden { "…" } else { value }, "\n"]);
        }
        text.push('\n');
        text.push_str(&self.text());
        text
    }
}

/// A request put together from parts. `Host` and `Content-Length` are added unless given; nothing is checked.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request with this method and request target.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A GET request.
    #[must_use]
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A POST request.
    #[must_use]
    pub fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The bytes on the wire. `host` is used when no `Host` header was given.
    #[must_use]
    pub fn to_bytes(&self, host: &str) -> Vec<u8> {
        let given = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !given("Host") {
            head.extend(["Host: ", host, "\r\n"]);
        }
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let may_have_body = !matches!(self.method.as_str(), "GET" | "HEAD");
        if !given("Content-Length") && !given("Transfer-Encoding") && (may_have_body || !self.body.is_empty()) {
            head.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }

    /// Sends this on a connection of its own and reads the answer.
    pub async fn send(&self, server: SocketAddr) -> Result<Response> {
        Connection::open(server).await?.exchange(self).await
    }
}

/// One TCP connection to a server, kept open between requests.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    server: SocketAddr,
    /// Bytes that came in and were not yet read as part of a response.
    ahead: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(server: SocketAddr) -> Result<Self> {
        let stream = in_time("connect", TcpStream::connect(server)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, server, ahead: Vec::new() })
    }

    /// Sends a request and reads its answer.
    pub async fn exchange(&mut self, request: &Request) -> Result<Response> {
        self.send(&request.to_bytes(&self.server.to_string())).await?;
        self.read(request.method == "HEAD").await
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        in_time("send", async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        })
        .await
    }

    /// Says that nothing more will be sent; answers can still be read.
    pub async fn finish_sending(&mut self) -> Result<()> {
        self.stream.shutdown().await
    }

    /// Reads the next answer (to anything but HEAD).
    pub async fn response(&mut self) -> Result<Response> {
        self.read(false).await
    }

    /// Waits until the server closes the connection, in order or by a reset, and returns what it sent before.
    pub async fn rest(&mut self) -> Result<Vec<u8>> {
        in_time("wait for the end", async {
            loop {
                match self.more().await {
                    Ok(true) => {}
                    Ok(false) => return Ok(()),
                    Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        })
        .await?;
        Ok(std::mem::take(&mut self.ahead))
    }

    async fn read(&mut self, head_only: bool) -> Result<Response> {
        in_time("read an answer", async {
            let mut interim = Vec::new();
            loop {
                let (status_line, headers) = self.head().await?;
                let mut response = Response { status_line, headers, body: Vec::new(), interim: Vec::new() };
                if (100..200).contains(&response.status()) && response.status() != 101 {
                    interim.push(response.status_line);
                    continue;
                }
                response.interim = interim;
                if !head_only && !matches!(response.status(), 101 | 204 | 304) {
                    response.body = self.body(&response).await?;
                }
                return Ok(response);
            }
        })
        .await
    }

    async fn head(&mut self) -> Result<(String, Vec<(String, String)>)> {
        let status_line = self.line().await?;
        if !status_line.starts_with("HTTP/1.") {
            return Err(malformed(&format!("no status line: {status_line:?}")));
        }
        Ok((status_line, self.fields().await?))
    }

    /// Header or trailer fields up to and with the empty line.
    async fn fields(&mut self) -> Result<Vec<(String, String)>> {
        let mut fields = Vec::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(fields);
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&format!("no header: {line:?}")))?;
            fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
        }
    }

    async fn body(&mut self, response: &Response) -> Result<Vec<u8>> {
        if response.header("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.chunks().await;
        }
        if let Some(length) = response.header("Content-Length") {
            let length = length.parse().map_err(|_| malformed(&format!("Content-Length: {length}")))?;
            return self.exactly(length).await;
        }
        while self.more().await? {}
        Ok(std::mem::take(&mut self.ahead))
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let digits = line.split(';').next().unwrap_or("").trim();
            let length = usize::from_str_radix(digits, 16).map_err(|_| malformed(&format!("chunk size {line:?}")))?;
            if length == 0 {
                self.fields().await?;
                return Ok(body);
            }
            body.extend(self.exactly(length).await?);
            if self.exactly(2).await? != b"\r\n" {
                return Err(malformed("a chunk does not end where its size says"));
            }
        }
    }

    /// The next line without its CR LF.
    async fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.ahead.drain(..end + 2).take(end).collect();
                return Ok(String::from_utf8(line)
                    .unwrap_or_else(|error| error.into_bytes().iter().copied().map(char::from).collect()));
            }
            self.must_have_more().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.ahead.len() < length {
            self.must_have_more().await?;
        }
        Ok(self.ahead.drain(..length).collect())
    }

    async fn must_have_more(&mut self) -> Result<()> {
        if self.more().await? {
            return Ok(());
        }
        let so_far = String::from_utf8_lossy(&self.ahead).into_owned();
        Err(Error::new(ErrorKind::UnexpectedEof, format!("the server closed the connection after {so_far:?}")))
    }

    /// Reads what is there; `false` at the end of the stream.
    async fn more(&mut self) -> Result<bool> {
        self.ahead.reserve(16 * 1024);
        Ok(self.stream.read_buf(&mut self.ahead).await? > 0)
    }
}

/// GETs a target on a connection of its own.
pub async fn get(server: SocketAddr, target: &str) -> Result<Response> {
    Request::get(target).send(server).await
}

/// POSTs a body of this media type on a connection of its own.
pub async fn post(server: SocketAddr, target: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Result<Response> {
    Request::post(target).header("Content-Type", media_type).body(body).send(server).await
}

async fn in_time<T>(what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::TimedOut, format!("{what}: nothing within {PATIENCE:?}"))))
}

fn malformed(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
