//! `vestibule user`: people who use the console. Passwords are never given here: a one-time link sets them.

use model::EmailAddress;
use store::{ConsoleUser, Role, Store};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// Who changes something by the command line, in the trail.
const WHO: &str = "command line";

#[derive(Debug, clap::Subcommand)]
pub(super) enum UserCommand {
    /// Makes a user, or gives one another role, and prints a one-time link to set a password
    Create {
        /// The address they sign in with
        #[arg(long)]
        email: String,
        /// What they may do: viewers see, editors change, owners also decide who else may
        #[arg(long, value_enum)]
        role: RoleName,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
        /// Where the console is reached, for the link [default: VESTIBULE_PUBLIC_URL, else only the path is printed]
        #[arg(long, env = "VESTIBULE_PUBLIC_URL", value_name = "URL")]
        public_url: Option<String>,
    },
    /// Lists users with their roles
    List,
    /// Prints another one-time link to set a password; the earlier one dies
    Link {
        /// Their address
        #[arg(long)]
        email: String,
        /// Where the console is reached, for the link
        #[arg(long, env = "VESTIBULE_PUBLIC_URL", value_name = "URL")]
        public_url: Option<String>,
    },
    /// Ends every session and lets the user in no more
    Disable {
        /// Their address
        #[arg(long)]
        email: String,
    },
    /// Takes the second factor away, for somebody who has lost it and every recovery code
    ResetSecondFactor {
        /// Their address
        #[arg(long)]
        email: String,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum RoleName {
    Owner,
    Editor,
    Viewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Editor => Self::Editor,
            RoleName::Viewer => Self::Viewer,
        }
    }
}

pub(super) fn run(common: &CommonSettings, command: UserCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        UserCommand::Create { email, role, account, public_url } => {
            let account = chosen(store, account.as_deref()).await?;
            let role = Role::from(role);
            let id = store.put_console_user(parsed(&email)?, account.id, role).await?;
            note(store, account.id, "user.role", &email, role.name()).await?;
            link(store, id, &email, public_url.as_deref()).await
        }
        UserCommand::List => list(store).await,
        UserCommand::Link { email, public_url } => {
            let user = known(store, &email).await?;
            note(store, model::AccountId(0), "user.link", &user.email, "").await?;
            link(store, user.id, &user.email, public_url.as_deref()).await
        }
        UserCommand::Disable { email } => {
            let user = known(store, &email).await?;
            store.disable_console_user(user.id, true).await?;
            note(store, model::AccountId(0), "user.disable", &user.email, "").await?;
            say(format_args!("{} may not sign in any more; a new link lets them in again.", user.email));
            Ok(())
        }
        UserCommand::ResetSecondFactor { email } => {
            let user = known(store, &email).await?;
            store.set_totp(user.id, None, Vec::new()).await?;
            note(store, model::AccountId(0), "user.second-factor-off", &user.email, "").await?;
            say(format_args!("{} signs in with the password alone.", user.email));
            Ok(())
        }
    })
}

fn parsed(email: &str) -> Result<EmailAddress, CommandFault> {
    EmailAddress::parse(email).map_err(|_| CommandFault::new(format_args!("{email} is no email address")))
}

async fn known(store: &Store, email: &str) -> Result<ConsoleUser, CommandFault> {
    let found = store.console_user(&parsed(email)?).await?;
    found.ok_or_else(|| CommandFault::new(format_args!("there is no user {email}")))
}

async fn note(
    store: &Store,
    account: model::AccountId,
    action: &'static str,
    subject: &str,
    after: &str,
) -> Result<(), CommandFault> {
    let (who, subject, after) = (WHO.to_owned(), subject.to_owned(), after.to_owned());
    let (ip, before) = (String::new(), String::new());
    store.note_trail(store::NewTrail { account, who, ip, action, subject, contact: None, before, after }).await?;
    Ok(())
}

async fn link(store: &Store, id: i64, email: &str, public_url: Option<&str>) -> Result<(), CommandFault> {
    let path = console::new_link(store, id).await?;
    say(format_args!("{}{path}", public_url.unwrap_or_default().trim_end_matches('/')));
    let hours = console::LINK_LIFE.as_secs() / 3600;
    say(format_args!("{email} sets a password there. The link works once, within {hours} hours."));
    Ok(())
}

async fn list(store: &Store) -> Result<(), CommandFault> {
    let directory = store.directory();
    for user in store.console_users().await? {
        let roles = user.roles.iter().map(|(account, role)| {
            let slug = directory.by_id(*account).map_or("-", |a| a.settings.slug.as_str());
            format!("{slug}:{}", role.name())
        });
        let roles = roles.collect::<Vec<_>>().join(",");
        let state = match (user.disabled_at, &user.password, &user.totp) {
            (Some(_), ..) => "disabled",
            (None, None, _) => "invited",
            (None, Some(_), None) => "password",
            (None, Some(_), Some(_)) => "password and second factor",
        };
        let last = user.signed_in_at.map_or_else(|| "never".into(), model::Timestamp::to_rfc3339);
        say(format_args!("{}\t{roles}\t{state}\t{last}", user.email));
    }
    Ok(())
}
