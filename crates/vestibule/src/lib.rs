//! The program: settings, wiring, commands, the demo account. Small enough that tests can start the same thing in
//! their own process.

mod captcha_client;
mod commands;
mod logging;
mod master_key;
mod ops;
mod resolver;
mod server;
mod settings;
mod wire_up;

use std::process::ExitCode;

use clap::Parser as _;

pub use console::accounts::apply_account;
pub use server::Server;
pub use settings::{CommonSettings, ServeSettings, SettingsFault};
pub use wire_up::{Node, NodeParts, StartFault};

/// The account file of the demo account.
pub const DEMO_ACCOUNT: &str = include_str!("demo.toml");

/// Runs the command that the command line names. Exit status 0 done, 1 refused or failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let done = match commands::Cli::try_parse() {
        Ok(cli) => commands::run(cli),
        Err(error) => match commands::environment_fault(&error, std::env::args_os()) {
            Some(fault) => Err(fault),
            None => error.exit(),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            #[expect(clippy::print_stderr, reason = "the command line's way to say what went wrong")]
            for line in fault.0 {
                eprintln!("{line}");
            }
            ExitCode::FAILURE
        }
    }
}
