//! `vestibule sign-ups`: what came in, counted by where it came from.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Origin;

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

#[derive(Debug, clap::Args)]
pub(super) struct SignUps {
    /// How far back, such as 7d or "36 hours"
    #[arg(long, default_value = "7d")]
    since: String,
    /// What to count by
    #[arg(long, value_enum, default_value = "origin")]
    by: By,
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum By {
    /// The page, without what follows its `?`
    Origin,
    /// The form's own source, else utm_source
    Source,
    /// utm_campaign
    Campaign,
    /// The door
    Door,
}

pub(super) fn run(common: &CommonSettings, asked: SignUps) -> Result<(), CommandFault> {
    let seconds = account_file::parse_duration(&asked.since)
        .map_err(|why| CommandFault::new(format_args!("--since {}: {why}", asked.since)))?;
    with_store(common, async |store| {
        let account = chosen(store, asked.account.as_deref()).await?;
        let since = store.ambient().now().minus(Duration::from_secs(seconds));
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (door, outcome, origin) in store.sign_ups_since(account.id, since).await? {
            let count = counts.entry(name(asked.by, &door, &origin)).or_default();
            count.0 += 1;
            count.1 += u64::from(outcome == "applied");
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
        say("sign-ups\tapplied at once\tfrom");
        for (name, (all, applied)) in counts {
            say(format_args!("{all}\t{applied}\t{name}"));
        }
        Ok(())
    })
}

fn name(by: By, door: &str, origin: &Origin) -> String {
    let found = match by {
        By::Door => Some(door.to_owned()),
        By::Campaign => origin.utm.get("utm_campaign").cloned(),
        By::Source => origin.source.clone().or_else(|| origin.utm.get("utm_source").cloned()),
        By::Origin => origin.page.as_ref().map(|p| p.split(['?', '#']).next().unwrap_or_default().to_owned()),
    };
    found.filter(|n| !n.is_empty()).unwrap_or_else(|| "(not known)".into())
}
