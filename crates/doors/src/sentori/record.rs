//! The contact record of v2.0: fixed keys first, in the vendor's order, then every other field (reference,
//! section 11).

use model::{AccountSnapshot, FieldKind, Timestamp};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use store::Contact;

/// A contact as v2.0 shows it.
pub(super) struct Record<'a> {
    pub(super) account: &'a AccountSnapshot,
    pub(super) contact: &'a Contact,
}

/// `yyyy-MM-ddTHH:mm:ss`, UTC, no zone and no fraction.
fn timestamp(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

impl Record<'_> {
    fn value(&self, name: &str) -> Value {
        let Some((id, field)) = self.account.field_by_name(name) else { return Value::Null };
        let kept = self.contact.values.iter().find(|(f, _)| *f == id).map(|(_, v)| v.as_str());
        kept.map_or(Value::Null, |text| typed(field.kind, text))
    }
}

/// A canonical text in its field's JSON type.
fn typed(kind: FieldKind, text: &str) -> Value {
    match kind {
        FieldKind::Boolean => Value::Bool(text == "true"),
        FieldKind::WholeNumber => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        FieldKind::Decimal | FieldKind::Currency => {
            text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from)
        }
        FieldKind::Date => Value::from(format!("{text}T00:00:00")),
        FieldKind::Text | FieldKind::LargeText | FieldKind::OptionList | FieldKind::CheckList => Value::from(text),
    }
}

const NAMED: [&str; 8] =
    ["CRMID", "Title", "FirstName", "LastName", "KnownAs", "CompanyName", "PhoneNumber", "MobilePhoneNumber"];

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = &self.contact.row;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("IsSuppressed", &row.suppressed_at.is_some())?;
        map.serialize_entry("IsBadEmailAddress", &row.bad_address_at.is_some())?;
        map.serialize_entry("SystemID", &row.id)?;
        for name in &NAMED[..5] {
            map.serialize_entry(name, &self.value(name))?;
        }
        map.serialize_entry("EmailAddress", &row.email)?;
        for name in &NAMED[5..] {
            map.serialize_entry(name, &self.value(name))?;
        }
        map.serialize_entry("CreatedSourceValue", &row.source)?;
        map.serialize_entry("CreatedIPAddress", &row.created_ip)?;
        map.serialize_entry("CreatedHttpReferrerUrl", &row.created_referrer)?;
        map.serialize_entry("CreatedTimestamp", &timestamp(row.created_at))?;
        map.serialize_entry("ModifiedTimestamp", &timestamp(row.modified_at))?;
        map.serialize_entry("IsConfirmed", &row.confirmed_at.is_some())?;
        map.serialize_entry("IsBadMobilePhoneNumber", &false)?;
        for (_, field) in &self.account.fields {
            if !NAMED.contains(&field.system_name.as_str()) {
                map.serialize_entry(&field.system_name, &self.value(&field.system_name))?;
            }
        }
        map.end()
    }
}
