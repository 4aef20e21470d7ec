//! What the guard is told about a sign-up. Borrowed: nothing is copied on the way.

use std::net::IpAddr;
use std::time::Duration;

use model::{AccountId, Caller, Door, EmailAddress, FormId, Timestamp};

use super::client::PageOrigin;
use super::ticket::TicketState;

/// One sign-up, as the guard sees it.
#[derive(Clone, Debug)]
pub struct GuardInput<'a> {
    /// When it came.
    pub at: Timestamp,
    /// Through which door.
    pub door: Door,
    /// Who called.
    pub caller: Caller,
    /// Whether a caller with credentials vouches for the person: `RequireConfirmation` false, signed Spektrix calls,
    /// imports.
    pub vouched: bool,
    /// Whose.
    pub account: AccountId,
    /// Through which form, where there is one.
    pub form: Option<FormId>,
    /// The address.
    pub email: &'a EmailAddress,
    /// Name-like fields (first name, last name) as typed.
    pub names: &'a [&'a str],
    /// Other text fields, by field name.
    pub texts: &'a [(&'a str, &'a str)],
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// The page that held the form.
    pub origin: PageOrigin,
    /// What was found in the honeypot.
    pub honeypot: Option<&'a str>,
    /// What the form's ticket says.
    pub ticket: TicketState,
    /// From opening to sending, where something other than a ticket tells.
    pub seconds_to_submit: Option<Duration>,
    /// The client's address, behind trusted proxies only.
    pub ip: Option<IpAddr>,
    /// Whether the visitor could solve a challenge: scripts run and the page came by https (or from this machine).
    pub can_challenge: bool,
    /// Whether a challenge was solved with this call.
    pub solved: bool,
    /// Whether the address's domain takes mail; `None` = not looked up.
    pub mail_host: Option<bool>,
}

/// How far a sign-up is trusted. This is the one place that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trust {
    /// The whole chain: challenges, rates by client, form and account, what the client says it is.
    pub(super) public: bool,
    /// The verdict is recorded and changes nothing.
    pub(super) vouched: bool,
    /// The caller sits on this machine: who tries the program out, or a proxy that is not named as trusted. Its
    /// address, name and pace tell nothing about people; only limits hold.
    pub(super) local: bool,
}

impl GuardInput<'_> {
    pub(super) fn trust(&self) -> Trust {
        // Imports, commands, the console and links in mails prove more than a password could.
        let inside = match self.door {
            Door::SpektrixWeb | Door::SpektrixForm | Door::Hosted | Door::Json => false,
            Door::Sentori | Door::SpektrixOwner | Door::Native => self.caller == Caller::Credentials,
            Door::Pages | Door::Console | Door::Import | Door::Mail => true,
        };
        let credentials = inside || self.caller == Caller::Credentials;
        Trust {
            public: !credentials,
            vouched: self.vouched && credentials || matches!(self.door, Door::Console | Door::Import | Door::Mail),
            local: self.ip.is_some_and(|ip| ip.to_canonical().is_loopback()),
        }
    }
}
