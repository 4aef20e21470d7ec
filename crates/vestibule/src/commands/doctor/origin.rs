//! `vestibule doctor --client C --origin O`: which of an account's lists lets a website in, and which refuses it.

use doors::spektrix::cors::{self, Grant, Reach};

use crate::commands::account::with_store;
use crate::commands::{CommandFault, say};
use crate::settings::CommonSettings;

#[derive(Debug, clap::Args)]
pub(crate) struct OriginPart {
    /// The account's segment in URLs
    #[arg(long, value_name = "CLIENT", requires = "origin")]
    client: Option<String>,
    /// The website's origin, such as https://www.theatre.example
    #[arg(long, value_name = "ORIGIN", requires = "client")]
    origin: Option<String>,
}

pub(super) fn run(common: &CommonSettings, asked: &OriginPart) -> Result<(), CommandFault> {
    let (Some(client), Some(origin)) = (&asked.client, &asked.origin) else {
        return Err(CommandFault::new("say what to look at: --client and --origin, or a part such as `doctor mail`"));
    };
    with_store(common, async |store| {
        let directory = store.directory();
        let account =
            directory.by_slug(client).ok_or_else(|| CommandFault::new(format_args!("there is no account {client}")))?;
        let (settings, origin) = (&account.settings, origin.trim().trim_end_matches('/'));
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
