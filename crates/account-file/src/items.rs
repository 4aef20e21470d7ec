//! What an account file is made of, as plain data.

use model::{AccountSettings, Secret};
use serde_json::Value;

use crate::{Fault, Place};

/// What an item of the configuration is. The order is that in which items are made: none names one of a later kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// [`model::Field`]
    Field,
    /// [`model::TagGroup`]
    TagGroup,
    /// [`model::Tag`]
    Tag,
    /// [`model::MailingList`]
    MailingList,
    /// [`model::Statement`]
    Statement,
    /// [`model::Automation`]
    Automation,
    /// [`model::Form`]
    Form,
    /// [`model::WebhookEndpoint`]; its secret stands apart.
    Webhook,
    /// [`model::ApiUser`]; its secret stands apart, so the definition alone does not read back as one.
    ApiUser,
}

impl ItemKind {
    /// Every kind, in the order in which items are made.
    pub const ALL: [Self; 9] = [
        Self::Field,
        Self::TagGroup,
        Self::Tag,
        Self::MailingList,
        Self::Statement,
        Self::Automation,
        Self::Form,
        Self::Webhook,
        Self::ApiUser,
    ];

    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::TagGroup => "tag group",
            Self::Tag => "tag",
            Self::MailingList => "mailing list",
            Self::Statement => "statement",
            Self::Automation => "automation",
            Self::Form => "form",
            Self::Webhook => "webhook",
            Self::ApiUser => "api user",
        }
    }
}

/// One item as the file wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its natural key, unique among its kind whatever the case (see [`Item::key`]).
    pub name: String,
    /// Its place among its kind, from 0.
    pub position: i64,
    /// The model's struct, serialised, without any secret. Vendor ids that the file leaves out are empty or absent: whoever
    /// applies the plan makes them. In a [`crate::Plan`] the existing ones are filled in already.
    pub definition: Value,
    /// The secret of an API user or webhook. `None` = the existing one is kept, or, for a webhook, made.
    pub secret: Option<Secret>,
    /// Where the file names it.
    pub place: Place,
}

impl Item {
    /// What items of one kind are told apart by.
    pub fn key(&self) -> String {
        folded(&self.name)
    }
}

/// One item as the account has it. Lists of these stand in the order that the account shows among equal positions.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentItem {
    /// What it is.
    pub kind: ItemKind,
    /// Its natural key.
    pub name: String,
    /// Its place among its kind.
    pub position: i64,
    /// The model's struct, serialised, without any secret.
    pub definition: Value,
    /// Its secret.
    pub secret: Option<Secret>,
    /// The newest version of a statement, counted from 1; else 0.
    pub version: i64,
}

/// A whole account file, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountFile {
    /// `[account]` and `[mail]`.
    pub settings: AccountSettings,
    /// Everything else, kind by kind in the order of [`ItemKind`], each in the order of the file.
    pub items: Vec<Item>,
    /// What is allowed, but worth a second look.
    pub hints: Vec<Fault>,
    /// The name of the file, for messages.
    pub file_name: String,
}

/// Names are told apart like this, here as in [`model::AccountSnapshot`].
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
