//! Recorded sign-ups judged in order, sending and storing nothing: what backs `vestibule guard judge`.
//!
//! A line holds no ticket, so the moment of rendering (`at` − `seconds_to_submit`) stands for it: one rendering that
//! several mailboxes come from is a replayed ticket. Every line counts as asking for a confirmation mail; nobody
//! answers them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use model::{AccountId, Caller, Door, EmailAddress, FormId, Timestamp};

use super::Guard;
use super::client::PageOrigin;
use super::input::GuardInput;
use super::recipient::{DAY, MailCause, MailboxFacts, Mailing, RecipientLimits, decide};
use super::settings::Policy;
use super::ticket::TicketState;
use super::verdict::{Judgement, Reason, Verdict};

/// The state of a replay: rates, series and recipients, as the lines' own times make them.
#[derive(Debug)]
pub struct Replay {
    guard: Guard,
    policy: Policy,
    limits: RecipientLimits,
    account: AccountId,
    form: Option<FormId>,
    allowed_origins: Vec<String>,
    mails: HashMap<String, Vec<Timestamp>>,
    renderings: HashMap<(i64, String), Vec<String>>,
}

/// Why a line cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum LineFault {
    /// It is no JSON object of the expected shape.
    #[error("no JSON object as expected: {0}")]
    Shape(#[from] serde_json::Error),
    /// The door is none of `hosted`, `web`, `api`.
    #[error("`door` is {0:?} and should be `hosted`, `web` or `api`")]
    Door(String),
}

#[derive(serde::Deserialize)]
struct Line<'a> {
    at: f64,
    #[serde(borrow)]
    door: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow, default)]
    first_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    last_name: Option<Cow<'a, str>>,
    #[serde(default)]
    fields: Option<BTreeMap<String, serde_json::Value>>,
    #[serde(borrow, default)]
    user_agent: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    origin: Option<Cow<'a, str>>,
    #[serde(default)]
    seconds_to_submit: Option<f64>,
    #[serde(borrow, default)]
    honeypot: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    ip: Option<Cow<'a, str>>,
}

impl Replay {
    /// A replay with an account's settings; `allowed_origins` as in the account file.
    pub fn new(
        guard: Guard,
        policy: Policy,
        limits: RecipientLimits,
        account: AccountId,
        form: Option<FormId>,
        allowed_origins: Vec<String>,
    ) -> Self {
        let (mails, renderings) = Default::default();
        Self { guard, policy, limits, account, form, allowed_origins, mails, renderings }
    }

    fn page(&self, door: Door, origin: &str) -> PageOrigin {
        let allowed = |o: &String| o == "*" || o.trim_end_matches('/').eq_ignore_ascii_case(origin);
        match origin {
            "" | "null" => PageOrigin::Absent,
            // The hosted form is on our own page, whose name the line does not tell.
            _ if door == Door::Hosted || self.allowed_origins.iter().any(allowed) => PageOrigin::Allowed,
            _ => PageOrigin::Foreign,
        }
    }

    /// Whether one rendering has served a third mailbox by now.
    fn is_replayed(&mut self, at: Timestamp, pace: Option<Duration>, agent: &str, mailbox: &str) -> bool {
        let Some(pace) = pace.filter(|p| *p >= Duration::from_secs(1)) else { return false };
        let rendered = (at.minus(pace).0 + 500_000).div_euclid(1_000_000);
        let mailboxes = self.renderings.entry((rendered, agent.to_owned())).or_default();
        if !mailboxes.iter().any(|m| m == mailbox) {
            mailboxes.push(mailbox.to_owned());
        }
        mailboxes.len() >= 3
    }

    /// Recipient protection for the mail that an accepted line would cause.
    fn mail(&mut self, at: Timestamp, mailbox: String) -> Mailing {
        let sent = self.mails.entry(mailbox).or_default();
        sent.retain(|t| at.since(*t) < DAY);
        let facts = MailboxFacts { from_account: sent, unanswered: sent, ..Default::default() };
        let mailing = decide(MailCause::Confirmation, at, &facts, &self.limits);
        if mailing == Mailing::Send {
            sent.push(at);
        }
        mailing
    }
}

/// Judges one recorded line and answers with one: `{"verdict": "accept|quiet|challenge|refuse", "reasons": […]}`.
pub fn judge_line(replay: &mut Replay, line: &str) -> Result<String, LineFault> {
    let line: Line<'_> = serde_json::from_str(line)?;
    let door = match &*line.door {
        "hosted" => Door::Hosted,
        "web" => Door::SpektrixWeb,
        "api" => Door::Json,
        other => return Err(LineFault::Door(other.to_owned())),
    };
    let Ok(email) = EmailAddress::parse(&line.email) else {
        // Validation turns it away before the guard sees it.
        return Ok(answer(Verdict::Refuse { retry_after: None }, &["address_malformed"]));
    };
    let at = Timestamp((line.at * 1e6) as i64);
    let pace = line.seconds_to_submit.and_then(|s| Duration::try_from_secs_f64(s.max(0.0)).ok());
    let agent = line.user_agent.as_deref().filter(|a| !a.is_empty());
    let mailbox = email.mailbox_key();
    let fields = line.fields.unwrap_or_default();
    let texts: Vec<(&str, &str)> = fields.iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))).collect();
    let names = [line.first_name.as_deref().unwrap_or(""), line.last_name.as_deref().unwrap_or("")];
    let replayed = replay.is_replayed(at, pace, agent.unwrap_or(""), &mailbox);
    let input = GuardInput {
        at,
        door,
        caller: Caller::Public,
        vouched: false,
        account: replay.account,
        form: replay.form,
        email: &email,
        names: &names,
        texts: &texts,
        user_agent: agent,
        origin: replay.page(door, line.origin.as_deref().unwrap_or("").trim()),
        honeypot: line.honeypot.as_deref(),
        ticket: if replayed { TicketState::Replayed } else { TicketState::Absent },
        seconds_to_submit: pace,
        ip: line.ip.as_deref().and_then(|ip| ip.trim().parse::<IpAddr>().ok()),
        can_challenge: true,
        solved: false,
        mail_host: None,
    };
    let Judgement { mut verdict, mut reasons, .. } = replay.guard.judge(&input, &replay.policy).judgement;
    if verdict == Verdict::Accept
        && let Mailing::Withhold(reason) = replay.mail(at, mailbox)
    {
        verdict = Verdict::Quiet;
        reasons.add(reason);
    }
    Ok(answer(verdict, &reasons.iter().map(Reason::code).collect::<Vec<_>>()))
}

fn answer(verdict: Verdict, reasons: &[&str]) -> String {
    serde_json::json!({ "verdict": verdict.name(), "reasons": reasons }).to_string()
}
