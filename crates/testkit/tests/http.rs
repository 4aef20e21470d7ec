//! The HTTP client against scripted servers: every byte of the answer is known.

use std::io::ErrorKind;
use std::net::SocketAddr;

use testkit::http::{Connection, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Takes one connection, answers each request head with the next piece, then closes and returns all that was sent.
async fn server(pieces: &'static [&'static [u8]]) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut seen = Vec::new();
        for piece in pieces {
            seen.reserve(4096);
            let length = stream.read_buf(&mut seen).await.expect("a request");
            assert!(length > 0, "the client closed early");
            for byte in piece.chunks(7) {
                stream.write_all(byte).await.expect("the client reads");
                stream.flush().await.expect("the client reads");
            }
        }
        seen
    });
    (address, served)
}

#[tokio::test]
async fn the_answer_is_kept_exactly() {
    let (address, served) =
        server(&[b"HTTP/1.1 460 Invalid  Api Key \r\nX-a: 1\r\nx-A:  2 \r\nContent-Length: 5\r\n\r\nno\0\xff\n"]).await;
    let answer = Request::post("/x?y").header("content-type", "a/b").body("{}").send(address).await.expect("an answer");
    assert_eq!(answer.status_line, "HTTP/1.1 460 Invalid  Api Key ");
    assert_eq!((answer.status(), answer.reason()), (460, "Invalid  Api Key "));
    let expected = [("X-a", "1"), ("x-A", "2"), ("Content-Length", "5")];
    assert_eq!(answer.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(answer.header("X-A"), Some("1"));
    assert_eq!(answer.body, b"no\0\xff\n");
    let sent = String::from_utf8(served.await.expect("served")).expect("text");
    assert_eq!(
        sent,
        format!("POST /x?y HTTP/1.1\r\nHost: {address}\r\ncontent-type: a/b\r\nContent-Length: 2\r\n\r\n{{}}")
    );
}

#[tokio::test]
async fn chunks_interim_answers_and_bodies_up_to_the_end_are_read() {
    let (address, _served) = server(&[
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: t\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nup to the end",
    ])
    .await;
    let mut connection = Connection::open(address).await.expect("connects");
    let chunked = connection.exchange(&Request::get("/")).await.expect("an answer");
    assert_eq!((chunked.text().as_str(), chunked.interim), ("abc0123456789", vec!["HTTP/1.1 100 Continue".to_owned()]));
    assert_eq!(connection.exchange(&Request::get("/")).await.expect("an answer").body, b"");
    assert_eq!(connection.exchange(&Request::new("HEAD", "/")).await.expect("an answer").body, b"");
    assert_eq!(connection.exchange(&Request::get("/")).await.expect("an answer").text(), "up to the end");
}

#[tokio::test]
async fn a_broken_answer_is_an_error_that_says_why() {
    for (answer, kind) in [
        (&[b"" as &[u8]] as &[&[u8]], ErrorKind::UnexpectedEof),
        (&[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"], ErrorKind::UnexpectedEof),
        (&[b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n"], ErrorKind::InvalidData),
        (&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], ErrorKind::InvalidData),
        (&[b"220 an SMTP server\r\n"], ErrorKind::InvalidData),
    ] {
        let (address, _served) = server(answer).await;
        let error = Request::get("/").send(address).await.expect_err("broken");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_are() {
    let (address, served) = server(&[b"bye"]).await;
    let mut connection = Connection::open(address).await.expect("connects");
    connection.send(b"BREW \xff\x00").await.expect("sent");
    assert_eq!(connection.rest().await.expect("closed"), b"bye");
    assert_eq!(served.await.expect("served"), b"BREW \xff\x00");
}
