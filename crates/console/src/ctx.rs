//! What a page's code gets: who asks for what, checked already; and what it gives back.

use std::net::IpAddr;
use std::sync::Arc;

use axum::response::Response;
use model::{AccountSnapshot, ContactId, Origin, Refusal};
use store::{ConsoleSession, ConsoleUser, NewTrail, Role, StoreError};

use crate::Console;
use crate::shell::{self, Shell};
use crate::words::Words;

/// Why a page could not do what was asked.
#[derive(Debug)]
pub(crate) enum Fail {
    /// There is no such thing, or not for this user.
    NotFound,
    /// Not with this role, or not from another site.
    Forbidden,
    /// What was sent is not what our pages send.
    Malformed,
    /// The intake says no.
    Refused(Refusal),
    /// The store is in trouble.
    Store(StoreError),
}

impl From<StoreError> for Fail {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for Fail {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(crate) type Answer = Result<Response, Fail>;

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) session: ConsoleSession,
    pub(crate) user: ConsoleUser,
}

/// Names and values, in the order they were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(crate) fn read(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).take(2000);
        // No engine keeps NUL.
        Self(pairs.map(|(n, v)| (n.into_owned(), v.replace('\0', ""))).collect())
    }

    /// The first value of that name, trimmed; empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The first value as it was sent: for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// A request that may be answered.
pub(crate) struct Ctx {
    pub(crate) console: Console,
    pub(crate) path: String,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) query: Pairs,
    pub(crate) form: Pairs,
    pub(crate) who: Option<Who>,
    pub(crate) account: Option<Arc<AccountSnapshot>>,
    pub(crate) role: Option<Role>,
    pub(crate) words: Words,
    pub(crate) ip: IpAddr,
    pub(crate) user_agent: String,
}

impl Ctx {
    /// Who is signed in; routes that need nobody have nobody.
    pub(crate) fn who(&self) -> Result<&Who, Fail> {
        self.who.as_ref().ok_or(Fail::Forbidden)
    }

    /// The account of the path; routes without a role have none.
    pub(crate) fn account(&self) -> Result<&Arc<AccountSnapshot>, Fail> {
        self.account.as_ref().ok_or(Fail::NotFound)
    }

    pub(crate) fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|own| own >= role)
    }

    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// The number in the path.
    pub(crate) fn id(&self) -> Result<i64, Fail> {
        self.param("id").parse().map_err(|_| Fail::NotFound)
    }

    /// Below the account: `at("contacts")` is `/console/{account}/contacts`.
    pub(crate) fn at(&self, rest: &str) -> String {
        let slug = self.account.as_ref().map_or("", |a| a.settings.slug.as_str());
        if rest.is_empty() { format!("/console/{slug}") } else { format!("/console/{slug}/{rest}") }
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { ip: Some(self.ip), ..Origin::default() }
    }

    /// The frame of a page; `here` is the entry of the navigation it belongs to.
    pub(crate) fn shell(&self, title: &str, here: &'static str) -> Shell {
        Shell::new(self, title, here)
    }

    /// Leads to another page, with what was done as a note there.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it reads as the end of a handler")]
    pub(crate) fn to(&self, path: &str, did: &str) -> Answer {
        let sign = if path.contains('?') { '&' } else { '?' };
        Ok(shell::led(&if did.is_empty() { path.to_owned() } else { format!("{path}{sign}did={did}") }))
    }

    /// Notes a change in the trail.
    pub(crate) async fn note(
        &self,
        action: &'static str,
        subject: impl Into<String>,
        contact: Option<ContactId>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Result<(), Fail> {
        let who = self.who.as_ref().map_or_else(String::new, |w| w.user.email.clone());
        self.note_as(who, action, subject, contact, before, after).await
    }

    /// The same by somebody who is just signing in.
    pub(crate) async fn note_as(
        &self,
        who: String,
        action: &'static str,
        subject: impl Into<String>,
        contact: Option<ContactId>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Result<(), Fail> {
        let account = self.account.as_ref().map_or(model::AccountId(0), |a| a.id);
        let (subject, before, after) = (subject.into(), before.into(), after.into());
        let new = NewTrail { account, who, ip: self.ip.to_string(), action, subject, contact, before, after };
        Ok(self.console.store().note_trail(new).await?)
    }
}
