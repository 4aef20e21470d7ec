//! One SMTP conversation of the sink, from greeting to goodbye.

use std::io::Result;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Fault, Mail, Stage, State};

/// Longest line that is read, in bytes: far more than RFC 5321 allows, so that a broken client cannot eat the memory.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Serves connections until dropped; the conversations end with it.
pub(super) async fn listen(listener: TcpListener, state: Arc<State>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                state.change(|kept| kept.connections += 1);
                let session = Session { stream: BufReader::new(stream), state: Arc::clone(&state) };
                // An error here is a client that went away.
                sessions.spawn(async move { drop(session.serve().await) });
            }
            Some(_) = sessions.join_next() => {}
        }
    }
}

struct Session {
    stream: BufReader<TcpStream>,
    state: Arc<State>,
}

/// How a conversation goes on after a step.
enum Next {
    /// The step was as usual.
    Usual,
    /// A fault was answered instead.
    Answered,
    /// The connection ends here.
    Over { taken: bool },
}

impl Session {
    async fn serve(mut self) -> Result<()> {
        match self.step(Stage::Greeting).await? {
            Next::Usual => self.say("220 sink.test ESMTP").await?,
            Next::Answered | Next::Over { .. } => return Ok(()),
        }
        let mut envelope: Option<(String, Vec<String>)> = None;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split(' ').next().unwrap_or("").to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    envelope = None;
                    self.say("250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8").await?;
                }
                "HELO" | "RSET" => {
                    envelope = None;
                    self.say("250 OK").await?;
                }
                "NOOP" => self.say("250 OK").await?,
                "QUIT" => return self.say("221 Bye").await,
                "MAIL" => {
                    self.state.change(|kept| kept.attempts += 1);
                    match (path(&line, "MAIL FROM:"), self.step(Stage::Sender).await?) {
                        (_, Next::Over { .. }) => return Ok(()),
                        (_, Next::Answered) => {}
                        (None, Next::Usual) => self.say("501 Syntax: MAIL FROM:<address>").await?,
                        (Some(from), Next::Usual) => {
                            envelope = Some((from, Vec::new()));
                            self.say("250 OK").await?;
                        }
                    }
                }
                "RCPT" => match (path(&line, "RCPT TO:"), &mut envelope) {
                    (None, _) => self.say("501 Syntax: RCPT TO:<address>").await?,
                    (_, None) => self.say("503 MAIL first").await?,
                    (Some(to), Some((_, recipients))) => match self.step(Stage::Recipient).await? {
                        Next::Over { .. } => return Ok(()),
                        Next::Answered => {}
                        Next::Usual if self.state.kept().refused.contains(&to.to_lowercase()) => {
                            self.say("550 5.1.1 No such mailbox").await?;
                        }
                        Next::Usual => {
                            recipients.push(to);
                            self.say("250 OK").await?;
                        }
                    },
                },
                "DATA" => match envelope.take() {
                    Some((from, to)) if !to.is_empty() => {
                        if !self.message(from, to).await? {
                            return Ok(());
                        }
                    }
                    given => {
                        envelope = given;
                        self.say("503 RCPT first").await?;
                    }
                },
                _ => self.say("502 Command not implemented").await?,
            }
        }
        Ok(())
    }

    /// Reads the message after `DATA`; `false` when the conversation is over.
    async fn message(&mut self, from: String, to: Vec<String>) -> Result<bool> {
        match self.step(Stage::Data).await? {
            Next::Over { .. } => return Ok(false),
            Next::Answered => return Ok(true),
            Next::Usual => self.say("354 Go ahead").await?,
        }
        let mut data = Vec::new();
        loop {
            let Some(line) = self.line().await? else { return Ok(false) };
            if line == b".\r\n" {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let mail = Mail { from, to, data };
        match self.step(Stage::Message).await? {
            Next::Over { taken } => {
                if taken {
                    self.state.change(|kept| kept.mails.push(mail));
                }
                Ok(false)
            }
            Next::Answered => Ok(true),
            Next::Usual => {
                // Kept before it is acknowledged: who has the 250 finds the mail here.
                self.state.change(|kept| kept.mails.push(mail));
                self.say("250 Taken").await?;
                Ok(true)
            }
        }
    }

    /// Does what was planned for this stage, if anything.
    async fn step(&mut self, stage: Stage) -> Result<Next> {
        Ok(match self.state.fault_at(stage) {
            None => Next::Usual,
            Some(Fault::Answer(line)) => {
                self.say(line).await?;
                Next::Answered
            }
            Some(Fault::Close) => Next::Over { taken: false },
            Some(Fault::TakeAndClose) => Next::Over { taken: true },
            Some(Fault::Hang) => {
                self.hang().await;
                Next::Over { taken: false }
            }
        })
    }

    /// Until the sink is healed or the client has gone.
    async fn hang(&mut self) {
        let healed = self.state.change(|kept| {
            kept.hung += 1;
            kept.healed
        });
        let state = Arc::clone(&self.state);
        let mut ignored = [0; 1024];
        let client_gone = async { while matches!(self.stream.read(&mut ignored).await, Ok(1..)) {} };
        tokio::select! {
            () = state.when(|kept| (kept.healed > healed).then_some(())) => {}
            () = client_gone => {}
        }
    }

    async fn say(&mut self, line: &str) -> Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// The next line with its end; none when the client has gone.
    async fn line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        (&mut self.stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
        Ok(line.ends_with(b"\n").then_some(line))
    }
}

/// The address in `MAIL FROM:<address> PARAMETERS` or `RCPT TO:<address>`.
fn path(line: &str, command: &str) -> Option<String> {
    let given = line.get(..command.len()).filter(|start| start.eq_ignore_ascii_case(command))?;
    let rest = line[given.len()..].trim_start().strip_prefix('<')?;
    // A quoted local part may hold the bracket.
    let end = rest.rfind('>')?;
    Some(rest[..end].to_owned())
}
