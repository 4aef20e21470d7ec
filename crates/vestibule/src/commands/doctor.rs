//! `vestibule doctor`: which of an account's lists lets a website in, and which refuses it.

use doors::spektrix::cors::{self, Grant, Reach};

use super::account::with_store;
use super::{CommandFault, say};
use crate::settings::CommonSettings;

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// The account's segment in URLs
    #[arg(long, value_name = "CLIENT")]
    client: String,
    /// The website's origin, such as https://www.theatre.example
    #[arg(long, value_name = "ORIGIN")]
    origin: String,
}

pub(super) fn run(common: &CommonSettings, asked: Doctor) -> Result<(), CommandFault> {
    with_store(common, async |store| {
        let directory = store.directory();
        let account = directory
            .by_slug(&asked.client)
            .ok_or_else(|| CommandFault::new(format_args!("there is no account {}", asked.client)))?;
        let (settings, origin) = (&account.settings, asked.origin.trim().trim_end_matches('/'));
        let mut refused = Vec::new();
        match cors::decide(Reach::Web, Some(origin), &settings.allowed_origins) {
            Grant::WithCredentials(_) => say(format_args!("{origin}: allowed_origins names it; forms and logins work")),
            Grant::Anonymous(_) => say(format_args!(
                "{origin}: allowed_origins has \"*\", which lets it create customers; logins need it named"
            )),
            Grant::None => refused.push(format!(
                "vestibule: {origin}: refused by allowed_origins = {:?}; browsers there cannot create customers",
                settings.allowed_origins
            )),
        }
        say("statements, tag-groups, tags and countries are open to every origin");
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let place = format!("https://{host}/");
        match doors::spektrix::signup_aspx::redirect_target(&place, None, &settings.allowed_return_hosts) {
            Some(_) => say(format_args!("{host}: allowed_return_hosts names it; signup.aspx may send browsers there")),
            None => refused.push(format!(
                "vestibule: {host}: refused by allowed_return_hosts = {:?}; signup.aspx shows its own page instead",
                settings.allowed_return_hosts
            )),
        }
        if refused.is_empty() { Ok(()) } else { Err(CommandFault(refused)) }
    })
}
