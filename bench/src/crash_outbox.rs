//! What the crash test looks at besides the sign-ups themselves: the mails and tags that they set off.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::accounts::{Guard, apply_with};
use crate::crash::Options;
use crate::ledger::{Entry, Follow};
use crate::people::Kind;
use crate::random::Dice;
use crate::server::Installation;
use crate::sink::{Hold, Mailbag, Sink};

/// Subjects of the automation's mails.
const MAILS: [&str; 2] = ["Welcome", "Later"];

const ACTIONS: &str = r#"automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [
  { add_tag = "Example" },
  { send_mail = { subject = "Welcome", text = "Hello" } },
  { add_tag = "SentoriApp" },
  { send_mail = { subject = "Later", text = "Hello again" } },
]
"#;

/// Adds the automation to every account; callers wait for no mail server.
pub fn prepare(installation: &mut Installation, accounts: u32, sink: &Sink) -> Result<()> {
    apply_with(installation, accounts, Guard::Enforce, ACTIONS)?;
    installation.mail_wait = Some(0.2);
    sink.bag.count_copies();
    Ok(())
}

/// Decides what this round's kill falls into.
pub fn hold(sink: &Sink, dice: &mut Dice) {
    sink.bag.hold(match dice.below(5) {
        0 => Hold::Greetings,
        1 | 2 => Hold::Untaken,
        _ => Hold::Taken,
    });
}

/// Waits for a moment in the middle of deliveries, and of none that a kill has met before.
pub fn wait_for_middle(sink: &Sink) {
    let start = Instant::now();
    while (sink.bag.held() == 0 || !sink.bag.is_calm()) && start.elapsed() < Duration::from_secs(3) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits for the last mails; what is missing or came too often.
pub fn check(installation: &Installation, entries: &[Entry], bag: &Mailbag, options: &Options) -> Result<Vec<String>> {
    let all = || {
        entries.iter().filter(|e| applied(e)).flat_map(|entry| {
            let address = entry.wish.address();
            MAILS.map(|subject| (entry, subject, bag.copies_of(&address, subject)))
        })
    };
    let bound = Duration::from_secs(options.bound);
    // After many rounds tens of thousands of links were followed just now: as long as mails come, none is late.
    let (mut last, mut mails) = (Instant::now(), bag.mails());
    while all().any(|(_, _, copies)| copies == 0) && last.elapsed() < bound {
        std::thread::sleep(Duration::from_millis(250));
        if bag.mails() > mails {
            (last, mails) = (Instant::now(), bag.mails());
        }
    }
    let wrong = all().filter(|(.., copies)| !(1..=2).contains(copies));
    let mut faults: Vec<String> =
        wrong.map(|(entry, subject, n)| format!("{} {entry:?}: {n} times {subject}", entry.wish.address())).collect();
    let start = Instant::now();
    for account in 0..options.accounts.max(1) {
        let slug = format!("bench-{account}");
        for state in ["owed", "dead"] {
            let rows = || installation.said(&["deliveries", "list", "--json", "--state", state, "--account", &slug]);
            // What was sent is noted with the next commit.
            let mut left = rows()?;
            while left.contains('{') && start.elapsed() < bound {
                std::thread::sleep(Duration::from_millis(200));
                left = rows()?;
            }
            faults.extend(left.lines().filter(|l| l.starts_with('{')).map(|row| format!("{slug} is {state}: {row}")));
        }
    }
    Ok(faults)
}

/// Whether its actions must have run.
fn applied(entry: &Entry) -> bool {
    entry.is_acknowledged() && (entry.kind == Kind::Applied || entry.follow == Follow::Acknowledged)
}
