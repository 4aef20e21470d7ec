//! `[[statement]]`: wordings that a contact agrees to.

use model::{Basis, Channel, Statement};

use super::Context;
use crate::items::ItemKind;
use crate::names::Names;
use crate::reader::{Lines, Table};
use crate::shapes;

const CHANNELS: &[(&str, Channel)] = &[
    ("email", Channel::Email),
    ("post", Channel::Post),
    ("sms", Channel::Sms),
    ("phone", Channel::Phone),
    ("other", Channel::Other),
];
const BASES: &[(&str, Basis)] = &[("consent", Basis::Consent), ("legitimate_interest", Basis::LegitimateInterest)];

pub(crate) fn read(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut ids = Names::new("statement's spektrix_id");
    for mut t in file.tables("statement", "[[statement]]") {
        t.need(&["key", "text", "channel"]);
        let key = t.checked("key", shapes::id);
        let spektrix_id = t.checked("spektrix_id", shapes::id);
        let text = t.words("text", Lines::Many);
        let channel = t.one_of("channel", CHANNELS);
        let basis = t.one_of("basis", BASES);
        let web = t.boolean("web").unwrap_or(false);
        let linked_to_email = t.boolean("linked_to_email").unwrap_or(false);
        if let (Some(channel), Some(basis)) = (&channel, &basis) {
            let fits = basis.value == Basis::Consent || matches!(channel.value, Channel::Post | Channel::Phone);
            if !fits {
                let message = "`basis` cannot be legitimate_interest here: only for the channels post and phone";
                t.report.fault(basis.at, message);
            }
        }
        if let Some(id) = &spektrix_id {
            ids.claim(context.report, id);
        }
        if let Some(key) = key {
            context.statements.claim(context.report, &key);
            if let (Some(text), Some(channel)) = (text, channel) {
                let model = Statement {
                    key: key.value.clone(),
                    spektrix_id: spektrix_id.map(|id| id.value).unwrap_or_default(),
                    text: text.text,
                    channel: channel.value,
                    basis: basis.map_or(Basis::Consent, |b| b.value),
                    web,
                    linked_to_email,
                };
                context.push(ItemKind::Statement, key.value, t.at, &model, None);
            }
        }
        t.finish();
    }
}
