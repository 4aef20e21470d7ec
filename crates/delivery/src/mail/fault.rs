//! What came of handing a mail over, in words fit for the outbox, the log and the operator: without addresses and
//! without secrets.

/// The server took the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it said, often with its queue id.
    pub reply: String,
}

/// What to do about a mail that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Try again later.
    Temporary,
    /// The server refuses this recipient for good.
    PermanentRecipient,
    /// The server refuses this mail for good, whoever it is for.
    PermanentMessage,
    /// There is no talking to the server. Try again later.
    Unreachable,
    /// No secure connection: the certificate does not fit, or STARTTLS is not offered. Worth the operator's eye; try
    /// again later.
    Tls,
    /// The server refuses our login. Worth the operator's eye; try again later.
    Auth,
}

impl FaultKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Temporary, Self::PermanentRecipient, Self::PermanentMessage, Self::Unreachable, Self::Tls, Self::Auth];

    /// Whether another attempt of the same mail may succeed.
    pub fn is_retryable(self) -> bool {
        !matches!(self, Self::PermanentRecipient | Self::PermanentMessage)
    }

    /// A word for metrics and lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Temporary => "temporary",
            Self::PermanentRecipient => "permanent_recipient",
            Self::PermanentMessage => "permanent_message",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Auth => "auth",
        }
    }
}

/// The mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SendFault {
    /// What to do about it.
    pub kind: FaultKind,
    /// The server's reply code, when it gave one.
    pub code: Option<u16>,
    /// Whether the server would not have, or not now, this recipient rather than this mail.
    pub about_recipient: bool,
    /// What happened, for people. Holds no address and no secret.
    pub text: String,
}

impl SendFault {
    pub(crate) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, code: None, about_recipient: kind == FaultKind::PermanentRecipient, text: text.into() }
    }
}

/// Longest text kept of what a server says, in characters.
const MOST: usize = 300;

/// Makes a server's words fit to keep: one line, no address, none of `secrets`, not too long.
pub(crate) fn safe_text(text: &str, secrets: &[&str]) -> String {
    let mut safe: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for secret in secrets.iter().filter(|s| s.chars().count() >= 3) {
        safe = without(&safe, secret);
    }
    let mut words = String::with_capacity(safe.len());
    for (i, word) in safe.split(' ').enumerate() {
        if i > 0 {
            words.push(' ');
        }
        words.push_str(if word.contains('@') { "…" } else { word });
    }
    if words.chars().count() > MOST {
        words = words.chars().take(MOST).collect::<String>() + "…";
    }
    words.trim().to_owned()
}

/// `text` with every occurrence of `part`, in any ASCII case, masked.
fn without(text: &str, part: &str) -> String {
    let (lower, part) = (text.to_ascii_lowercase(), part.to_ascii_lowercase());
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(&part) {
        kept.push_str(&text[from..at]);
        kept.push('…');
        from = at + found.len();
    }
    kept.push_str(&text[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_words_lose_addresses_and_secrets() {
        for (text, kept) in [
            ("5.1.1 <joe.bloggs@example.com>: unknown", "5.1.1 … unknown"),
            ("user Joe.Bloggs unknown", "user … unknown"),
            ("bad login hunter2\r\nBcc: x", "bad login …  Bcc: x"),
            ("mailbox=other@example.org,full", "…"),
            ("4.2.2 über quota", "4.2.2 über quota"),
        ] {
            assert_eq!(safe_text(text, &["joe.bloggs", "hunter2", ""]), kept);
        }
        assert_eq!(safe_text(&"x".repeat(9999), &[]).chars().count(), MOST + 1);
    }
}
