//! The gate: every sign-up passes here, whichever door. It holds what one node needs for the guard's verdicts (its
//! memory, the accounts' policies, the keys of tickets and challenges) and counts them; `guard` knows the rules.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use model::{AccountId, AccountSnapshot, Caller, Door, FieldId, FormId, GuardMode, SignUp, Timestamp};
use store::{GuardNews, Keys, RefusedAttempt};

use crate::captchas::Checked;
use crate::guard::altcha::{Difficulty, Proofs};
use crate::guard::{Disposable, Guard, GuardInput, Judgement, Mark, PageOrigin, Policy, Reason, Tickets, Turn};

/// What a door knows about a call besides the sign-up itself. The default is what a door that knows nothing says.
#[derive(Clone, Debug, Default)]
pub struct GuardSignals<'a> {
    /// The page that held the form; `None` leaves it to the sign-up's origin and the account's allowed origins.
    pub page: Option<PageOrigin>,
    /// The form's ticket, as sent.
    pub ticket: Option<&'a str>,
    /// What was found in the honeypot.
    pub honeypot: Option<&'a str>,
    /// The answer to the proof of work (`altcha`), as sent.
    pub altcha: Option<&'a str>,
    /// Tokens of captcha services, by the name of their control.
    pub captchas: &'a [(&'static str, String)],
    /// From opening to sending, where something other than a ticket tells.
    pub seconds_to_submit: Option<Duration>,
    /// Whether this caller can be shown a challenge: scripts run, and the page came by https or from this machine.
    /// Otherwise a challenge becomes quiet.
    pub can_challenge: bool,
}

/// Refused attempts that wait to be written; beyond this they are only counted.
const MOST_REFUSED: usize = 4096;

/// Verdicts and reasons by door, since the start.
#[derive(Debug)]
pub struct GuardCounts {
    verdicts: [[AtomicU64; VERDICTS.len()]; Door::ALL.len()],
    reasons: [[AtomicU64; Reason::ALL.len()]; Door::ALL.len()],
}

const VERDICTS: [&str; 4] = ["accept", "quiet", "challenge", "refuse"];

impl Default for GuardCounts {
    fn default() -> Self {
        Self {
            verdicts: [const { [const { AtomicU64::new(0) }; VERDICTS.len()] }; Door::ALL.len()],
            reasons: [const { [const { AtomicU64::new(0) }; Reason::ALL.len()] }; Door::ALL.len()],
        }
    }
}

impl GuardCounts {
    fn note(&self, door: Door, judgement: Judgement) {
        let verdict = VERDICTS.iter().position(|v| *v == judgement.verdict.name()).unwrap_or(0);
        self.verdicts[door as usize][verdict].fetch_add(1, Ordering::Relaxed);
        for reason in judgement.reasons.iter() {
            self.note_reason(door, reason);
        }
    }

    pub(crate) fn note_reason(&self, door: Door, reason: Reason) {
        self.reasons[door as usize][reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Every door and verdict that occurred, with its count.
    pub fn verdicts(&self) -> Vec<(Door, &'static str, u64)> {
        let all = Door::ALL.into_iter().flat_map(|d| VERDICTS.into_iter().enumerate().map(move |(i, v)| (d, v, i)));
        let read = all.map(|(d, v, i)| (d, v, self.verdicts[d as usize][i].load(Ordering::Relaxed)));
        read.filter(|(.., count)| *count > 0).collect()
    }

    /// Every door and reason that occurred, with its count.
    pub fn reasons(&self) -> Vec<(Door, &'static str, u64)> {
        let all = Door::ALL.into_iter().flat_map(|d| Reason::ALL.iter().map(move |r| (d, *r)));
        let read = all.map(|(d, r)| (d, r.code(), self.reasons[d as usize][r as usize].load(Ordering::Relaxed)));
        read.filter(|(.., count)| *count > 0).collect()
    }
}

/// A sign-up's way through the gate.
#[derive(Clone)]
pub(crate) struct Passed {
    pub(crate) policy: Arc<Policy>,
    /// `None` where the account's guard is off.
    pub(crate) judgement: Option<Judgement>,
}

/// The same news is told once in this time, by whichever node.
pub(crate) const TELL_AFTER: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
struct News {
    waiting: Vec<(AccountId, GuardNews)>,
    told: HashMap<(AccountId, GuardNews), Timestamp>,
}

/// Policies of accounts, and of forms that have one of their own, with the version of the configuration they are of.
type Policies = HashMap<(AccountId, Option<FormId>), (i64, Arc<Policy>)>;

/// The guard of one node with all it needs.
pub(crate) struct Gate {
    guard: Guard,
    keys: Keys,
    pub(crate) tickets: Tickets,
    proofs: Option<Proofs>,
    policies: RwLock<Policies>,
    refused: Mutex<Vec<RefusedAttempt>>,
    /// What owners are to be told, and when each was told last.
    news: Mutex<News>,
    pub(crate) counts: GuardCounts,
}

impl Gate {
    pub(crate) fn new(keys: &Keys) -> Self {
        Self::with(keys, Disposable::default())
    }

    pub(crate) fn with(keys: &Keys, disposable: Disposable) -> Self {
        Self {
            guard: Guard::new(disposable),
            keys: keys.clone(),
            tickets: Tickets::new(&keys.derived("form ticket")),
            proofs: Proofs::new(&keys.derived("proofs of work"), Difficulty::default()),
            policies: RwLock::default(),
            refused: Mutex::default(),
            news: Mutex::default(),
            counts: GuardCounts::default(),
        }
    }

    /// The account's policy, or its form's where that has one of its own; made once for each version of the account's
    /// configuration.
    pub(crate) fn policy(&self, account: &AccountSnapshot, form: Option<FormId>) -> Arc<Policy> {
        let form = form.and_then(|id| account.form(id)).filter(|f| f.form.guard != model::FormGuard::default());
        let key = (account.id, form.map(|f| f.id));
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, policy)) = policies.get(&key).filter(|(version, _)| *version == account.version) {
            return Arc::clone(policy);
        }
        drop(policies);
        let policy = Arc::new(match form {
            Some(form) => Policy::of_form(&account.settings, &form.form.guard),
            None => Policy::new(&account.settings),
        });
        let mut policies = self.policies.write().unwrap_or_else(PoisonError::into_inner);
        policies.insert(key, (account.version, Arc::clone(&policy)));
        policy
    }

    /// Judges a sign-up, remembers and counts it.
    pub(crate) fn pass(
        &self,
        account: &AccountSnapshot,
        sign_up: &SignUp,
        signals: &GuardSignals<'_>,
        checked: Checked,
        mail_host: Option<bool>,
        at: Timestamp,
    ) -> Passed {
        let policy = self.policy(account, sign_up.form);
        if policy.mode == GuardMode::Off {
            return Passed { policy, judgement: None };
        }
        let (names, texts) = words(account, sign_up);
        let email = &sign_up.email;
        // A door without forms gives out tickets for none.
        let ticket = self.tickets.check(
            signals.ticket,
            account.id,
            sign_up.form.unwrap_or_default(),
            // A number that tells people apart on every node.
            signals.ticket.map_or(0, |_| {
                let hash = self.keys.address_hash(account.id, email.key());
                u64::from_be_bytes(hash[..8].try_into().unwrap_or_default())
            }),
            at,
            &policy,
            self.guard.used(),
        );
        let input = GuardInput {
            at,
            door: sign_up.door,
            caller: sign_up.caller,
            vouched: sign_up.caller == Caller::Credentials && (!sign_up.confirm || sign_up.door == Door::SpektrixOwner),
            account: account.id,
            form: sign_up.form,
            email,
            names: &names,
            texts: &texts,
            user_agent: sign_up.origin.user_agent.as_deref(),
            origin: signals.page.unwrap_or_else(|| page(account, sign_up)),
            honeypot: signals.honeypot,
            ticket,
            seconds_to_submit: signals.seconds_to_submit,
            ip: sign_up.origin.ip,
            can_challenge: signals.can_challenge && checked != Checked::Quiet,
            solved: checked == Checked::Solved,
            mail_host,
        };
        let judged = self.guard.judge(&input, &policy);
        self.counts.note(sign_up.door, judged.judgement);
        match judged.turn {
            Some(Turn::Began) => {
                tracing::warn!(account = %account.settings.slug, form = ?sign_up.form, "attack mode begins");
                self.note_news(account.id, GuardNews::AttackBegan(sign_up.form), at);
            }
            Some(Turn::Ended) => {
                tracing::info!(account = %account.settings.slug, form = ?sign_up.form, "attack mode ends");
                self.note_news(account.id, GuardNews::AttackEnded(sign_up.form), at);
            }
            None => {}
        }
        Passed { policy, judgement: Some(judged.judgement) }
    }

    /// What a proof of work is marked as, where it is one for this form and not used on this node.
    pub(crate) fn solves(&self, text: &str, account: AccountId, form: Option<FormId>, at: Timestamp) -> Option<Mark> {
        self.proofs.as_ref()?.verify(text, account, form, at, self.guard.used()).ok()
    }

    /// A challenge for a form, as JSON for the widget.
    pub(crate) fn challenge(
        &self,
        account: &AccountSnapshot,
        form: Option<FormId>,
        ambient: &model::Ambient,
    ) -> Option<String> {
        let rounds = self.policy(account, form).settings.work_rounds;
        serde_json::to_string(&self.proofs.as_ref()?.challenge(account.id, form, rounds, ambient)?).ok()
    }

    pub(crate) fn under_attack(&self, account: &AccountSnapshot, form: Option<FormId>, at: Timestamp) -> bool {
        self.guard.under_attack(account.id, form, at, &self.policy(account, form))
    }

    /// Keeps news for the account's owner, unless this node told the same lately.
    pub(crate) fn note_news(&self, account: AccountId, news: GuardNews, at: Timestamp) {
        let mut kept = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let told = kept.told.get(&(account, news.clone())).is_some_and(|told| at.since(*told) < TELL_AFTER);
        if !told {
            kept.told.retain(|_, told| at.since(*told) < TELL_AFTER);
            kept.told.insert((account, news.clone()), at);
            kept.waiting.push((account, news));
        }
    }

    pub(crate) fn take_news(&self) -> Vec<(AccountId, GuardNews)> {
        std::mem::take(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner).waiting)
    }

    /// The node's memory, for what nodes tell each other.
    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Keeps a refused attempt for the store, as long as there is room.
    pub(crate) fn note_refused(&self, attempt: RefusedAttempt) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MOST_REFUSED {
            refused.push(attempt);
        }
    }

    pub(crate) fn take_refused(&self) -> Vec<RefusedAttempt> {
        std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The built-in fields that hold a person's name.
const FIRST_NAME: FieldId = FieldId(2);
const LAST_NAME: FieldId = FieldId(3);

type Words<'a> = (Vec<&'a str>, Vec<(&'a str, &'a str)>);

/// Names and other texts as the guard reads them.
fn words<'a>(account: &'a AccountSnapshot, sign_up: &'a SignUp) -> Words<'a> {
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    for (id, value) in &sign_up.wish.values {
        let Some(value) = value.as_deref().filter(|v| !v.is_empty()) else { continue };
        if matches!(*id, FIRST_NAME | LAST_NAME) {
            names.push(value);
        } else if let Some(field) = account.field(*id)
            && matches!(field.kind, model::FieldKind::Text | model::FieldKind::LargeText)
        {
            texts.push((field.system_name.as_str(), value));
        }
    }
    (names, texts)
}

/// What the sign-up's origin says about the page that held the form.
fn page(account: &AccountSnapshot, sign_up: &SignUp) -> PageOrigin {
    if sign_up.door == Door::Hosted {
        // The hosted form is our own page; a snippet elsewhere may post to it too.
        return PageOrigin::Allowed;
    }
    let Some(page) = sign_up.origin.page.as_deref().filter(|p| *p != "null") else { return PageOrigin::Absent };
    let end = page.find("://").and_then(|at| page[at + 3..].find(['/', '?', '#']).map(|end| at + 3 + end));
    let origin = &page[..end.unwrap_or(page.len())];
    let allowed = |o: &String| o == "*" || o.trim_end_matches('/').eq_ignore_ascii_case(origin);
    if account.settings.allowed_origins.iter().any(allowed) { PageOrigin::Allowed } else { PageOrigin::Foreign }
}

/// What is kept of a verdict: `{"verdict":"quiet","applied":"accept","reasons":["…"],"withheld":"…"}`. `applied` only
/// where it differs, `withheld` only where recipient protection kept (or, with `log`, would have kept) a mail back.
pub(crate) fn record(judgement: Option<Judgement>, withheld: Option<Reason>) -> Option<String> {
    use std::fmt::Write as _;
    if judgement.is_none() && withheld.is_none() {
        return None;
    }
    let judgement = judgement.unwrap_or(Judgement::CLEAN);
    let mut text = format!("{{\"verdict\":\"{}\"", judgement.verdict.name());
    if judgement.applied.name() != judgement.verdict.name() {
        let _ = write!(text, ",\"applied\":\"{}\"", judgement.applied.name());
    }
    text.push_str(",\"reasons\":[");
    for (i, reason) in judgement.reasons.iter().enumerate() {
        let _ = write!(text, "{}\"{}\"", if i == 0 { "" } else { "," }, reason.code());
    }
    text.push(']');
    if let Some(reason) = withheld {
        let _ = write!(text, ",\"withheld\":\"{}\"", reason.code());
    }
    text.push('}');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::guard::Verdict;

    #[test]
    fn a_record_is_json_with_the_reasons() {
        let reasons = [Reason::Quick, Reason::RandomName].into_iter().collect();
        let judgement = Judgement { verdict: Verdict::Quiet, applied: Verdict::Accept, reasons };
        let text = record(Some(judgement), Some(Reason::MailboxPause)).expect("a record");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let expected = serde_json::json!({"verdict": "quiet", "applied": "accept", "reasons": ["quick", "random_name"],
            "withheld": "mailbox_pause"});
        assert_eq!(read, expected);
        assert_eq!(record(Some(Judgement::CLEAN), None).as_deref(), Some("{\"verdict\":\"accept\",\"reasons\":[]}"));
        assert_eq!(record(None, None), None);
    }
}
