//! `vestibule account apply|export`: accounts as code.

use std::path::PathBuf;

use model::Ambient;
use store::{Store, StoreSettings, StoredAccount};

use super::{CommandFault, runtime, say};
use crate::settings::CommonSettings;
use crate::wire_up::open_store;
use console::accounts;

#[derive(Debug, clap::Subcommand)]
pub(super) enum AccountCommand {
    /// Makes or changes an account as its file says
    Apply {
        /// The account file
        file: PathBuf,
        /// Shows what would be done, and does nothing
        #[arg(long)]
        dry_run: bool,
        /// Also removes what the file does not name
        #[arg(long)]
        prune: bool,
    },
    /// Writes the account's file to standard output
    Export {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
        /// With keys, secrets and tokens
        #[arg(long)]
        secrets: bool,
    },
}

pub(super) fn run(common: &CommonSettings, command: AccountCommand) -> Result<(), CommandFault> {
    match command {
        AccountCommand::Apply { file, dry_run, prune } => {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file).map_err(|e| CommandFault::new(format_args!("{name}: {e}")))?;
            let parsed = account_file::parse(&text, &name)
                .map_err(|faults| CommandFault(faults.iter().map(ToString::to_string).collect()))?;
            with_store(common, async |store| apply(store, common, &parsed, dry_run, prune).await)
        }
        AccountCommand::Export { account, secrets } => {
            with_store(common, async |store| export(store, account.as_deref(), secrets).await)
        }
    }
}

/// Opens the store for one piece of work and closes it again.
pub(super) fn with_store(
    common: &CommonSettings,
    work: impl AsyncFnOnce(&Store) -> Result<(), CommandFault>,
) -> Result<(), CommandFault> {
    with_store_like(common, |_| (), work)
}

/// The same with a store that is opened otherwise.
pub(super) fn with_store_like(
    common: &CommonSettings,
    adjust: impl FnOnce(&mut StoreSettings),
    work: impl AsyncFnOnce(&Store) -> Result<(), CommandFault>,
) -> Result<(), CommandFault> {
    let runtime = runtime()?;
    let store = open_store(common, Ambient::system(), runtime.handle(), |settings| {
        settings.committers = 1;
        adjust(settings);
    })?;
    // What a command owes is due at once for the server's workers: nothing is delivered here.
    drop(store.handed_over());
    let result = runtime.block_on(work(&store));
    store.close();
    result
}

async fn apply(
    store: &Store,
    common: &CommonSettings,
    file: &account_file::AccountFile,
    dry_run: bool,
    prune: bool,
) -> Result<(), CommandFault> {
    let (plan, planned_on) = accounts::plan(store, file, prune).await?;
    let mut refusals: Vec<String> = plan.refusals.iter().map(ToString::to_string).collect();
    refusals.extend(accounts::collisions(&store.directory(), file));
    if let Some(mail) = &file.settings.mail {
        let faults = delivery::check_mail(mail, common.data_dir());
        refusals.extend(faults.into_iter().map(|fault| format!("[mail]: {fault}")));
    }
    if !refusals.is_empty() {
        return Err(CommandFault(refusals));
    }
    say(plan.to_string().trim_end());
    if dry_run {
        say("Nothing was changed: this was a dry run.");
    } else if !plan.is_empty() {
        let change = accounts::change(file, plan, planned_on, store.ambient());
        let (_, version) = store.change_account(change).await?;
        say(format_args!("Applied; the account's configuration is version {version}."));
    }
    Ok(())
}

async fn export(store: &Store, slug: Option<&str>, secrets: bool) -> Result<(), CommandFault> {
    let account = chosen(store, slug).await?;
    let items = accounts::current_items(&account, &store.directory());
    say(account_file::export(&account.settings, &items, secrets).trim_end());
    Ok(())
}

/// The account that a command is about: the one it names, or the only one.
pub(super) async fn chosen(store: &Store, slug: Option<&str>) -> Result<StoredAccount, CommandFault> {
    let directory = store.directory();
    let slugs: Vec<_> = directory.all().iter().map(|a| a.settings.slug.clone()).collect();
    let slug = match (slug, slugs.as_slice()) {
        (Some(slug), _) => slug.to_lowercase(),
        (None, [only]) => only.clone(),
        (None, []) => {
            return Err(CommandFault::new("there is no account yet; make one with `vestibule account apply FILE`"));
        }
        (None, several) => {
            return Err(CommandFault::new(format_args!("say which account with --account: {}", several.join(", "))));
        }
    };
    let found = store.account(&slug).await?;
    found.ok_or_else(|| CommandFault::new(format_args!("there is no account {slug}; there are: {}", slugs.join(", "))))
}
