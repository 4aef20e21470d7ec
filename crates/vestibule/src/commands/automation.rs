//! `vestibule automation`: what an automation would do.

use clap::Subcommand;
use model::EmailAddress;
use store::{ContactKey, Store};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// What can be asked of automations.
#[derive(Debug, Subcommand)]
pub(crate) enum AutomationCommand {
    /// Prints all that would happen to a contact that began an automation now; sends and changes nothing
    Simulate {
        /// The automation's external id
        id: String,
        /// The contact's address
        #[arg(long, value_name = "EMAIL")]
        contact: String,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
}

pub(super) fn run(common: &CommonSettings, command: AutomationCommand) -> Result<(), CommandFault> {
    let AutomationCommand::Simulate { id, contact, account } = command;
    with_store(common, async |store| simulate(store, &id, &contact, account.as_deref()).await)
}

async fn simulate(store: &Store, id: &str, contact: &str, account: Option<&str>) -> Result<(), CommandFault> {
    let account = chosen(store, account).await?.id;
    let directory = store.directory();
    let account = directory.by_id(account).ok_or_else(|| CommandFault::new("the account is gone"))?;
    let (_, automation) = account.automation_by_external_id(id).ok_or_else(|| {
        let known: Vec<_> = account.automations.iter().map(|(_, a)| a.external_id.as_str()).collect();
        CommandFault::new(format_args!("there is no automation {id}; there are: {}", known.join(", ")))
    })?;
    let email = EmailAddress::parse(contact).map_err(|_| CommandFault::new(format_args!("{contact} is no address")))?;
    let found = store.contact(account.id, ContactKey::Email(email.key().to_owned())).await?;
    let found = found.ok_or_else(|| CommandFault::new(format_args!("there is no contact {contact}")))?;
    for (at, what) in delivery::timeline(account, automation, &found, store.ambient().now()) {
        let at = model::Timestamp(at.0.div_euclid(1_000_000).saturating_mul(1_000_000));
        say(format_args!("{}  {what}", at.to_rfc3339()));
    }
    Ok(())
}
