//! Mails to whoever looks after an account, about trouble that nobody else would see.

use std::fmt::Write as _;

use model::AccountSnapshot;
use store::{Leased, Owed};

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
}
