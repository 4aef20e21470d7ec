//! `vestibule contacts export|import|groups`: contacts as files. The same columns both ways: `CustomerId`, `Email`, a
//! column for each field by SystemName (or `Attribute_<label>`), `Tags` and `MailingLists` (separated by `;`), and for
//! each statement `Statement <key>` (yes, no or blank), `Statement <key> at` and `Statement <key> source`.

mod columns;
mod export;
mod import;
mod rows;
mod source;

use std::sync::Arc;

use model::AccountSnapshot;
use store::Store;

use super::account::{chosen, with_store, with_store_like};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// SQLite's page cache of an import, in KiB: addresses come in any order, and their index should stay in memory.
const IMPORT_CACHE: i64 = 64 * 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum ContactsCommand {
    /// Writes customers to standard output
    Export {
        /// Only those with this tag, in the order in which they got it
        #[arg(long, value_name = "NAME", conflicts_with = "group")]
        tag: Option<String>,
        /// Only those of this import; its number, as `contacts groups` shows it
        #[arg(long, value_name = "NUMBER")]
        group: Option<i64>,
        /// How they are written
        #[arg(long, value_enum, default_value = "csv")]
        format: export::Format,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
    /// Takes customers in; what is there is neither doubled nor overruled
    Import(import::Import),
    /// Lists imports and the groups that they made
    Groups {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
}

pub(super) fn run(common: &CommonSettings, command: ContactsCommand) -> Result<(), CommandFault> {
    match command {
        ContactsCommand::Export { tag, group, format, account } => with_store(common, async |store| {
            let account = snapshot(store, account.as_deref()).await?;
            export::export(store, &account, &export::Which::of(&account, tag.as_deref(), group)?, format).await
        }),
        ContactsCommand::Import(import) => with_store_like(
            common,
            |settings| settings.writer_cache = IMPORT_CACHE,
            async |store| import::import(store, import).await,
        ),
        ContactsCommand::Groups { account } => {
            with_store(common, async |store| groups(store, account.as_deref()).await)
        }
    }
}

async fn snapshot(store: &Store, slug: Option<&str>) -> Result<Arc<AccountSnapshot>, CommandFault> {
    let id = chosen(store, slug).await?.id;
    store.directory().by_id(id).cloned().ok_or_else(|| CommandFault::new("the account is gone"))
}

async fn groups(store: &Store, slug: Option<&str>) -> Result<(), CommandFault> {
    let account = snapshot(store, slug).await?;
    for group in store.upload_groups(account.id).await? {
        let at = group.created_at.to_rfc3339();
        let description = group.description.unwrap_or_default();
        let (id, state, contacts, name) = (group.id, group.state.name(), group.contacts, group.name);
        say(format_args!("{id}\t{at}\t{state}\t{contacts}\t{name}\t{description}"));
    }
    Ok(())
}
