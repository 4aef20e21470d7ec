//! The accounts of the bench, as files for `account apply`.

use std::fmt::Write;
use std::fs;

use anyhow::Result;

use crate::customers::{ATTRIBUTES, LOGIN, ORIGIN, SECRET, STATEMENTS, TAG_IDS};
use crate::people::{FORM, LISTS, TAGS, api_key};
use crate::server::Installation;

/// What the guard does in the bench's accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Guard {
    /// No verdicts.
    Off,
    /// Verdicts change nothing.
    Log,
    /// As in earnest.
    Enforce,
}

/// Applies so many accounts to a store.
pub fn apply_all(installation: &Installation, count: u32, guard: Guard) -> Result<()> {
    apply_with(installation, count, guard, "")
}

/// The same with more of the form's actions, and whatever tables may follow them.
pub fn apply_with(installation: &Installation, count: u32, guard: Guard, more: &str) -> Result<()> {
    for account in 0..count {
        let file = installation.directory.join(format!("account-{account}.toml"));
        fs::write(&file, account_file(account, guard) + more)?;
        installation.apply(&file)?;
    }
    Ok(())
}

/// One account: the lists, tags and form that the requests name, with a list and a tag as the form's actions.
fn account_file(account: u32, guard: Guard) -> String {
    let guard = format!("{guard:?}").to_lowercase();
    let mut file = format!(
        r#"[account]
slug = "bench-{account}"
name = "Bench {account}"
external_id = "BENCH{account:03}"
from = "Bench {account} <hello@bench-{account}.example>"
language = "en"
guard = "{guard}"
allowed_origins = ["{ORIGIN}"]

[guard]
address_limit = {{ count = 0, seconds = 600 }}
network_limit = {{ count = 0, seconds = 600 }}
form_limit = {{ count = 0, seconds = 600 }}
account_limit = {{ count = 0, seconds = 600 }}
attack_floor = 0

[guard.recipients]
per_domain = 0
in_all = 0

[[api_user]]
kind = "sentori"
name = "Bench"
key = "{}"

[[tag_group]]
name = "Interests"
web = true
tags = [{{ name = "{}", spektrix_id = "{}" }}, {{ name = "{}", spektrix_id = "{}" }}, {{ name = "Web Sign Up" }}]

[[api_user]]
kind = "spektrix"
login = "{LOGIN}"
secret = "{SECRET}"
"#,
        api_key(account),
        TAGS[0],
        TAG_IDS[0],
        TAGS[1],
        TAG_IDS[1],
    );
    for name in ATTRIBUTES {
        let _ = write!(
            file,
            "\n[[field]]\nsystem_name = \"{name}\"\nlabel = \"{name}\"\ntype = \"text\"\non_forms = true\n"
        );
    }
    for (key, id) in ["email", "post"].into_iter().zip(STATEMENTS) {
        let _ = write!(
            file,
            "\n[[statement]]\nkey = \"{key}\"\nspektrix_id = \"{id}\"\ntext = \"May we write?\"\nchannel = \"{key}\"\nweb = true\n"
        );
    }
    for (id, name) in [(LISTS[0], "Monthly Newsletter"), (LISTS[1], "Family Events"), ("MEMBERS1", "Members Offers")] {
        let _ = write!(file, "\n[[mailing_list]]\nexternal_id = \"{id}\"\nname = \"{name}\"\n");
    }
    let _ = write!(
        file,
        r#"
[[form]]
external_id = "{FORM}"
name = "Newsletter"
fields = [{{ field = "FirstName", required = true }}, {{ field = "LastName" }}]
lists = ["{}", "{}"]

[form.actions]
lists = ["MEMBERS1"]
tags = ["Web Sign Up"]
"#,
        LISTS[0], LISTS[1]
    );
    file
}
