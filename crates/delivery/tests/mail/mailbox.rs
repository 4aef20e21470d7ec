//! The built-in mailbox.

use std::fs;
use std::io::Write;

use delivery::mail::mailbox::MAILBOX_FILE;
use delivery::mail::{FaultKind, Mailbox, Outgoing, Transport};
use model::{Ambient, ManualClock, Timestamp};
use tempfile::TempDir;

use crate::mail;

fn open(directory: &TempDir) -> Mailbox {
    let clock = ManualClock::at(Timestamp(1_390_232_498_000_000));
    Mailbox::open(directory.path(), Ambient::with_clock(clock)).expect("mailbox")
}

async fn subjects(mailbox: &Mailbox, limit: usize) -> Vec<String> {
    mailbox.list(limit).await.expect("list").into_iter().map(|message| message.subject).collect()
}

#[tokio::test]
async fn mails_are_shown_decoded_and_newest_first() {
    let directory = TempDir::new().expect("directory");
    let transport = Transport::Mailbox(open(&directory));
    for id in 1..=3 {
        transport.send(&mail("Jos\u{e9}@example.com", id)).await.expect("taken");
    }
    let Transport::Mailbox(mailbox) = &transport else { panic!() };
    assert_eq!(subjects(mailbox, 10).await, ["Mail 3", "Mail 2", "Mail 1"]);
    assert_eq!(subjects(mailbox, 2).await, ["Mail 3", "Mail 2"]);
    let shown = serde_json::to_value(&mailbox.list(1).await.expect("list")[0]).expect("json");
    let expected = serde_json::json!({
        "id": "3@demo.example",
        "from": "Demo Theatre <hello@demo.example>",
        "to": ["Jos\u{e9}@example.com"],
        "subject": "Mail 3",
        "text": "Hello,\n\n.a line that begins with a dot\n",
        "html": "<p>Hello,</p>",
        "headers": [
            ["Date", "Mon, 20 Jan 2014 15:41:38 +0000"],
            ["Message-ID", "<3@demo.example>"],
            ["From", "Demo Theatre <hello@demo.example>"],
            ["To", "Jos\u{e9}@example.com"],
            ["Subject", "Mail 3"],
            ["Auto-Submitted", "auto-generated"],
            ["MIME-Version", "1.0"],
        ],
        "at": "2014-01-20T15:41:38Z",
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_line_cut_short_is_passed_over() {
    let directory = TempDir::new().expect("directory");
    open(&directory).deliver(&mail("a@example.com", 1)).await.expect("taken");
    let path = directory.path().join(MAILBOX_FILE);
    let whole = fs::read(&path).expect("file");
    let mut file = fs::OpenOptions::new().append(true).open(&path).expect("file");
    file.write_all(&whole[..whole.len() / 2]).expect("cut short");
    let mailbox = open(&directory);
    assert_eq!(subjects(&mailbox, 10).await, ["Mail 1"]);
    mailbox.deliver(&mail("a@example.com", 2)).await.expect("taken");
    mailbox.deliver(&mail("a@example.com", 3)).await.expect("taken");
    assert_eq!(subjects(&mailbox, 10).await, ["Mail 3", "Mail 2", "Mail 1"]);
    assert_eq!(subjects(&open(&directory), 10).await, ["Mail 3", "Mail 2", "Mail 1"]);
}

#[tokio::test]
async fn many_mails_at_once_are_all_kept() {
    let directory = TempDir::new().expect("directory");
    let mailbox = open(&directory);
    let mails: Vec<_> = (0..500)
        .map(|id| {
            let mailbox = mailbox.clone();
            // Larger together than what is read at once.
            let mail = Outgoing { text: "x\u{e9}".repeat(1000), ..mail("a@example.com", id) };
            tokio::spawn(async move { mailbox.deliver(&mail).await })
        })
        .collect();
    for taken in mails {
        taken.await.expect("no panic").expect("taken");
    }
    let mut kept = subjects(&mailbox, 1000).await;
    kept.sort();
    kept.dedup();
    assert_eq!(kept.len(), 500);
}

#[tokio::test]
async fn what_cannot_be_taken_is_a_fault() {
    let directory = TempDir::new().expect("directory");
    assert!(Mailbox::open(&directory.path().join("missing"), Ambient::system()).is_err());
    let mailbox = open(&directory);
    let fault = mailbox.deliver(&Outgoing { from: "x".into(), ..mail("a@example.com", 1) }).await;
    assert_eq!(fault.expect_err("no sender").kind, FaultKind::PermanentMessage);
    assert_eq!(subjects(&mailbox, 10).await, Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new().expect("directory");
    let _mailbox = open(&directory);
    let mode = fs::metadata(directory.path().join(MAILBOX_FILE)).expect("file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
