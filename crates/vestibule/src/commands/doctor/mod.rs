//! `vestibule doctor`: what has to be set up outside, and whether it fits. One file for each part.

mod mail;

use clap::Subcommand;

use super::CommandFault;
use crate::settings::CommonSettings;

/// What to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum DoctorCommand {
    /// The DNS records for an account's mail, to copy: SPF, DKIM, DMARC
    Mail(mail::MailPart),
}

pub(super) fn run(common: &CommonSettings, command: DoctorCommand) -> Result<(), CommandFault> {
    match command {
        DoctorCommand::Mail(part) => mail::run(common, &part),
    }
}
