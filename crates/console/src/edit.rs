//! Structured changes of an account. The account's file is written with something different in it, read by the same
//! checks as any other, compared and applied: the way of `vestibule account apply`.

use account_file::{AccountFile, CurrentItem, ItemKind, Plan};
use model::AccountSettings;
use serde_json::Value;
use store::{StoreError, StoredAccount};

use crate::accounts;
use crate::ctx::{Ctx, Fail};

/// The name of the file in messages.
pub(crate) const NAME: &str = "account.toml";

/// One thing that is to be different.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// An item to change, or with no current name to make; the definition is the model's, serialised.
    Put { kind: ItemKind, current: Option<String>, definition: Value },
    /// An item to take out.
    Remove { kind: ItemKind, name: String },
    /// Other settings.
    Settings(Box<AccountSettings>),
}

/// What edits come to, ready to be applied.
pub(crate) struct Planned {
    file: AccountFile,
    plan: Plan,
}

impl Planned {
    pub(crate) fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// What changes, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let plan = &self.plan;
        let mut lines: Vec<String> = plan.settings.clone();
        lines.extend(plan.adds.iter().map(|i| format!("+ {} {}", i.kind.word(), i.name)));
        lines.extend(plan.changes.iter().flat_map(|c| c.lines.iter().cloned()));
        lines.extend(plan.removals.iter().map(|(kind, name)| format!("- {} {name}", kind.word())));
        lines
    }

    /// The number of the version that a statement's change makes.
    pub(crate) fn new_version(&self) -> Option<i64> {
        self.plan.changes.iter().find_map(|c| c.new_version)
    }
}

/// Tells versions of an item apart: whoever saves names the one they started from.
pub(crate) fn mark(value: &Value) -> String {
    crate::assets::fingerprint(&value.to_string())
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What an item of that definition is known by.
pub(crate) fn natural_name(kind: ItemKind, definition: &Value) -> String {
    let text = |key: &str| definition[key].as_str().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let name = match kind {
        ItemKind::Field => text("system_name"),
        ItemKind::TagGroup | ItemKind::Tag | ItemKind::ApiUser => text("name"),
        ItemKind::MailingList | ItemKind::Automation | ItemKind::Form => text("external_id"),
        ItemKind::Statement => text("key"),
        ItemKind::Webhook => text("name")
            .or_else(|| definition["urls"]["url"].as_str().map(str::to_owned))
            .or_else(|| (definition["kind"] == "sentori").then(|| "sentori".to_owned())),
    };
    name.unwrap_or_default()
}

/// What an edited text says, compared with the account; or all that stands in the way, a line each.
pub(crate) fn planned(
    ctx: &Ctx,
    account: &StoredAccount,
    text: &str,
    prune: bool,
) -> Result<(AccountFile, Plan), Vec<String>> {
    let lines = |faults: Vec<account_file::Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    let file = account_file::parse(text, NAME).map_err(lines)?;
    if file.settings.slug != account.settings.slug {
        return Err(vec![ctx.words.get("file-other-slug")]);
    }
    let directory = ctx.console.doors().directory();
    let items = accounts::current_items(account, &directory);
    let plan = account_file::diff(&items, Some(&account.settings), &file, prune);
    let mut refusals: Vec<String> = plan.refusals.iter().map(ToString::to_string).collect();
    refusals.extend(accounts::collisions(&directory, &file));
    if let Some(mail) = &file.settings.mail {
        let faults = delivery::check_mail(mail, &ctx.console.inner.data_dir);
        refusals.extend(faults.into_iter().map(|fault| format!("[mail]: {fault}")));
    }
    if refusals.is_empty() { Ok((file, plan)) } else { Err(refusals) }
}

/// What edits come to; or what stands in the way.
pub(crate) fn plan(ctx: &Ctx, account: &StoredAccount, edits: Vec<Edit>) -> Result<Planned, Vec<String>> {
    let directory = ctx.console.doors().directory();
    let mut items = accounts::current_items(account, &directory);
    let mut settings = account.settings.clone();
    let mut prune = false;
    for edit in edits {
        match edit {
            Edit::Settings(new) => settings = *new,
            Edit::Remove { kind, name } => {
                items.retain(|i| !(i.kind == kind && folded(&i.name) == folded(&name)));
                prune = true;
            }
            Edit::Put { kind, current, definition } => {
                let name = natural_name(kind, &definition);
                let known = current.as_ref().and_then(|current| {
                    items.iter_mut().find(|i| i.kind == kind && folded(&i.name) == folded(current))
                });
                match known {
                    Some(known) => {
                        known.name = name;
                        known.definition = definition;
                    }
                    None => {
                        items.push(CurrentItem {
                            kind,
                            name,
                            position: i64::MAX,
                            definition,
                            secret: None,
                            version: 0,
                        });
                    }
                }
            }
        }
    }
    let text = account_file::export(&settings, &items, false);
    match planned(ctx, account, &text, prune) {
        Ok((file, plan)) => Ok(Planned { file, plan }),
        Err(faults) => Err(faults.iter().map(|fault| without_place(fault)).collect()),
    }
}

/// Nobody sees the text that a structured change makes, so its lines say nothing.
fn without_place(fault: &str) -> String {
    let rest = fault.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(':'));
    let message = rest.and_then(|rest| rest.splitn(3, ':').nth(2)).unwrap_or(fault);
    message.trim().to_owned()
}

/// Applies what was planned on this account and notes it in the trail; `false` when somebody was faster by a moment.
pub(crate) async fn apply(
    ctx: &Ctx,
    account: &StoredAccount,
    planned: Planned,
    action: &'static str,
    subject: String,
) -> Result<bool, Fail> {
    let store = ctx.console.store();
    let after = planned.lines().join("\n");
    let change = accounts::change(&planned.file, planned.plan, account.version, store.ambient());
    match store.change_account(change).await {
        Ok(_) => {}
        Err(StoreError::Conflict(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    ctx.note(action, subject, None, "", after).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_messages() {
        for (kind, definition, name) in [
            (ItemKind::Form, json!({ "external_id": "A1" }), "A1"),
            (ItemKind::Webhook, json!({ "kind": "standard", "urls": { "url": "https://x" } }), "https://x"),
            (ItemKind::Webhook, json!({ "kind": "sentori", "urls": {} }), "sentori"),
            (ItemKind::Webhook, json!({ "kind": "standard", "name": "CRM", "urls": {} }), "CRM"),
            (ItemKind::Field, json!({}), ""),
        ] {
            assert_eq!(natural_name(kind, &definition), name);
        }
        assert_eq!(without_place("account.toml:12:3: `name` is blank: really"), "`name` is blank: really");
        assert_eq!(without_place("custom_domains: taken"), "custom_domains: taken");
    }
}
