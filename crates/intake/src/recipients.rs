//! Recipient protection inside a decision: the facts that the store read under the mailbox's lock, held against the
//! account's limits. Every decision that owes a mail which a stranger can cause asks here, puts
//! [`store::MailboxChange::Mail`] into its plan, and names the mailbox in its [`store::Wants`].

use std::sync::Arc;

use model::{AccountId, AccountSnapshot, EmailAddress, GuardMode, Timestamp};
use store::{Facts, Mailbox, MailboxChange, Plan, SentMail};

use crate::Intake;

use crate::guard::recipient::{self, MailCause, MailboxFacts, Mailing};
use crate::guard::{Policy, Reason};

/// Whether mails are counted: not where the guard is off, nor where nothing is limited.
pub(crate) fn are_counted(policy: &Policy) -> bool {
    policy.mode != GuardMode::Off && !policy.settings.recipients.are_none()
}

/// Why a mail must not go out now, if so.
pub(crate) fn withheld(account: AccountId, cause: MailCause, facts: &Facts, policy: &Policy) -> Option<Reason> {
    let known = &facts.mailbox;
    let times = |wanted: &dyn Fn(&SentMail) -> bool| -> Vec<Timestamp> {
        known.sent.iter().filter(|m| wanted(m)).map(|m| m.at).collect()
    };
    let is_link = |m: &SentMail| m.cause == MailCause::Link;
    let own = |m: &SentMail| m.account == account;
    let from_account = times(&|m| own(m) && !is_link(m));
    let from_others = times(&|m| !own(m) && !is_link(m));
    let unanswered = times(&|m| own(m) && m.cause == MailCause::Confirmation && !m.answered);
    let links = times(&|m| own(m) && is_link(m));
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    let facts_of_mailbox = MailboxFacts {
        from_account: &from_account,
        from_others: &from_others,
        unanswered: &unanswered,
        not_me: known.not_me.contains(&account),
        links: &links,
        domain_hour: count(known.domain_hour),
        hour: count(known.hour),
    };
    let at = facts.now.unwrap_or(Timestamp(0));
    match recipient::decide(cause, at, &facts_of_mailbox, &policy.settings.recipients) {
        Mailing::Send => None,
        Mailing::Withhold(reason) => Some(reason),
    }
}

/// Recipient protection for a decision that owes one mail and stands or falls with it.
pub(crate) struct Protection {
    account: AccountId,
    policy: Arc<Policy>,
    /// What the decision wants to know; `None` where nothing is counted.
    pub(crate) mailbox: Option<Mailbox>,
}

impl Intake {
    pub(crate) fn protection(&self, account: &AccountSnapshot, to: &EmailAddress) -> Protection {
        let policy = self.gate.policy(account, None);
        let mailbox = are_counted(&policy).then(|| Mailbox::of(self.store.keys(), to));
        Protection { account: account.id, policy, mailbox }
    }
}

impl Protection {
    /// The decision with its mail counted, or an empty plan with the same answer where the mail must not go out.
    pub(crate) fn over<A>(&self, cause: MailCause, facts: &Facts, (mut plan, answer): (Plan, A)) -> (Plan, A) {
        if !plan.deliveries.is_empty() && !self.allows(cause, facts) {
            return (Plan::default(), answer);
        }
        self.count(cause, &mut plan);
        (plan, answer)
    }

    /// Whether a mail may go out.
    pub(crate) fn allows(&self, cause: MailCause, facts: &Facts) -> bool {
        let enforced = self.mailbox.is_some() && self.policy.mode == GuardMode::Enforce;
        !enforced || withheld(self.account, cause, facts, &self.policy).is_none()
    }

    /// Counts the plan's last mail, if there is one.
    pub(crate) fn count(&self, cause: MailCause, plan: &mut Plan) {
        if let (Some(mailbox), Some(mail)) = (self.mailbox, plan.deliveries.last()) {
            plan.mailboxes.push((mailbox, MailboxChange::Mail(cause, mail.id.0)));
        }
    }
}
