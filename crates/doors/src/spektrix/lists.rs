//! The public lists: statements, tag groups and tags, in the order of the settings.

use model::{AccountSnapshot, Statement, StatementId, Tag};
use serde::Serialize;

use super::{Mode, ids};

/// A statement as clients read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatementObject<'a> {
    /// Vendor id.
    pub id: &'a str,
    /// The wording in the account's language.
    pub text: &'a str,
    /// Whether the customer has said yes; false where there is none.
    pub agreed: bool,
}

impl<'a> StatementObject<'a> {
    /// One statement with a customer's answer.
    pub fn of(account: &AccountSnapshot, statement: &'a Statement, agreed: bool) -> Self {
        let language = &account.settings.language.0;
        Self { id: &statement.spektrix_id, text: statement.text.pick(language, language), agreed }
    }
}

/// A tag as clients read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TagObject<'a> {
    /// Vendor id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl<'a> TagObject<'a> {
    /// One tag.
    pub fn of(tag: &'a Tag) -> Self {
        Self { id: &tag.spektrix_id, name: &tag.name }
    }
}

/// A tag group as clients read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TagGroupObject<'a> {
    /// Vendor id.
    pub id: String,
    /// Heading.
    pub name: &'a str,
    /// `null` when empty.
    pub description: Option<&'a str>,
    /// Whether browsers see it.
    pub web: bool,
    /// Its tags.
    pub tags: Vec<TagObject<'a>>,
}

/// `GET statements`, also with a customer's answers.
pub fn statements<'a>(account: &'a AccountSnapshot, mode: Mode, agreed: &[StatementId]) -> Vec<StatementObject<'a>> {
    let seen = account.statements.iter().filter(|(_, s, _)| mode.sees_statement(s));
    seen.map(|(id, s, _)| StatementObject::of(account, s, agreed.contains(id))).collect()
}

/// `GET tag-groups`.
pub fn tag_groups(account: &AccountSnapshot, mode: Mode) -> Vec<TagGroupObject<'_>> {
    let seen = account.tag_groups.iter().filter(|(_, g)| mode.sees_group(g));
    seen.map(|(id, group)| TagGroupObject {
        id: group.spektrix_id.clone().unwrap_or_else(|| ids::derived("tag-group", account.id, id.0)),
        name: &group.name,
        description: group.description.as_deref().filter(|d| !d.trim().is_empty()),
        web: group.web,
        tags: account
            .tags
            .iter()
            .filter(|(_, t)| t.group.trim().eq_ignore_ascii_case(group.name.trim()))
            .map(|(_, t)| TagObject::of(t))
            .collect(),
    })
    .collect()
}

/// `GET tags`.
pub fn tags(account: &AccountSnapshot, mode: Mode) -> Vec<TagObject<'_>> {
    account.tags.iter().filter(|(_, t)| mode.sees_tag(account, t)).map(|(_, t)| TagObject::of(t)).collect()
}
