//! The only place where a rule lives: what is valid, what is decided, and the verbs that change things.
//!
//! Doors hand in what they made of the wire and get an outcome or a refusal; they never write themselves. `validate`
//! looks names up in the account's snapshot, `decide` is pure (sign-up and facts in, plan out) and runs inside the
//! store's transaction, the verbs below tie both to the store.

mod apply;
mod automations;
mod captchas;
mod chores;
mod customer_links;
mod customers;
mod decide;
mod decide_customer;
mod decide_people;
mod fingerprint;
mod gate;
pub mod guard;
mod import;
mod mail_hosts;
mod nodes;
mod people;
mod quarantine;
mod recipients;
mod returns;
mod staff;
mod uploads;
mod users;
mod validate;
mod wait;
pub mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{
    AccountSnapshot, ContactId, Door, GivenSignUp, MailState, Origin, Outcome, PendingId, Refusal, SignUp, SignUpId,
    SignUpKind,
};
use store::{PendingRow, PersonKey, Store, StoreError, TokenKind, Wants};

pub use captchas::{Asked, CaptchaTransport};
pub use customers::{CustomerRef, MadeCustomer, StatementChange, TagChange, Through};
use gate::{Gate, Passed};
pub use gate::{GuardCounts, GuardSignals};
use guard::Verdict;
pub use import::{ImportRow, Imported, ImportedContact};
pub use mail_hosts::{Looked, MailHostLookup};
pub use quarantine::Released;
pub use returns::{MailReport, Noted, ReportedRecipient, ReturnCounts, Said, ServiceMail};

use decide::{Ask, Settled};
pub use people::Person;
pub use staff::StaffChange;
pub use uploads::{Column, Seen, Staging, UploadCounts};
pub use users::{ActRefusal, By};

/// How the intake behaves.
#[derive(Clone, Copy, Debug)]
pub struct IntakeSettings {
    /// How long a caller waits for the mail server to take a confirmation mail.
    pub mail_wait: Duration,
    /// Within this time the same sign-up counts as one.
    pub repeat_window: Duration,
    /// How long a confirm link lives where its form does not say.
    pub confirm_within: Duration,
    /// How long a sign-up is kept after its link died unused.
    pub keep_dead: Duration,
    /// Called before each decision about a sign-up. For tests: a panic in it is an internal fault of that one decision.
    pub before_deciding: Option<fn(&SignUp)>,
}

impl Default for IntakeSettings {
    fn default() -> Self {
        Self {
            mail_wait: Duration::from_secs(5),
            repeat_window: Duration::from_secs(60),
            confirm_within: Duration::from_secs(30 * 24 * 3600),
            keep_dead: Duration::from_secs(30 * 24 * 3600),
            before_deciding: None,
        }
    }
}

/// What sign-ups came to, counted since the start.
#[derive(Debug, Default)]
pub struct IntakeCounts {
    /// Values were set at once or on confirm.
    pub applied: AtomicU64,
    /// Held until the link is followed.
    pub pending: AtomicU64,
    /// Recognised as one that came in just before.
    pub repeated: AtomicU64,
    /// Refused for what they asked.
    pub refused: AtomicU64,
    /// Kept in quarantine.
    pub quiet: AtomicU64,
    /// Turned away by the guard, or asked for a challenge.
    pub turned_away: AtomicU64,
    /// Confirmation mails that recipient protection kept back.
    pub withheld: AtomicU64,
    /// Links followed that applied something.
    pub confirmed: AtomicU64,
    /// Sign-ups forgotten because nobody confirmed them.
    pub cleared: AtomicU64,
    /// What came back of our mails.
    pub returns: ReturnCounts,
}

/// The verbs that change things. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    store: Store,
    settings: IntakeSettings,
    counts: Arc<IntakeCounts>,
    gate: Arc<Gate>,
    captchas: Arc<captchas::Captchas>,
    mail_hosts: Arc<mail_hosts::MailHosts>,
    /// Addresses that a preference link went to just now.
    asked: Arc<guard::Seen>,
}

/// What following a link did.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The account.
    pub account: Arc<AccountSnapshot>,
    /// The form, for its messages.
    pub form: Option<model::FormId>,
    /// Which set of messages.
    pub kind: SignUpKind,
    /// The address it is about, as given.
    pub email: String,
    /// The language of the sign-up, where known.
    pub language: Option<String>,
    /// Whether this call applied it; `false` when an earlier one had.
    pub now: bool,
    /// Whether it is about a new address of somebody known; then `email` is the new one.
    pub new_address: bool,
}

impl Intake {
    /// The intake over a store.
    pub fn new(store: Store, settings: IntakeSettings) -> Self {
        let gate = Arc::new(Gate::new(store.keys()));
        let captchas = Arc::new(captchas::Captchas::new(None));
        let (mail_hosts, asked) = (Arc::default(), Arc::new(guard::Seen::new(10_000)));
        Self { store, settings, counts: Arc::default(), gate, captchas, mail_hosts, asked }
    }

    /// The same with a list of throw-away domains beside the one that ships: one a line, `!domain` takes one off.
    #[must_use]
    pub fn with_disposable_domains(mut self, list: &str) -> Self {
        self.gate = Arc::new(Gate::with(self.store.keys(), guard::Disposable::with_file(list)));
        self
    }

    /// The same with a way to captcha services.
    #[must_use]
    pub fn with_captchas(mut self, transport: Arc<dyn CaptchaTransport>) -> Self {
        self.captchas = Arc::new(captchas::Captchas::new(Some(transport)));
        self
    }

    /// The same with a way to look up whether domains take mail.
    #[must_use]
    pub fn with_mail_hosts(mut self, lookup: Arc<dyn MailHostLookup>) -> Self {
        self.mail_hosts = Arc::new(mail_hosts::MailHosts::new(lookup));
        self
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What sign-ups came to.
    pub fn counts(&self) -> &IntakeCounts {
        &self.counts
    }

    /// Verdicts and reasons by door.
    pub fn guard_counts(&self) -> &GuardCounts {
        &self.gate.counts
    }

    /// Makes and reads the tickets that forms carry.
    pub fn tickets(&self) -> &guard::Tickets {
        &self.gate.tickets
    }

    /// A proof of work to solve, as the widget's JSON.
    pub fn challenge(&self, account: &AccountSnapshot, form: Option<model::FormId>) -> Option<String> {
        self.gate.challenge(account, form, self.store.ambient())
    }

    /// Whether a form is under attack: its pages ask for a challenge, and links confirm by button only.
    pub fn under_attack(&self, account: &AccountSnapshot, form: Option<model::FormId>) -> bool {
        self.gate.under_attack(account, form, self.store.ambient().now())
    }

    /// Takes a sign-up in from a door that knows nothing more about the call: see [`Intake::sign_up_with`].
    pub async fn sign_up(&self, account: &Arc<AccountSnapshot>, given: GivenSignUp<'_>) -> Result<Outcome, Refusal> {
        self.sign_up_with(account, given, &GuardSignals::default()).await
    }

    /// Takes a sign-up in, past the guard. Answers after the commit and, where a confirmation mail is owed, after the mail
    /// server has taken it or the wait is over.
    pub async fn sign_up_with(
        &self,
        account: &Arc<AccountSnapshot>,
        given: GivenSignUp<'_>,
        signals: &GuardSignals<'_>,
    ) -> Result<Outcome, Refusal> {
        let started = tokio::time::Instant::now();
        let sign_up = validate::resolve(account, given).map_err(|faults| {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            Refusal::Faults(faults)
        })?;
        let passed = self.past_the_guard(account, &sign_up, signals).await;
        match passed.judgement.map_or(Verdict::Accept, |j| j.applied) {
            Verdict::Accept => self.go_on(account, sign_up, passed, started).await,
            Verdict::Quiet => self.keep_quiet(account, sign_up, passed).await,
            Verdict::Challenge => Err(self.turn_away(account, &sign_up, &passed, Refusal::Challenge)),
            Verdict::Refuse { retry_after: Some(after) } => {
                Err(self.turn_away(account, &sign_up, &passed, Refusal::TooMany(after)))
            }
            Verdict::Refuse { retry_after: None } => Err(self.turn_away(account, &sign_up, &passed, Refusal::Blocked)),
        }
    }

    /// What a sign-up would ask for, or all that is wrong with it: the checks of [`Intake::sign_up_with`] and nothing else.
    /// Nothing is kept, counted or sent.
    pub fn try_out(&self, account: &AccountSnapshot, given: GivenSignUp<'_>) -> Result<SignUp, Refusal> {
        validate::resolve(account, given).map_err(Refusal::Faults)
    }

    /// Decides about a sign-up that the guard lets pass.
    async fn go_on(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: model::SignUp,
        passed: Passed,
        started: tokio::time::Instant,
    ) -> Result<Outcome, Refusal> {
        let door = sign_up.door;
        let ask = Ask::new(&self.store, self.settings, account, sign_up, passed, None);
        let settled = self
            .store
            .decide(ask.key(), ask.wants(), move |facts, numbers| decide::sign_up(&ask, facts, numbers))
            .await
            .map_err(|e| refusal(&e))?;
        self.count(&settled);
        if let Some(reason) = settled.withheld {
            self.note_withheld(account, door, reason);
        }
        Ok(self.await_mail(account.id, settled, started).await)
    }

    fn note_withheld(&self, account: &AccountSnapshot, door: Door, reason: guard::Reason) {
        self.counts.withheld.fetch_add(1, Ordering::Relaxed);
        self.gate.counts.note_reason(door, reason);
        if guard::recipient::is_ceiling(reason) {
            tracing::warn!(account = %account.settings.slug, reason = reason.code(), "a ceiling for mails is reached");
            let news = store::GuardNews::Ceiling(reason.code().to_owned());
            self.gate.note_news(account.id, news, self.store.ambient().now());
        }
    }

    fn count(&self, settled: &Settled) {
        let counter = match (settled.repeated, &settled.outcome) {
            (true, _) => &self.counts.repeated,
            (false, Outcome::Applied { .. }) => &self.counts.applied,
            (false, _) => &self.counts.pending,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Follows the link of a confirmation mail: applies what is held, once.
    pub async fn confirm(&self, token: &str, origin: Origin) -> Result<Confirmed, Refusal> {
        let (account, pending) = self.held(TokenKind::Confirm, token).await?;
        if renewed(&pending) {
            return Err(Refusal::Expired);
        }
        let confirmed = confirmed(&account, &pending);
        if pending.used_at.is_some() {
            return Ok(confirmed);
        }
        self.still_free(account.id, &pending).await?;
        let confirmed = Confirmed { now: true, ..confirmed };
        let counted = recipients::are_counted(&self.gate.policy(&account, None));
        let mailed = pending.sign_up.wish.new_email.as_ref().unwrap_or(&pending.sign_up.email);
        let mailbox = counted.then(|| store::Mailbox::of(self.store.keys(), mailed));
        let wants = Wants {
            pending: Some(pending.id),
            runs: !account.automations.is_empty(),
            numbers: apply::numbers(&account, &pending.sign_up),
            mailbox,
            ..Wants::default()
        };
        let key = PersonKey { account: account.id, email_key: pending.sign_up.email.key().to_owned() };
        let at_once = self.store.has_room_for_delivery();
        let result = self
            .store
            .decide(key, wants, move |facts, numbers| {
                decide::confirm(&account, mailbox, &origin, at_once, facts, numbers)
            })
            .await
            .map_err(|e| refusal(&e))?;
        match result {
            Ok(()) => {
                self.counts.confirmed.fetch_add(1, Ordering::Relaxed);
                Ok(confirmed)
            }
            Err(Refusal::Used) => Ok(Confirmed { now: false, ..confirmed }),
            Err(other) => Err(other),
        }
    }

    /// Puts a known contact into an automation, as a call asks for it. `trx` holds the values of `{{trx:…}}` fields.
    /// Whether it began: not again where the automation is not repeatable. [`Refusal::NotFound`] for an automation or
    /// contact that is not there.
    pub async fn start_automation(
        &self,
        account: &Arc<AccountSnapshot>,
        external_id: &str,
        email: &model::EmailAddress,
        trx: std::collections::BTreeMap<String, String>,
    ) -> Result<bool, Refusal> {
        let (id, _) = account.automation_by_external_id(external_id).ok_or(Refusal::NotFound)?;
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let wants = Wants { runs: true, ..Wants::default() };
        let (account, at_once) = (Arc::clone(account), self.store.has_room_for_delivery());
        let trx: std::collections::BTreeMap<_, _> = trx.into_iter().map(|(n, v)| (n.to_lowercase(), v)).collect();
        let decide = move |facts: &store::Facts, numbers: &mut dyn store::Numbers| {
            automations::by_call(&account, id, &trx, at_once, facts, numbers)
        };
        self.store.decide(key, wants, decide).await.map_err(|e| refusal(&e))?
    }

    /// What the page behind a confirm link shows before anything is done: the pending sign-up, whatever its state.
    /// [`Refusal::NotFound`] for a token that is not genuine, [`Refusal::Expired`] when its time is over.
    pub async fn confirm_page(&self, token: &str) -> Result<Confirmed, Refusal> {
        let (account, pending) = self.held(TokenKind::Confirm, token).await?;
        if renewed(&pending) || pending.used_at.is_none() && pending.expires_at <= self.store.ambient().now() {
            return Err(Refusal::Expired);
        }
        Ok(confirmed(&account, &pending))
    }

    /// The account and pending sign-up of a "this wasn't me" link, for its page.
    pub async fn not_me_page(&self, token: &str) -> Result<Confirmed, Refusal> {
        let (account, pending) = self.held(TokenKind::NotMe, token).await?;
        Ok(confirmed(&account, &pending))
    }

    /// What a confirm link is about, whatever its state: for the words of the page of one whose time is over.
    pub async fn expired_page(&self, token: &str) -> Result<Confirmed, Refusal> {
        let (account, pending) = self.held(TokenKind::Confirm, token).await?;
        Ok(confirmed(&account, &pending))
    }

    /// The link of "this wasn't me" that belongs to a confirm link.
    pub fn not_me_token(&self, confirm_token: &str) -> Option<String> {
        let claim = self.store.keys().read_token(TokenKind::Confirm, confirm_token)?;
        Some(self.store.keys().token(TokenKind::NotMe, claim))
    }

    /// "This wasn't me": nothing held is ever applied, and nothing more is mailed to this address from this account.
    pub async fn not_me(&self, token: &str) -> Result<(), Refusal> {
        let (account, pending) = self.held(TokenKind::NotMe, token).await?;
        // Whoever got the mail speaks: of a new address, that is not the person who asked for it.
        let mailed = pending.sign_up.wish.new_email.as_ref().unwrap_or(&pending.sign_up.email);
        let key = PersonKey { account: account.id, email_key: mailed.key().to_owned() };
        let mailbox = store::Mailbox::of(self.store.keys(), mailed);
        let wants = Wants { pending: Some(pending.id), mailbox: Some(mailbox), ..Wants::default() };
        let decided =
            self.store.decide(key, wants, move |facts, numbers| decide::not_me(mailbox, facts, numbers)).await;
        decided.map_err(|e| refusal(&e))
    }

    /// A new address must not be somebody else's by now.
    async fn still_free(&self, account: model::AccountId, pending: &PendingRow) -> Result<(), Refusal> {
        let Some(new) = &pending.sign_up.wish.new_email else { return Ok(()) };
        let found = self.store.contact(account, store::ContactKey::Email(new.key().to_owned())).await;
        match found.map_err(|e| refusal(&e))? {
            Some(other) if other.row.id != pending.contact => Err(Refusal::Duplicate),
            _ => Ok(()),
        }
    }

    async fn held(&self, kind: TokenKind, token: &str) -> Result<(Arc<AccountSnapshot>, PendingRow), Refusal> {
        let claim = self.store.keys().read_token(kind, token).ok_or(Refusal::NotFound)?;
        let account = self.store.directory().by_id(claim.account).cloned().ok_or(Refusal::NotFound)?;
        let pending = self.store.pending(account.id, PendingId(claim.row)).await.map_err(|e| refusal(&e))?;
        let pending = pending.ok_or(Refusal::NotFound)?;
        let genuine = kind != TokenKind::Confirm || pending.token_hash == store::token_hash(token);
        if genuine { Ok((account, pending)) } else { Err(Refusal::NotFound) }
    }
}

/// Whether a link died and was replaced by a fresh one: a mark that is later than its end can mean nothing else.
fn renewed(pending: &PendingRow) -> bool {
    pending.used_at.is_some_and(|at| at >= pending.expires_at)
}

fn confirmed(account: &Arc<AccountSnapshot>, pending: &PendingRow) -> Confirmed {
    let sign_up = &pending.sign_up;
    let email = sign_up.wish.new_email.as_ref().unwrap_or(&sign_up.email);
    Confirmed {
        account: Arc::clone(account),
        form: sign_up.form,
        kind: pending.kind,
        email: email.given().to_owned(),
        language: sign_up.language.clone(),
        now: pending.used_at.is_none(),
        new_address: sign_up.wish.new_email.is_some(),
    }
}

/// What a caller is told of the store's trouble; the cause is logged here, once.
pub fn refusal(error: &StoreError) -> Refusal {
    match error {
        StoreError::Unavailable(_) => Refusal::Unavailable(Duration::from_secs(5)),
        StoreError::Busy => Refusal::Busy(Duration::from_secs(1)),
        StoreError::Conflict(_) | StoreError::Fault(_) => {
            tracing::error!(%error, "internal fault");
            Refusal::Internal
        }
    }
}

/// The outcome of a sign-up with what became of its mail.
pub(crate) fn pending_outcome(
    kind: SignUpKind,
    contact: ContactId,
    sign_up: SignUpId,
    pending: PendingId,
    mail: MailState,
) -> Outcome {
    Outcome::Pending { kind, contact, sign_up, pending, mail }
}

/// Where a contact made through a door says it comes from (Sentori reference, section 7).
pub(crate) fn source_of(door: Door) -> &'static str {
    match door {
        Door::Sentori | Door::SpektrixOwner | Door::SpektrixWeb | Door::Native => "API",
        Door::Hosted | Door::Json | Door::SpektrixForm | Door::Pages => "Signup Form",
        Door::Console => "User",
        Door::Import | Door::Mail => "Uploaded",
    }
}
