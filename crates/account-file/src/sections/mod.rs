//! The parts of the account file, one module each; what they learn for each other is in [`Context`].

pub(crate) mod account;
pub(crate) mod automations;
pub(crate) mod callers;
pub(crate) mod fields;
pub(crate) mod forms;
pub(crate) mod guard;
pub(crate) mod marks;
pub(crate) mod statements;

use std::collections::HashMap;

use model::{AccountSettings, Secret};

use crate::items::{Item, ItemKind, folded};
use crate::merge_fields::{MergeContext, check_merge_fields, line_of};
use crate::mjml::{check_mjml, is_mjml};
use crate::names::Names;
use crate::reader::Words;
use crate::report::Report;

/// What has been read so far.
pub(crate) struct Context<'a> {
    pub report: &'a Report<'a>,
    pub settings: AccountSettings,
    pub items: Vec<Item>,
    pub fields: Names,
    /// Fields by folded name, also the built-in ones: the name as written, and whether people may set it.
    pub field_on_forms: HashMap<String, (String, bool)>,
    pub tags: Names,
    pub lists: Names,
    pub statements: Names,
    pub automations: Names,
}

impl<'a> Context<'a> {
    pub fn new(report: &'a Report<'a>, settings: AccountSettings) -> Self {
        let built_in =
            model::BUILT_IN_FIELDS.iter().map(|b| (folded(b.system_name), (b.system_name.to_owned(), b.on_forms)));
        Self {
            report,
            settings,
            items: Vec::new(),
            fields: Names::new("field"),
            field_on_forms: built_in.collect(),
            tags: Names::new("tag"),
            lists: Names::new("mailing list"),
            statements: Names::new("statement"),
            automations: Names::new("automation"),
        }
    }

    /// Takes an item; its position is its place among its kind so far.
    pub fn push(
        &mut self,
        kind: ItemKind,
        name: String,
        at: usize,
        model: &impl serde::Serialize,
        secret: Option<Secret>,
    ) {
        let position = self.items.iter().filter(|i| i.kind == kind).count() as i64;
        // The model's structs have string keys and plain values only, so they always become JSON.
        let definition = serde_json::to_value(model).unwrap_or_default();
        self.items.push(Item { kind, name, position, definition, secret, place: self.report.place(at) });
    }

    /// Reports merge fields that the account does not know.
    pub fn check_template(&self, key: &str, words: Option<&Words>, context: MergeContext) {
        let fields: Vec<&str> = self.field_on_forms.values().map(|(name, _)| name.as_str()).collect();
        for wording in words.iter().flat_map(|w| &w.wordings) {
            for fault in check_merge_fields(&wording.value, context, &fields) {
                self.report.fault(wording.at, format!("`{key}` {fault}"));
            }
            if key.ends_with("html")
                && is_mjml(&wording.value)
                && let Err((at, fault)) = check_mjml(&wording.value)
            {
                self.report.fault(wording.at, format!("`{key}` {fault}{}", line_of(&wording.value, at)));
            }
        }
    }
}
