//! The verbs of a person's own pages: preferences, a new address, unsubscribing, erasure, and a fresh mail; and clearing
//! up what nobody confirmed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::{
    AccountSnapshot, Caller, ContactId, Door, EmailAddress, Fault, GivenSignUp, ListId, Origin, Refusal, SignUp, Wish,
};
use store::{Contact, ContactKey, Facts, Numbers, PersonKey, Rate, Taken, TokenKind, Wants};

use crate::decide_people::{self as decide, Holding};
use crate::guard::recipient::MailCause;
use crate::{Intake, refusal, validate};

/// How long a preference link that was asked for works.
const LINK_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How soon another such link may go to the same address.
const LINK_PAUSE: Duration = Duration::from_secs(60);
const PAUSE_MICROS: i64 = 60_000_000;
/// Rows that one round of clearing up takes.
const MOST_CLEARED: i64 = 200;
/// How often to look for what to clear up.
const CLEARED_EVERY: Duration = Duration::from_secs(900);

/// Whose page a token opens.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Arc<AccountSnapshot>,
    /// The person, with all that is kept.
    pub contact: Contact,
    /// The list that the mail was for, where the link was in a list's mail.
    pub list: Option<ListId>,
    /// Whether the link's time is over.
    pub expired: bool,
}

impl Person {
    fn key(&self) -> Result<PersonKey, Refusal> {
        let email = EmailAddress::parse(&self.contact.row.email).map_err(|_| Refusal::NotFound)?;
        Ok(PersonKey { account: self.account.id, email_key: email.key().to_owned() })
    }
}

impl Intake {
    /// Whose preferences or unsubscribe page a token opens. [`Refusal::NotFound`] when it is not genuine or the person
    /// is gone.
    pub async fn person(&self, kind: TokenKind, token: &str) -> Result<Person, Refusal> {
        let claim = self.store.keys().read_token(kind, token).ok_or(Refusal::NotFound)?;
        let account = self.store.directory().by_id(claim.account).cloned().ok_or(Refusal::NotFound)?;
        let contact = self.store.contact(account.id, ContactKey::Id(ContactId(claim.row))).await;
        let contact = contact.map_err(|e| refusal(&e))?.ok_or(Refusal::NotFound)?;
        let unsubscribes = kind == TokenKind::Unsubscribe;
        let list = (unsubscribes && claim.extra > 0).then_some(ListId(claim.extra));
        let dies_at = if unsubscribes { None } else { store::dies_at(claim.extra) };
        let expired = dies_at.is_some_and(|at| at <= self.store.ambient().now());
        Ok(Person { account, contact, list, expired })
    }

    /// Keeps what a person's preference page says. What differs from before becomes consent events.
    pub async fn update_preferences(&self, person: &Person, given: GivenSignUp<'_>) -> Result<(), Refusal> {
        let account = Arc::clone(&person.account);
        let wanted = validate::resolve(&account, given).map_err(Refusal::Faults)?;
        let numbers = account.lists.len() + wanted.wish.statements.len();
        let wants = Wants { numbers, ..Wants::default() };
        let decision =
            move |facts: &Facts, numbers: &mut dyn Numbers| decide::preferences(&account, &wanted, facts, numbers);
        self.store.decide(person.key()?, wants, decision).await.map_err(|e| refusal(&e))?
    }

    /// Sends a link to a new address, which becomes the person's when it is followed. The same answer whether or not
    /// that address belongs to somebody already.
    pub async fn change_address(
        &self,
        person: &Person,
        new: &str,
        language: Option<String>,
        origin: Origin,
    ) -> Result<EmailAddress, Refusal> {
        let new = EmailAddress::parse(new).map_err(|fault| Refusal::Faults(vec![Fault::Email(fault)]))?;
        let key = person.key()?;
        if new.key() == key.email_key {
            return Ok(new);
        }
        let email = EmailAddress::parse(&person.contact.row.email).map_err(|_| Refusal::NotFound)?;
        let asked = Arc::new(SignUp {
            door: Door::Pages,
            caller: Caller::Public,
            form: None,
            email,
            wish: Wish { new_email: Some(new.clone()), ..Wish::default() },
            confirm: true,
            language,
            origin,
        });
        let since = self.store.ambient().now().minus(Duration::from_secs(3600));
        let protection = self.protection(&person.account, &new);
        let wants = Wants { sign_ups_since: Some(since), mailbox: protection.mailbox, ..Wants::default() };
        let (holding, to) = (self.holding(&person.account, None), new.clone());
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            let decided = decide::change_address(&holding, &asked, &to, facts, numbers);
            protection.over(MailCause::Confirmation, facts, decided)
        };
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))??;
        Ok(new)
    }

    pub(crate) fn holding(&self, account: &Arc<AccountSnapshot>, within: Option<u64>) -> Holding {
        Holding {
            account: Arc::clone(account),
            keys: self.store.keys().clone(),
            within: within.map_or(self.settings.confirm_within, Duration::from_secs),
            at_once: self.store.has_room_for_delivery(),
        }
    }

    /// Deletes a person.
    pub async fn erase(&self, person: &Person, origin: Origin) -> Result<(), Refusal> {
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| decide::erase(&origin, facts, numbers);
        self.store.decide(person.key()?, Wants::default(), decision).await.map_err(|e| refusal(&e))?
    }

    /// Ends the mail of a list, or all mail.
    pub async fn unsubscribe(&self, person: &Person, list: Option<ListId>, origin: Origin) -> Result<(), Refusal> {
        let decision =
            move |facts: &Facts, numbers: &mut dyn Numbers| decide::unsubscribe(list, &origin, facts, numbers);
        self.store.decide(person.key()?, Wants::default(), decision).await.map_err(|e| refusal(&e))?
    }

    /// Takes an [`Intake::unsubscribe`] back.
    pub async fn resubscribe(&self, person: &Person, list: Option<ListId>, origin: Origin) -> Result<(), Refusal> {
        let decision =
            move |facts: &Facts, numbers: &mut dyn Numbers| decide::resubscribe(list, &origin, facts, numbers);
        self.store.decide(person.key()?, Wants::default(), decision).await.map_err(|e| refusal(&e))?
    }

    /// Sends a link to the preferences of whoever has that address. Says nothing about whether anybody has it.
    pub async fn ask_preferences(
        &self,
        account: &Arc<AccountSnapshot>,
        email: &str,
        language: Option<String>,
    ) -> Result<(), Refusal> {
        let email = EmailAddress::parse(email).map_err(|fault| Refusal::Faults(vec![Fault::Email(fault)]))?;
        let now = self.store.ambient().now();
        let mut id = [0; 16];
        id.copy_from_slice(&self.store.keys().address_hash(account.id, email.key())[..16]);
        // Each call is somebody of its own, so any second one within the pause is a repeat.
        let caller = u64::from_be_bytes(self.store.ambient().random());
        if self.asked.mark(id, caller, now, now.plus(LINK_PAUSE)) == crate::guard::Use::Replayed {
            return Ok(());
        }
        // The same over all nodes, and over a restart; this node's own memory only spares the store what repeats at once.
        let name = format!("link {}", id.map(|byte| format!("{byte:02x}")).concat());
        let taken = self.store.take_from_bucket(account.id, name, Rate { every: PAUSE_MICROS, holds: 1 }, 1, 0).await;
        if matches!(taken.map_err(|e| refusal(&e))?, Taken::NotBefore(_)) {
            return Ok(());
        }
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let at_once = self.store.has_room_for_delivery();
        let protection = self.protection(account, &email);
        let wants = Wants { mailbox: protection.mailbox, ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            let decided = decide::preferences_link(language.clone(), LINK_LIFE, at_once, facts, numbers);
            protection.over(MailCause::Link, facts, decided)
        };
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))
    }

    /// Sends the mail of a confirm link whose time is over once more, with a new link; once. The same answer whatever
    /// came of it. [`Refusal::NotFound`] for a token that is not genuine.
    pub async fn resend(&self, token: &str) -> Result<(), Refusal> {
        let (account, pending) = self.held(TokenKind::Confirm, token).await?;
        let within = pending.sign_up.form.and_then(|f| account.form(f)).and_then(|f| f.form.confirm_within);
        let holding = self.holding(&account, within);
        let key = PersonKey { account: account.id, email_key: pending.sign_up.email.key().to_owned() };
        let mailed = pending.sign_up.wish.new_email.as_ref().unwrap_or(&pending.sign_up.email);
        let protection = self.protection(&account, mailed);
        let wants = Wants { pending: Some(pending.id), mailbox: protection.mailbox, ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            protection.over(MailCause::Confirmation, facts, decide::resend(&holding, facts, numbers))
        };
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))
    }

    /// Clears up for as long as the program runs: a few rows at a time, so that nobody waits for it.
    pub async fn keep_clear(self) {
        loop {
            tokio::time::sleep(match self.clear_up().await {
                Ok(0) => CLEARED_EVERY,
                Ok(_) => Duration::from_millis(200),
                Err(_) => Duration::from_secs(60),
            })
            .await;
        }
    }

    /// Forgets some of what was never confirmed and whose links died longer ago than [`crate::IntakeSettings::keep_dead`];
    /// how many sign-ups. Nought when there are no more.
    pub async fn clear_up(&self) -> Result<usize, Refusal> {
        let before = self.store.ambient().now().minus(self.settings.keep_dead);
        let dead = self.store.died(before, MOST_CLEARED).await.map_err(|e| refusal(&e))?;
        let mut cleared = 0;
        for row in dead {
            let wants = Wants { pending: Some(row.pending), ..Wants::default() };
            let contact = row.contact;
            let decision = move |facts: &Facts, _: &mut dyn Numbers| decide::clear(contact, before, facts);
            let gone = self.store.decide(row.key, wants, decision).await.map_err(|e| refusal(&e))?;
            cleared += usize::from(gone);
        }
        self.counts.cleared.fetch_add(cleared as u64, Ordering::Relaxed);
        Ok(cleared)
    }
}
