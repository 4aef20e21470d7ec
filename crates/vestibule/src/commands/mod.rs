//! The command line. Exit status 0 done, 1 refused or failed with clear lines on standard error, 2 wrong usage.

mod account;
mod api_user;
mod automation;
mod contacts;
mod deliveries;
mod doctor;
mod guard;
mod migrate;
mod serve;
mod sign_ups;
mod user;
mod webhook;

use std::ffi::OsString;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::logging;
use crate::settings::{self, CommonSettings, ServeSettings, SettingsFault};

/// The self-hosted front door for sign-ups.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: CommonSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers sign-ups
    Serve {
        /// Applies the demo account to an empty store, keeps mail in the built-in mailbox, prints what to try
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        serve: Box<ServeSettings>,
    },
    /// Brings the database's schema up to date
    Migrate,
    /// Accounts as code
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// What the guard made of sign-ups
    #[command(subcommand)]
    Guard(guard::GuardCommand),
    /// What to set up outside, and what an account's settings answer to a website
    Doctor(doctor::Doctor),
    /// Series of mails and other steps
    #[command(subcommand)]
    Automation(automation::AutomationCommand),
    /// What is owed to the outside: mail, alerts, webhooks
    #[command(subcommand)]
    Deliveries(deliveries::DeliveriesCommand),
    /// Callers with a secret
    #[command(subcommand)]
    ApiUser(api_user::ApiUserCommand),
    /// People who use the console
    #[command(subcommand)]
    User(user::UserCommand),
    /// Receivers of webhooks
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Contacts as files
    #[command(subcommand)]
    Contacts(contacts::ContactsCommand),
    /// Lists what came in
    SignUps(sign_ups::SignUps),
}

/// Why a command failed: lines for the operator.
#[derive(Debug)]
pub(crate) struct CommandFault(pub(crate) Vec<String>);

impl CommandFault {
    pub(crate) fn new(line: impl Display) -> Self {
        Self(vec![format!("vestibule: {line}")])
    }
}

impl<E: std::error::Error> From<E> for CommandFault {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// A value that cannot be used and was not given on the command line: a setting of the environment, not wrong usage.
pub(crate) fn environment_fault(
    error: &clap::Error,
    mut arguments: impl Iterator<Item = OsString>,
) -> Option<CommandFault> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let flag = text(ContextKind::InvalidArg)?.split(' ').next()?;
    if arguments.any(|given| given.to_string_lossy().split('=').next() == Some(flag)) {
        return None;
    }
    let long = flag.strip_prefix("--")?;
    let cli = Cli::command();
    let mut commands = std::iter::once(&cli).chain(cli.get_subcommands());
    let setting = commands.find_map(|c| c.get_arguments().find(|a| a.get_long() == Some(long)))?.get_env()?;
    let why = match (std::error::Error::source(error), text(ContextKind::InvalidValue)) {
        (Some(why), _) => why.to_string(),
        (None, Some("") | None) => "it is empty".to_owned(),
        (None, Some(value)) => format!("{value} is none of the possible values"),
    };
    Some(CommandFault::new(SettingsFault::new(&setting.to_string_lossy(), why)))
}

/// Runs a command.
pub(crate) fn run(cli: Cli) -> Result<(), CommandFault> {
    match cli.command {
        Command::Serve { demo, serve } => {
            let (common, serve) = settings::from_file(cli.common, *serve)?;
            logging::start(&common)?;
            serve::run(&common, serve, demo)
        }
        Command::Migrate => {
            let common = common(cli.common)?;
            migrate::run(&common)
        }
        Command::Account(command) => {
            let common = common(cli.common)?;
            account::run(&common, command)
        }
        Command::Guard(command) => {
            let common = common(cli.common)?;
            guard::run(&common, command)
        }
        Command::Doctor(command) => {
            let common = common(cli.common)?;
            doctor::run(&common, &command)
        }
        Command::Automation(command) => {
            let common = common(cli.common)?;
            automation::run(&common, command)
        }
        Command::Deliveries(command) => {
            let common = common(cli.common)?;
            deliveries::run(&common, command)
        }
        Command::ApiUser(command) => api_user::run(&self::common(cli.common)?, command),
        Command::User(command) => user::run(&self::common(cli.common)?, command),
        Command::Webhook(command) => webhook::run(&self::common(cli.common)?, command),
        Command::Contacts(command) => contacts::run(&self::common(cli.common)?, command),
        Command::SignUps(command) => sign_ups::run(&self::common(cli.common)?, command),
    }
}

/// Settings and logs of a command that is no server: only what went wrong is logged.
fn common(common: CommonSettings) -> Result<CommonSettings, CommandFault> {
    let (mut common, _) = settings::from_file(common, ServeSettings::default())?;
    common.log = common.log.or_else(|| Some("warn".into()));
    logging::start(&common)?;
    Ok(common)
}

/// A runtime for a command.
fn runtime() -> Result<tokio::runtime::Runtime, CommandFault> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Says a line. Whoever listens no longer, as `head` does, is no fault.
fn say(line: impl Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
