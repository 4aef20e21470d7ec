//! The built-in mailbox: takes every mail and shows it, for trying out without a mail server.
//!
//! One JSON object a line, appended to `mailbox.jsonl` and synced to disk before the mail counts as taken. One thread
//! writes; mails that arrive while the disk is busy share the next sync. A line cut short by a crash was never
//! acknowledged: readers skip it, and the next mail begins on a line of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use model::Ambient;
use tokio::sync::{mpsc, oneshot};

use super::fault::{FaultKind, SendFault, Sent};
use super::message::Outgoing;

/// The file's name in its directory.
pub const MAILBOX_FILE: &str = "mailbox.jsonl";

/// A mail as the mailbox shows it; the parts decoded.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MailboxMessage {
    /// The `Message-ID` without brackets; a mail handed over twice is there twice.
    pub id: String,
    /// The sender as in the header.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: Option<String>,
    /// Name and value of each header, in order.
    pub headers: Vec<(String, String)>,
    /// When it was taken, RFC 3339.
    pub at: String,
}

/// A mailbox in a directory. Cheap to clone; clones share the writer.
#[derive(Clone, Debug)]
pub struct Mailbox {
    path: PathBuf,
    ambient: Ambient,
    writer: mpsc::Sender<Entry>,
}

struct Entry {
    line: Vec<u8>,
    taken: oneshot::Sender<Result<(), String>>,
}

/// Most mails waiting for the disk; more wait before they are queued.
const QUEUE: usize = 256;

/// Bytes read at once when listing.
const CHUNK: u64 = 256 * 1024;

impl Mailbox {
    /// Opens the mailbox in `directory`, making the file (readable by its owner only) when it is absent. Blocking.
    pub fn open(directory: &Path, ambient: Ambient) -> io::Result<Self> {
        let path = directory.join(MAILBOX_FILE);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        // So that the file itself outlives a crash, not only what is in it.
        #[cfg(unix)]
        File::open(directory)?.sync_all()?;
        let (writer, entries) = mpsc::channel(QUEUE);
        std::thread::Builder::new().name("mailbox".into()).spawn(move || write_all(file, entries))?;
        Ok(Self { path, ambient, writer })
    }

    /// Takes a mail. When this returns, the mail is on disk.
    pub async fn deliver(&self, mail: &Outgoing) -> Result<Sent, SendFault> {
        let message = self.message(mail).map_err(|fault| fault.to_send_fault())?;
        let temporary = |text: String| SendFault::new(FaultKind::Temporary, text);
        let mut line = serde_json::to_vec(&message).map_err(|fault| temporary(format!("mailbox: {fault}")))?;
        line.push(b'\n');
        let (taken, answer) = oneshot::channel();
        let gone = || temporary("mailbox: it is shut down".into());
        self.writer.send(Entry { line, taken }).await.map_err(|_| gone())?;
        match answer.await {
            Ok(Ok(())) => Ok(Sent { reply: "in the mailbox".into() }),
            Ok(Err(fault)) => Err(temporary(format!("mailbox: {fault}"))),
            Err(_) => Err(gone()),
        }
    }

    /// The newest mails, newest first, `limit` at most.
    pub async fn list(&self, limit: usize) -> io::Result<Vec<MailboxMessage>> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || newest(&path, limit)).await.map_err(io::Error::other)?
    }

    fn message(&self, mail: &Outgoing) -> Result<MailboxMessage, super::message::MessageFault> {
        let headers = mail.header_list()?;
        let header = |wanted: &str| {
            headers.iter().find(|(name, _)| name == wanted).map_or_else(String::new, |(_, value)| value.clone())
        };
        Ok(MailboxMessage {
            id: header("Message-ID").trim_matches(['<', '>']).to_owned(),
            from: header("From"),
            to: vec![mail.to.given().to_owned()],
            subject: header("Subject"),
            text: mail.text.clone(),
            html: mail.html.clone(),
            at: self.ambient.now().to_rfc3339(),
            headers,
        })
    }
}

/// The writer: takes what has queued, writes it, syncs once, answers all. Ends with the last [`Mailbox`].
fn write_all(mut file: File, mut entries: mpsc::Receiver<Entry>) {
    // The file may end in a line cut short, from a crash or from a full disk.
    let mut cut_short = true;
    let mut batch = Vec::with_capacity(QUEUE);
    while entries.blocking_recv_many(&mut batch, QUEUE) > 0 {
        let mut bytes = Vec::new();
        for entry in &batch {
            bytes.extend_from_slice(&entry.line);
        }
        let written = write(&mut file, &bytes, cut_short);
        cut_short = written.is_err();
        for entry in batch.drain(..) {
            // Whoever gave up waiting finds the mail in the mailbox all the same.
            let _ = entry.taken.send(written.as_ref().map(|()| ()).map_err(ToString::to_string));
        }
    }
}

fn write(file: &mut File, bytes: &[u8], cut_short: bool) -> io::Result<()> {
    if cut_short && !ends_in_line_end(file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(bytes)?;
    file.sync_data()
}

fn ends_in_line_end(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Reads the file from its end.
fn newest(path: &Path, limit: usize) -> io::Result<Vec<MailboxMessage>> {
    let mut file = File::open(path)?;
    let mut at = file.metadata()?.len();
    let mut found = Vec::new();
    // The beginning of a line whose rest has been read; not yet known to be whole.
    let mut rest: Vec<u8> = Vec::new();
    let mut is_tail = true;
    while at > 0 && found.len() < limit {
        let size = CHUNK.min(at);
        at -= size;
        let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
        bytes.append(&mut rest);
        let mut end = bytes.len();
        while let Some(line_end) = bytes[..end].iter().rposition(|byte| *byte == b'\n') {
            // What follows the last line end is still being written, or was cut short.
            if !is_tail && found.len() < limit {
                found.extend(serde_json::from_slice(&bytes[line_end + 1..end]).ok());
            }
            is_tail = false;
            end = line_end;
        }
        bytes.truncate(end);
        rest = bytes;
    }
    if at == 0 && !is_tail && found.len() < limit {
        found.extend(serde_json::from_slice(&rest).ok());
    }
    Ok(found)
}
