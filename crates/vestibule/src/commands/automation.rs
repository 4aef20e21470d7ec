//! `vestibule automation`: puts a contact into one, and tells what it would do.

use std::sync::Arc;

use clap::Subcommand;
use intake::{Intake, IntakeSettings};
use model::{AccountSnapshot, EmailAddress, Refusal};
use store::{ContactKey, Store};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// What can be asked of automations.
#[derive(Debug, Subcommand)]
pub(crate) enum AutomationCommand {
    /// Puts a contact into an automation, as a form or a call would
    Add {
        /// The automation's external id
        id: String,
        /// The contact's address
        #[arg(long, value_name = "EMAIL")]
        contact: String,
        /// A value for {{trx:NAME}} in its mails; may be repeated
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        trx: Vec<(String, String)>,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
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
    with_store(common, async |store| match command {
        AutomationCommand::Add { id, contact, trx, account } => {
            add(store, &id, &contact, trx, account.as_deref()).await
        }
        AutomationCommand::Simulate { id, contact, account } => {
            simulate(store, &id, &contact, account.as_deref()).await
        }
    })
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let name = name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err("the name before \"=\" is empty or holds a blank".into());
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// The account of a command, with the automation that it names.
async fn found(store: &Store, id: &str, account: Option<&str>) -> Result<Arc<AccountSnapshot>, CommandFault> {
    let account = chosen(store, account).await?.id;
    let account = store.directory().by_id(account).cloned().ok_or_else(|| CommandFault::new("the account is gone"))?;
    if account.automation_by_external_id(id).is_none() {
        let known: Vec<_> = account.automations.iter().map(|(_, a)| a.external_id.as_str()).collect();
        return Err(CommandFault::new(format_args!("there is no automation {id}; there are: {}", known.join(", "))));
    }
    Ok(account)
}

fn address(text: &str) -> Result<EmailAddress, CommandFault> {
    EmailAddress::parse(text).map_err(|_| CommandFault::new(format_args!("{text} is no address")))
}

async fn add(
    store: &Store,
    id: &str,
    contact: &str,
    trx: Vec<(String, String)>,
    account: Option<&str>,
) -> Result<(), CommandFault> {
    let (account, email) = (found(store, id, account).await?, address(contact)?);
    let intake = Intake::new(store.clone(), IntakeSettings::default());
    match intake.start_automation(&account, id, &email, trx.into_iter().collect()).await {
        Ok(true) => say(format_args!("{contact} has begun {id}.")),
        Ok(false) => say(format_args!("{contact} is in {id} or has been through it, and it is not repeatable.")),
        Err(Refusal::NotFound) => {
            return Err(CommandFault::new(format_args!("there is no confirmed contact {contact}")));
        }
        Err(why) => return Err(CommandFault::new(format_args!("not now: {why:?}"))),
    }
    Ok(())
}

async fn simulate(store: &Store, id: &str, contact: &str, account: Option<&str>) -> Result<(), CommandFault> {
    let (account, email) = (found(store, id, account).await?, address(contact)?);
    let (_, automation) =
        account.automation_by_external_id(id).ok_or_else(|| CommandFault::new("the automation is gone"))?;
    let found = store.contact(account.id, ContactKey::Email(email.key().to_owned())).await?;
    let found = found.ok_or_else(|| CommandFault::new(format_args!("there is no contact {contact}")))?;
    for (at, what) in delivery::timeline(&account, automation, &found, store.ambient().now()) {
        let at = model::Timestamp(at.0.div_euclid(1_000_000).saturating_mul(1_000_000));
        say(format_args!("{}  {what}", at.to_rfc3339()));
    }
    Ok(())
}
