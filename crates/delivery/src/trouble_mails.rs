//! Mails to whoever looks after an account, about trouble that nobody else would see.

use std::fmt::Write as _;

use model::AccountSnapshot;
use store::{GuardNews, Leased, Owed};

use crate::attempt::{Courier, NoMail};
use crate::mail::Outgoing;

impl Courier {
    /// A receiver of webhooks was switched off.
    pub(crate) async fn given_up_mail(&self, account: &AccountSnapshot, row: &Leased) -> Result<Outgoing, NoMail> {
        let Owed::EndpointGivenUp { endpoint, slot, since, to } = &row.owed else {
            return Err(NoMail::Never("not about a webhook".into()));
        };
        let known = account.webhooks.iter().find(|(id, _)| id == endpoint).map(|(_, e)| e);
        let known = known.ok_or(NoMail::Withdrawn("the endpoint was taken out"))?;
        let url = known.urls.get(slot).map_or("", String::as_str);
        let name = known.name.as_deref().unwrap_or(if slot == "url" { url } else { "sentori" });
        let mut text = String::new();
        // A string takes whatever is written into it.
        let _ = write!(
            text,
            "Nothing that Vestibule sent to {url} was taken since {}.\n\n\
             It is switched off now: what happens from here on is not told to it. What was owed stands among the dead \
             letters for 30 days.\n\n\
             When the receiver works again:\n\n\
             \u{20}   vestibule webhook enable --account {slug} \"{name}\"\n\
             \u{20}   vestibule deliveries replay --dead --lane webhook --account {slug}\n",
            since.to_rfc3339(),
            slug = account.settings.slug,
        );
        self.addressed(account, row, to.clone(), format!("Webhook switched off: {name}"), text).await
    }

    /// Somebody wants to see whether mail goes out.
    pub(crate) async fn test_mail(&self, account: &AccountSnapshot, row: &Leased) -> Result<Outgoing, NoMail> {
        let Owed::TestMail { to } = &row.owed else { return Err(NoMail::Never("not a test".into())) };
        let name = if account.settings.name.is_empty() { &account.settings.slug } else { &account.settings.name };
        let text = format!(
            "This is the test message that {to} asked for in the console.\n\nIt went out the way all mail of {name} \
             goes: same server, same sender, same signatures.\n",
            to = to.given(),
        );
        self.addressed(account, row, to.clone(), format!("Test message of {name}"), text).await
    }

    /// The guard saw an attack begin or end, or a ceiling was reached.
    pub(crate) async fn guard_mail(&self, account: &AccountSnapshot, row: &Leased) -> Result<Outgoing, NoMail> {
        let Owed::GuardNews { news, at, to } = &row.owed else {
            return Err(NoMail::Never("not news of the guard".into()));
        };
        let language = &account.settings.language.0;
        let form = |id: &Option<model::FormId>| {
            let form = id.and_then(|id| account.form(id));
            form.map_or_else(
                || "sign-ups without a form".to_owned(),
                |f| f.form.name.pick(language, language).to_owned(),
            )
        };
        let (subject, what) = match news {
            GuardNews::AttackBegan(id) => (
                format!("Under attack: {}", form(id)),
                "Far more sign-ups come in than usual. Until five calm minutes have passed, everybody solves a challenge \
                 first, mostly without noticing, and links in mails confirm by their button only.",
            ),
            GuardNews::AttackEnded(id) => (
                format!("The attack is over: {}", form(id)),
                "Sign-ups come in as usual again. Nothing is asked of anybody.",
            ),
            GuardNews::Ceiling(code) if code == "domain_ceiling" => (
                "A ceiling for mails is reached: one domain".to_owned(),
                "More confirmation mails to one domain were asked for within an hour than the settings allow. They are \
                 kept back; the sign-ups themselves are kept. `per_domain` in [guard.recipients] is the limit.",
            ),
            GuardNews::Ceiling(_) => (
                "A ceiling for mails is reached: all together".to_owned(),
                "More confirmation mails were asked for within an hour than the settings allow. They are kept back; the \
                 sign-ups themselves are kept. `in_all` in [guard.recipients] is the limit.",
            ),
        };
        let slug = &account.settings.slug;
        let at = at.to_rfc3339();
        let text = format!(
            "{what}\n\nSeen at {at} in the account {slug}. What was kept back or put aside:\n\n\
            \u{20}   vestibule guard list --account {slug} --verdict quiet\n"
        );
        self.addressed(account, row, to.clone(), subject, text).await
    }
}
