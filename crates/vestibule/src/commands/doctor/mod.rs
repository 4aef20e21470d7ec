//! `vestibule doctor`: what has to be set up outside, and whether it fits. One file for each part.

mod mail;
mod origin;

use clap::Subcommand;

use super::CommandFault;
use crate::settings::CommonSettings;

/// What to look at.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Doctor {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    origin: origin::OriginPart,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The DNS records for an account's mail, to copy: SPF, DKIM, DMARC
    Mail(mail::MailPart),
}

pub(super) fn run(common: &CommonSettings, doctor: &Doctor) -> Result<(), CommandFault> {
    match &doctor.part {
        Some(Part::Mail(part)) => mail::run(common, part),
        None => origin::run(common, &doctor.origin),
    }
}
