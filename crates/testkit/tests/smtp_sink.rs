//! The SMTP sink, spoken to line by line.

use testkit::SmtpSink;
use testkit::smtp_sink::{Fault, Stage};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

struct Client(BufReader<TcpStream>);

impl Client {
    async fn open(sink: &SmtpSink) -> Self {
        Self(BufReader::new(TcpStream::connect(sink.address()).await.expect("the sink listens")))
    }

    /// The next whole answer's last line; empty when the connection was closed.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            let length = self.0.read_line(&mut line).await.unwrap_or(0);
            if length == 0 || line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn ask(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.expect("the sink reads");
        self.answer().await
    }

    /// One mail, as far as the sink lets it go; returns the last answer.
    async fn mail(&mut self, to: &str, data: &str) -> String {
        for line in ["MAIL FROM:<a@example.org> BODY=8BITMIME", &format!("rcpt to: <{to}>"), "DATA"] {
            let answer = self.ask(line).await;
            if !answer.starts_with(['2', '3']) {
                return answer;
            }
        }
        self.ask(&format!("{data}\r\n.")).await
    }
}

async fn greeted(sink: &SmtpSink) -> Client {
    let mut client = Client::open(sink).await;
    assert_eq!(client.answer().await, "220 sink.test ESMTP");
    assert_eq!(client.ask("EHLO test").await, "250 SMTPUTF8");
    client
}

const MESSAGE: &str = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Long: one\r\n two\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=b\r\n\r\n\
    --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    Ja: http://h/confirm/abc=\r\ndef?x=3D1 =C3=BC\r\n\
    --b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+w7w8L2I+\r\n--b--";

#[tokio::test]
async fn a_mail_is_kept_whole_and_can_be_read() {
    let sink = SmtpSink::start().await;
    let mut client = greeted(&sink).await;
    assert_eq!(client.mail("b@example.org", MESSAGE).await, "250 Taken");
    assert_eq!(client.mail("c@example.org", "A: b\r\n\r\n..dot\r\n.. ").await, "250 Taken");
    assert_eq!(client.ask("QUIT").await, "221 Bye");

    let mails = sink.wait_for(2).await;
    let first = &mails[0];
    assert_eq!((first.from.as_str(), first.to.as_slice()), ("a@example.org", ["b@example.org".to_owned()].as_slice()));
    assert_eq!(first.raw(), format!("{MESSAGE}\r\n"));
    assert_eq!((first.subject().as_str(), first.header("x-long").as_deref()), ("Grüße", Some("one two")));
    assert_eq!(first.text().trim_end(), "Ja: http://h/confirm/abcdef?x=1 ü");
    assert_eq!(first.html().trim_end(), "<b>ü</b>");
    assert_eq!(first.link("/confirm/").as_deref(), Some("http://h/confirm/abcdef?x=1"));
    assert_eq!(first.link("/not-me/"), None);
    assert_eq!(mails[1].raw(), "A: b\r\n\r\n.dot\r\n. \r\n");
    assert_eq!(sink.wait_for_mail_to("C@example.org").await, mails[1]);
    assert_eq!((sink.attempts(), sink.connections()), (2, 1));
}

#[tokio::test]
async fn faults_come_in_their_number_and_at_their_stage() {
    let sink = SmtpSink::start().await;
    sink.refuse_recipient("Gone@example.org");
    sink.times(2, Stage::Message, Fault::Answer("451 4.3.0 Later"));
    sink.times(1, Stage::Sender, Fault::Answer("421 4.7.0 Busy"));
    let mut client = greeted(&sink).await;
    let mut answers = Vec::new();
    for to in ["b@example.org", "b@example.org", "gone@example.org", "b@example.org", "b@example.org"] {
        answers.push(client.mail(to, "A: b").await);
        client.ask("RSET").await;
    }
    let expected = ["421 4.7.0 Busy", "451 4.3.0 Later", "550 5.1.1 No such mailbox", "451 4.3.0 Later", "250 Taken"];
    assert_eq!(answers, expected);
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn a_closed_connection_may_or_may_not_have_taken_the_mail() {
    let sink = SmtpSink::start().await;
    for (fault, taken) in [(Fault::Close, 0), (Fault::TakeAndClose, 1)] {
        sink.times(1, Stage::Message, fault);
        let mut client = greeted(&sink).await;
        assert_eq!(client.mail("b@example.org", "A: b").await, "");
        assert_eq!(sink.mails().len(), taken);
    }
}

#[tokio::test]
async fn a_hanging_sink_says_nothing_until_healed() {
    let sink = SmtpSink::start().await;
    sink.always(Stage::Greeting, Fault::Hang);
    let mut waiting = Client::open(&sink).await;
    sink.times(1, Stage::Message, Fault::Hang);
    drop(Client::open(&sink).await);
    sink.wait_for_hung(2).await;
    sink.heal();
    assert_eq!(waiting.answer().await, "", "the connection that hung was closed");
    assert_eq!(greeted(&sink).await.mail("b@example.org", "A: b").await, "250 Taken");
}
