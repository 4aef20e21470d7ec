//! Which webhooks a change owes: made of the plan and the facts it was decided on, whichever verb it came from, and put
//! into the same plan. Pure; sending them is the delivery floor's.

mod events;
mod sentori;

use model::{AccountSnapshot, ContactId, DeliveryId, ListId, Timestamp, WebhookEndpoint, WebhookId, WebhookKind};
use store::{Announcer, Cause, ContactRow, Facts, Lane, NewDelivery, Numbers, Owed, PersonChange, PersonKey, Plan};

pub use sentori::vhash;

/// What the store shows every plan to.
pub const ANNOUNCER: Announcer = Announcer { numbers, announce };

/// The most webhooks that one change can owe.
fn numbers(account: &AccountSnapshot) -> usize {
    let each = 16 + 4 * account.lists.len() + 3 * account.statements.len() + account.tags.len();
    account.webhooks.len() * each
}

/// A change that is about to be written, and what was before it.
pub(crate) struct Happened<'a> {
    pub(crate) account: &'a AccountSnapshot,
    pub(crate) facts: &'a Facts,
    pub(crate) plan: &'a Plan,
    pub(crate) contact: ContactId,
    /// The address after the change, as given.
    pub(crate) email: String,
    pub(crate) at: Timestamp,
}

/// Something to tell one endpoint.
struct Word {
    slot: &'static str,
    event: String,
    body: String,
}

fn announce(account: &AccountSnapshot, _: &PersonKey, facts: &Facts, plan: &mut Plan, numbers: &mut dyn Numbers) {
    let told = words(account, facts, plan);
    let Some(contact) = plan.contact else { return };
    let (due_at, last) = (facts.now.unwrap_or(Timestamp(0)), plan.person == Some(PersonChange::Erase));
    for (endpoint, url, word) in told {
        plan.deliveries.push(NewDelivery {
            id: DeliveryId(numbers.row()),
            lane: Lane::Webhook,
            owed: Owed::Webhook {
                endpoint,
                slot: word.slot.into(),
                url,
                event: word.event,
                body: word.body,
                contact,
                last,
            },
            due_at,
            at_once: false,
            receipt: None,
        });
    }
}

fn words(account: &AccountSnapshot, facts: &Facts, plan: &Plan) -> Vec<(WebhookId, String, Word)> {
    let (Some(contact), false) = (plan.contact, plan.cause == Cause::Import) else { return Vec::new() };
    let renamed = match &plan.person {
        Some(PersonChange::Rename(new)) => Some(new.given().to_owned()),
        _ => None,
    };
    let made = plan.create.as_ref().map(|new| new.email.given().to_owned());
    let Some(email) = renamed.or(made).or_else(|| facts.contact.as_ref().map(|c| c.email.clone())) else {
        return Vec::new();
    };
    let happened = Happened { account, facts, plan, contact, email, at: facts.now.unwrap_or(Timestamp(0)) };
    let (own, vendor) = (std::cell::OnceCell::new(), std::cell::OnceCell::new());
    let most = numbers(account);
    let mut told = Vec::new();
    for (id, endpoint) in &account.webhooks {
        let words = match endpoint.kind {
            WebhookKind::Standard => own.get_or_init(|| events::events(&happened)),
            WebhookKind::Sentori => vendor.get_or_init(|| sentori::calls(&happened)),
        };
        for word in words.iter().filter(|word| wants(endpoint, word)) {
            if let Some(url) = endpoint.urls.get(word.slot) {
                let word = Word { slot: word.slot, event: word.event.clone(), body: word.body.clone() };
                told.push((*id, url.clone(), word));
            }
        }
    }
    told.truncate(most);
    told
}

fn wants(endpoint: &WebhookEndpoint, word: &Word) -> bool {
    let chosen = endpoint.kind == WebhookKind::Sentori || endpoint.events.is_empty();
    endpoint.takes(word.slot) && (chosen || endpoint.events.contains(&word.event))
}

impl Happened<'_> {
    fn before(&self) -> Option<&ContactRow> {
        self.facts.contact.as_ref()
    }

    fn was_customer(&self) -> bool {
        self.before().is_some_and(ContactRow::is_customer)
    }

    /// Whether the address becomes confirmed with this change.
    fn confirms(&self) -> bool {
        let made = self.plan.create.as_ref().and_then(|c| c.confirmed_at);
        let changed = self.plan.change.as_ref().and_then(|c| c.confirmed_at);
        made.or(changed).is_some() && self.before().is_none_or(|c| c.confirmed_at.is_none())
    }

    fn is_erased(&self) -> bool {
        self.plan.person == Some(PersonChange::Erase)
    }

    /// Whether all mail to somebody known ends with this change.
    fn unsubscribes(&self) -> bool {
        let stops = self.plan.suppress.is_some()
            || self.plan.change.as_ref().is_some_and(|c| c.suppressed_at.is_some())
            || self.is_erased();
        stops && self.was_customer() && self.before().is_some_and(|c| c.suppressed_at.is_none())
    }

    fn subscribes_again(&self) -> bool {
        matches!(self.plan.person, Some(PersonChange::Release(crate::decide_people::UNSUBSCRIBED)))
    }

    fn joined(&self) -> impl Iterator<Item = ListId> {
        self.plan.join.iter().copied().filter(|list| !self.facts.lists.contains(list))
    }

    fn left(&self) -> impl Iterator<Item = ListId> {
        self.plan.leave.iter().copied().filter(|list| self.facts.lists.contains(list))
    }

    /// The sign-up that is written or whose link was followed.
    fn page(&self) -> Option<&str> {
        let written = self.plan.sign_up.as_ref().map(|s| &s.origin);
        let followed = self.plan.used.and(self.facts.pending.as_ref()).map(|p| &p.sign_up.origin);
        written.or(followed).and_then(|origin| origin.page.as_deref())
    }
}
