//! One SMTP conversation from the receiving side (RFC 5321), apart from any socket: bytes in, replies and mails out.

/// A mail as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenMail {
    /// Addresses of `RCPT TO`.
    pub recipients: Vec<String>,
    /// Headers and body; dots still doubled.
    pub content: Vec<u8>,
}

/// The longest command line taken before the conversation is given up (RFC 5321, 4.5.3.1.4, with room for extensions).
const LONGEST_LINE: usize = 4096;

/// A conversation.
#[derive(Debug, Default)]
pub struct Conversation {
    pending: Vec<u8>,
    recipients: Vec<String>,
    in_data: bool,
    /// How far `pending` has been searched for the end of data.
    searched: usize,
    over: bool,
}

impl Conversation {
    /// The greeting.
    pub const GREETING: &'static [u8] = b"220 bench ESMTP\r\n";

    /// Whether the peer has said goodbye.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Takes what the peer sent. Replies go to `replies`; each whole mail to `take` before its reply is written.
    pub fn feed(&mut self, bytes: &[u8], replies: &mut Vec<u8>, mut take: impl FnMut(TakenMail)) {
        self.pending.extend_from_slice(bytes);
        loop {
            if self.in_data {
                let Some(end) = self.end_of_data() else { return };
                let rest = self.pending.split_off(end + 3);
                let mut content = std::mem::replace(&mut self.pending, rest);
                content.truncate(end);
                take(TakenMail { recipients: std::mem::take(&mut self.recipients), content });
                self.in_data = false;
                self.searched = 0;
                replies.extend_from_slice(b"250 taken\r\n");
            } else {
                let Some(end) = self.pending.iter().position(|b| *b == b'\n') else {
                    self.over |= self.pending.len() > LONGEST_LINE;
                    return;
                };
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                let reply = self.command(&line);
                replies.extend_from_slice(reply);
            }
            if self.over {
                return;
            }
        }
    }

    fn command(&mut self, line: &[u8]) -> &'static [u8] {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" | "RSET" => {
                self.recipients.clear();
                b"250 ok\r\n"
            }
            "RCPT" => match line.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
                Some((address, _)) => {
                    self.recipients.push(address.to_owned());
                    b"250 ok\r\n"
                }
                None => b"501 no address\r\n",
            },
            "DATA" if self.recipients.is_empty() => b"503 no recipient\r\n",
            "DATA" => {
                self.in_data = true;
                b"354 go ahead\r\n"
            }
            "HELO" | "NOOP" => b"250 ok\r\n",
            "QUIT" => {
                self.over = true;
                b"221 bye\r\n"
            }
            _ => b"502 unknown\r\n",
        }
    }

    /// Where the content ends: just before the dot's own line.
    fn end_of_data(&mut self) -> Option<usize> {
        if self.pending.starts_with(b".\r\n") {
            return Some(0);
        }
        let from = self.searched.saturating_sub(4);
        let found = self.pending[from..].windows(5).position(|w| w == b"\r\n.\r\n").map(|at| from + at + 2);
        self.searched = self.pending.len();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: &str = "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n\
        Subject: x\r\n\r\nfirst\r\n..dot\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@f.example> X=1\r\nDATA\r\n.\r\nQUIT\r\n";

    fn talk(step: usize) -> (String, Vec<TakenMail>, bool) {
        let (mut conversation, mut replies, mut mails) = (Conversation::default(), Vec::new(), Vec::new());
        for part in TALK.as_bytes().chunks(step) {
            conversation.feed(part, &mut replies, |mail| mails.push(mail));
        }
        (String::from_utf8(replies).unwrap(), mails, conversation.is_over())
    }

    #[test]
    fn takes_mails_however_the_bytes_are_cut() {
        let (replies, mails, over) = talk(TALK.len());
        assert!(over && replies.ends_with("354 go ahead\r\n250 taken\r\n221 bye\r\n"));
        assert_eq!(mails[0].recipients, ["c@d.example"]);
        assert_eq!(mails[0].content, b"Subject: x\r\n\r\nfirst\r\n..dot\r\n");
        assert_eq!((mails[1].recipients[0].as_str(), mails[1].content.len()), ("e@f.example", 0));
        for step in 1..20 {
            assert_eq!(talk(step), (replies.clone(), mails.clone(), over), "{step}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let (mut conversation, mut replies) = (Conversation::default(), Vec::new());
        conversation.feed(b"DATA\r\nRCPT TO:x\r\nVRFY\r\n\xff\r\n", &mut replies, |_| panic!("no mail"));
        assert_eq!(replies, b"503 no recipient\r\n501 no address\r\n502 unknown\r\n502 unknown\r\n");
        conversation.feed(&[b'x'; 5000], &mut replies, |_| panic!("no mail"));
        assert!(conversation.is_over());
    }
}
