//! A mail to one person, and the bytes of it (RFC 5322): the same bytes whenever it is written again.
//!
//! Encoding of headers and bodies is lettre's; which headers there are and what they may hold is decided here. DKIM
//! signatures come last, over what is finished.

use std::sync::Arc;

use lettre::Address;
use lettre::message::header::{ContentType, From, HeaderName, HeaderValue, Headers, To};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use model::{EmailAddress, Timestamp};

use super::dkim::DkimSigner;
use super::fault::{FaultKind, SendFault};

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The sender: `Name <address>` or an address alone.
    pub from: String,
    /// The recipient.
    pub to: EmailAddress,
    /// Where bounces go; left out = the sender's address.
    pub return_path: Option<EmailAddress>,
    /// Control characters are left out, and what is over 500 characters.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// Further headers. Not those that are made from the other fields.
    pub headers: Vec<(String, String)>,
    /// `left@right`, made from the delivery's id so that a repeat has the same; with or without angle brackets.
    pub message_id: String,
    /// When it was written; stays the same for a repeat.
    pub date: Timestamp,
    /// `Feedback-ID`, by which large receivers group complaints.
    pub feedback_id: Option<String>,
}

/// Why a mail cannot be written: it would be no better another time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MessageFault(pub String);

impl MessageFault {
    /// The same as the transport says it.
    pub fn to_send_fault(&self) -> SendFault {
        SendFault::new(FaultKind::PermanentMessage, self.0.clone())
    }
}

/// Who a mail is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name people see.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

/// The addresses of the SMTP conversation.
pub(crate) struct Envelope {
    pub(crate) from: Address,
    pub(crate) to: Address,
}

/// Longest subject, in characters.
const MOST_SUBJECT: usize = 500;

/// Longest run without a blank in a header: a line may have 998 bytes (RFC 5322, section 2.1.1).
const MOST_WORD: usize = 900;

/// Headers that are made from fields of [`Outgoing`], or are not ours to write.
const RESERVED: &[&str] = &[
    "auto-submitted",
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "dkim-signature",
    "feedback-id",
    "from",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "sender",
    "subject",
    "to",
];

impl Sender {
    /// Reads `Name <address>`, `"Name" <address>` or `address`. The error says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.rsplit_once('<').ok_or("the sender has a \">\" without \"<\"")?,
            None => ("", text),
        };
        let name = name.trim();
        let unquoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
        let name = unquoted.map_or_else(|| name.to_owned(), |n| n.replace("\\\"", "\"").replace("\\\\", "\\"));
        if name.chars().any(char::is_control) || name.len() > 250 {
            return Err("the sender's name holds a control character or is too long".into());
        }
        let address = EmailAddress::parse(address)
            .map_err(|_| "the sender must be an address, or a name and an address in angle brackets")?;
        Ok(Self { name: Some(name).filter(|n| !n.is_empty()), address })
    }
}

impl Outgoing {
    /// The whole message with CRLF line ends. ASCII only, unless an address is not.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MessageFault> {
        let mut headers = Headers::with_capacity(12);
        for (name, value) in self.header_list()? {
            match name.as_str() {
                "From" => {
                    let sender = self.sender()?;
                    headers.set(From::from(Mailboxes::from(Mailbox::new(sender.name, address(&sender.address)?))));
                }
                "To" => headers.set(To::from(Mailboxes::from(Mailbox::new(None, address(&self.to)?)))),
                // Not folded: some readers take the fold for a part of it.
                "Message-ID" => {
                    headers.insert_raw(HeaderValue::dangerous_new_pre_encoded(
                        header_name(name)?,
                        String::new(),
                        value,
                    ));
                }
                _ => headers.insert_raw(HeaderValue::new(header_name(name)?, value)),
            }
        }
        let body = self.body();
        let mut bytes = headers.to_string().into_bytes();
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// The same below the signatures of those signers that align with the sender.
    pub fn to_signed_bytes(&self, signers: &[Arc<DkimSigner>]) -> Result<Vec<u8>, MessageFault> {
        let message = self.to_bytes()?;
        let domain = self.sender()?.address.domain().to_owned();
        let mut bytes = Vec::with_capacity(message.len() + 800 * signers.len());
        for signer in signers.iter().filter(|s| s.aligns_with(&domain)) {
            bytes.extend_from_slice(signer.signature(&message, self.date)?.as_bytes());
        }
        bytes.extend_from_slice(&message);
        Ok(bytes)
    }

    /// The headers as people read them, in order; all but those of the body's encoding.
    pub fn header_list(&self) -> Result<Vec<(String, String)>, MessageFault> {
        let sender = self.sender()?;
        let from = match &sender.name {
            Some(name) => format!("{name} <{}>", sender.address.wire()),
            None => sender.address.wire(),
        };
        // A date outside what the format can hold is drawn to its nearest end.
        let date = Timestamp(self.date.0.clamp(0, 253_402_207_200_000_000)).to_jiff();
        let mut list = vec![
            ("Date".to_owned(), date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
            ("Message-ID".to_owned(), self.message_id()?),
            ("From".to_owned(), from),
            ("To".to_owned(), self.to.wire()),
            ("Subject".to_owned(), subject(&self.subject)?),
            ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
        ];
        if let Some(feedback_id) = &self.feedback_id {
            list.push(("Feedback-ID".to_owned(), header_value("Feedback-ID", feedback_id)?));
        }
        for (name, value) in &self.headers {
            let wrong = name.is_empty()
                || name.len() > 76
                || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                || RESERVED.contains(&name.to_ascii_lowercase().as_str());
            if wrong {
                return Err(MessageFault("a header's name is malformed or not free to be set".into()));
            }
            list.push((name.clone(), header_value(name, value)?));
        }
        list.push(("MIME-Version".to_owned(), "1.0".to_owned()));
        Ok(list)
    }

    /// The identifier in angle brackets.
    pub(crate) fn message_id(&self) -> Result<String, MessageFault> {
        let id = self.message_id.trim().trim_start_matches('<').trim_end_matches('>');
        let right = id.split_once('@').map(|(left, right)| !left.is_empty() && !right.is_empty());
        let atoms = id.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_+=$@".contains(&b));
        if right != Some(true) || !atoms || id.matches('@').count() != 1 || id.len() > 250 {
            return Err(MessageFault("the message id is not of the form left@right".into()));
        }
        Ok(format!("<{id}>"))
    }

    /// Sender and recipient of the SMTP conversation, domains in ASCII.
    pub(crate) fn envelope(&self) -> Result<Envelope, MessageFault> {
        let from = match &self.return_path {
            Some(return_path) => address(return_path)?,
            None => address(&self.sender()?.address)?,
        };
        Ok(Envelope { from, to: address(&self.to)? })
    }

    fn sender(&self) -> Result<Sender, MessageFault> {
        Sender::parse(&self.from).map_err(MessageFault)
    }

    /// The parts with their headers.
    fn body(&self) -> Vec<u8> {
        let text = SinglePart::plain(crlf(&self.text));
        let Some(html) = &self.html else {
            return text.formatted();
        };
        // From the id, so that a repeat has the same bytes; longer until neither part holds it.
        let id = self.message_id.bytes().filter(u8::is_ascii_alphanumeric).take(40).map(char::from);
        let mut boundary: String = "=_".chars().chain(id).collect();
        while self.text.contains(&boundary) || html.contains(&boundary) {
            boundary.push('_');
        }
        let kind = ContentType::parse(&format!("multipart/alternative; boundary=\"{boundary}\""));
        match kind {
            Ok(kind) if boundary.len() <= 70 => {
                let html = SinglePart::html(crlf(html));
                MultiPart::builder().header(kind).singlepart(text).singlepart(html).formatted()
            }
            // Someone filled the text with boundaries: the text alone will do.
            _ => text.formatted(),
        }
    }
}

fn header_name(name: String) -> Result<HeaderName, MessageFault> {
    HeaderName::new_from_ascii(name).map_err(|_| MessageFault("a header's name is malformed".into()))
}

fn address(address: &EmailAddress) -> Result<Address, MessageFault> {
    let wire = address.wire();
    let (local, domain) = wire.rsplit_once('@').unwrap_or((&wire, ""));
    Address::new(local, domain).map_err(|_| MessageFault("an address cannot be written in a mail".into()))
}

/// Without control characters: nothing in a value can begin another header.
fn header_value(name: &str, value: &str) -> Result<String, MessageFault> {
    let value: String = value.chars().filter(|c| !c.is_control() || *c == '\t').collect();
    if value.is_ascii() && value.split(' ').any(|word| word.len() > MOST_WORD) {
        return Err(MessageFault(format!("the header {name} is too long")));
    }
    Ok(value.trim().to_owned())
}

fn subject(text: &str) -> Result<String, MessageFault> {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(MOST_SUBJECT).collect();
    header_value("Subject", &kept)
}

/// Every kind of line end as CRLF, so that none is taken for the end of the mail; NUL left out.
fn crlf(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                lines.push_str("\r\n");
            }
            '\n' => lines.push_str("\r\n"),
            '\0' => {}
            c => lines.push(c),
        }
    }
    lines
}
