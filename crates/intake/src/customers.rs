//! The verbs about customers, as the Spektrix door needs them: create, change, tags, statements, addresses.
//!
//! A customer is a contact that is confirmed, or was made by a door whose callers are told at once that it exists.
//! `decide_customer` holds the decisions.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::{
    AccountSnapshot, Caller, ContactId, Door, EmailAddress, FieldId, GivenSignUp, Origin, Refusal, SignUp, StatementId,
    TagId,
};
use store::{AddressRow, Mailbox, PersonKey, Wants};

use crate::customer_links::{LinkFor, Welcome};
use crate::decide::Ask;
use crate::decide_customer::{self as decide, New};
use crate::gate::Passed;
use crate::guard::{Reason, Verdict};
use crate::{GuardSignals, Intake, apply, quarantine, recipients, refusal, validate};

/// A customer that was just made.
#[derive(Clone, Debug)]
pub struct MadeCustomer {
    /// The contact.
    pub contact: ContactId,
    /// The vendor's customer id that it brought along.
    pub public_id: Option<String>,
    /// Its values after this.
    pub values: Vec<(FieldId, String)>,
    /// Why recipient protection keeps the confirmation mail back (or, with `log`, would have kept it back).
    pub(crate) withheld: Option<Reason>,
}

/// Which customer a change is about.
#[derive(Clone, Debug)]
pub struct CustomerRef {
    /// The contact.
    pub id: ContactId,
    /// Its address as it was read.
    pub email: String,
}

/// A change of a customer's tags.
#[derive(Clone, Debug)]
pub enum TagChange {
    /// These too; one that is there already counts one up.
    Add(Vec<TagId>),
    /// These and no others.
    Replace(Vec<TagId>),
    /// No longer these.
    Remove(Vec<TagId>),
}

/// A change of a customer's answers to statements.
#[derive(Clone, Debug)]
pub enum StatementChange {
    /// Yes to these.
    Add(Vec<StatementId>),
    /// Yes to these, and of those in `visible` to no others.
    Replace {
        /// The yeses.
        agreed: Vec<StatementId>,
        /// What the caller can see, and so take back.
        visible: Vec<StatementId>,
    },
    /// No to these.
    Withdraw(Vec<StatementId>),
}

/// How a change came in.
#[derive(Clone, Debug)]
pub struct Through {
    /// The door.
    pub door: Door,
    /// Where from.
    pub origin: Origin,
}

impl Intake {
    /// Makes a customer. [`Refusal::Duplicate`] when the address belongs to one already: then nothing of the request is
    /// applied, but that the integrated form's statements are, as far as nobody has said no to them. A contact that is
    /// known only by an unconfirmed sign-up becomes the customer; its pending sign-up stays. `password` is a hash.
    ///
    /// What an unauthenticated caller asks for never turns a no, a withdrawn or a suppressed answer into a yes: it waits
    /// for the emailed confirmation. What the guard makes of it: see [`Intake::sign_up_with`]; a quiet one answers as made,
    /// with a number that is nobody's.
    pub async fn create_customer(
        &self,
        account: &Arc<AccountSnapshot>,
        given: GivenSignUp<'_>,
        password: Option<String>,
        signals: &GuardSignals<'_>,
    ) -> Result<MadeCustomer, Refusal> {
        let sign_up = validate::resolve(account, given).map_err(|faults| {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            Refusal::Faults(faults)
        })?;
        let passed = self.past_the_guard(account, &sign_up, signals).await;
        match passed.judgement.map_or(Verdict::Accept, |j| j.applied) {
            Verdict::Accept => self.make_customer(account, sign_up, password, passed, None, false).await?,
            Verdict::Quiet if quarantine::makes_the_customer(&sign_up, &passed.policy) => {
                let rest = quarantine::without_statements(&sign_up);
                self.make_customer(account, rest, password, passed, Some(sign_up), false).await?
            }
            Verdict::Quiet => self.keep_customer_quiet(account, sign_up, passed).await,
            Verdict::Challenge => Err(self.turn_away(account, &sign_up, &passed, Refusal::Challenge)),
            Verdict::Refuse { retry_after: Some(after) } => {
                Err(self.turn_away(account, &sign_up, &passed, Refusal::TooMany(after)))
            }
            Verdict::Refuse { retry_after: None } => Err(self.turn_away(account, &sign_up, &passed, Refusal::Blocked)),
        }
    }

    /// Decides about a customer whom the guard lets pass; the inner refusal is the decision's own. `quarantine`: the
    /// whole of the sign-up, where only a part passes. `released`: it was in quarantine, and what is new of it counts for
    /// a customer that exists by now too.
    pub(crate) async fn make_customer(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: SignUp,
        password: Option<String>,
        passed: Passed,
        quarantine: Option<SignUp>,
        released: bool,
    ) -> Result<Result<MadeCustomer, Refusal>, Refusal> {
        let numbers = apply::numbers(account, &sign_up) + sign_up.wish.statements.len();
        let (welcome, password) = self.welcome(account, &sign_up, password, quarantine.is_some());
        // Answers of an unauthenticated caller may have to wait for a mail.
        let public = sign_up.caller == Caller::Public;
        let may_wait = public && (!sign_up.wish.statements.is_empty() || conceals(account, sign_up.door));
        let counted = (may_wait || welcome.is_some()) && recipients::are_counted(&passed.policy);
        let counted = counted.then(|| Mailbox::of(self.store.keys(), &sign_up.email));
        let door = sign_up.door;
        let ask = Ask::new(&self.store, self.settings, account, sign_up, passed, quarantine);
        let wants = ask.wants();
        // Who is new and not suppressed waits for no mail; whoever is told of one is.
        let mailbox_of_known = wants.mailbox.is_none() && welcome.is_none();
        let wants = Wants { values: true, numbers, mailbox: wants.mailbox.or(counted), mailbox_of_known, ..wants };
        let made = self
            .store
            .decide(ask.key(), wants, move |facts, numbers| {
                let new = New { password: password.as_deref(), welcome: welcome.as_ref(), released };
                decide::create(&ask, &new, facts, numbers)
            })
            .await
            .map_err(|e| refusal(&e))?;
        let counter = if made.is_ok() { &self.counts.applied } else { &self.counts.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        if let Ok(MadeCustomer { withheld: Some(reason), .. }) = &made {
            self.note_withheld(account, door, *reason);
        }
        Ok(made)
    }

    /// The mail that a new customer gets, and the password that counts. Where a confirmation mail is to come, it is the
    /// account's first mail. Where nobody is to learn who is a customer, a password chosen before the address is proven
    /// would tell: a login with it works only for who is new. So it is set by the mail's link instead.
    fn welcome(
        &self,
        account: &AccountSnapshot,
        sign_up: &SignUp,
        password: Option<String>,
        quarantined: bool,
    ) -> (Option<Welcome>, Option<String>) {
        let concealed = password.is_some() && conceals(account, sign_up.door);
        let in_browser = matches!(sign_up.door, Door::SpektrixWeb | Door::SpektrixForm);
        let wanted = account.settings.welcome_mail && in_browser && password.is_none() && !sign_up.confirm;
        let welcome = (concealed || wanted && !quarantined).then(|| Welcome {
            linking: self.linking(account, LinkFor::Password { welcome: true }),
            protection: self.protection(account, &sign_up.email),
        });
        (welcome.filter(|_| !quarantined), password.filter(|_| !concealed))
    }

    /// Changes a customer's values, address and password; what is not named stays. `given` names the customer by the
    /// address as it was read. [`Refusal::Duplicate`] when `new_email` is another contact's: then nothing changes.
    pub async fn update_customer(
        &self,
        account: &Arc<AccountSnapshot>,
        who: &CustomerRef,
        given: GivenSignUp<'_>,
        new_email: Option<EmailAddress>,
        password: Option<String>,
    ) -> Result<(), Refusal> {
        let sign_up = validate::resolve(account, given).map_err(Refusal::Faults)?;
        let key = PersonKey { account: account.id, email_key: sign_up.email.key().to_owned() };
        let new_email = new_email.filter(|e| e.given() != who.email);
        let also = new_email.as_ref().map(|e| PersonKey { account: account.id, email_key: e.key().to_owned() });
        let (id, values) = (who.id, sign_up.wish.values);
        let decision = move |facts: &store::Facts, _: &mut dyn store::Numbers| {
            decide::update(id, &values, new_email.as_ref(), password.as_deref(), facts)
        };
        self.store.decide_about(key, also, Wants::default(), decision).await.map_err(|e| refusal(&e))?
    }

    /// Changes a customer's tags.
    pub async fn change_tags(
        &self,
        account: &Arc<AccountSnapshot>,
        who: &CustomerRef,
        change: TagChange,
    ) -> Result<(), Refusal> {
        let (id, key) = (who.id, key_of(who)?);
        let wants = Wants { tags: true, ..Wants::default() };
        self.change(account, key, wants, move |facts, _| decide::tags(id, &change, facts)).await
    }

    /// Changes a customer's answers to statements; each change is a consent event.
    pub async fn change_statements(
        &self,
        account: &Arc<AccountSnapshot>,
        who: &CustomerRef,
        through: Through,
        change: StatementChange,
    ) -> Result<(), Refusal> {
        let (id, key) = (who.id, key_of(who)?);
        let wants = Wants { numbers: account.statements.len() * 2, ..Wants::default() };
        let snapshot = Arc::clone(account);
        self.change(account, key, wants, move |facts, numbers| {
            decide::statements(&snapshot, id, &through, &change, facts, numbers)
        })
        .await
    }

    /// Changes a customer's addresses: `edit` makes the new list of the old one, new ones with the number 0, and may be
    /// run again. Answers the list as kept.
    pub async fn change_addresses(
        &self,
        account: &Arc<AccountSnapshot>,
        who: &CustomerRef,
        most_new: usize,
        mut edit: impl FnMut(Vec<AddressRow>) -> Result<Vec<AddressRow>, Refusal> + Send + 'static,
    ) -> Result<Vec<AddressRow>, Refusal> {
        let (id, key) = (who.id, key_of(who)?);
        let wants = Wants { addresses: true, numbers: most_new, ..Wants::default() };
        self.change(account, key, wants, move |facts, numbers| decide::addresses(id, &mut edit, facts, numbers)).await
    }

    async fn change<T: Send + 'static>(
        &self,
        account: &AccountSnapshot,
        email_key: String,
        wants: Wants,
        decision: impl FnMut(&store::Facts, &mut dyn store::Numbers) -> (store::Plan, Result<T, Refusal>) + Send + 'static,
    ) -> Result<T, Refusal> {
        let key = PersonKey { account: account.id, email_key };
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))?
    }
}

/// Whether the account keeps to itself, at this door, that an address belongs to a customer already.
pub(crate) fn conceals(account: &AccountSnapshot, door: Door) -> bool {
    match door {
        Door::SpektrixWeb => account.settings.conceal_duplicates,
        Door::SpektrixForm => account.settings.conceal_existing,
        _ => false,
    }
}

fn key_of(who: &CustomerRef) -> Result<String, Refusal> {
    EmailAddress::parse(&who.email).map(|e| e.key().to_owned()).map_err(|_| Refusal::NotFound)
}

/// The customer's address was changed since it was read: the caller may try again.
pub(crate) const MOVED: Refusal = Refusal::Busy(Duration::from_secs(1));
