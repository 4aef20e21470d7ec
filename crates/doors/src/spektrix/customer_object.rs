//! A customer as clients read one: fifteen keys in the vendor's order, then the attributes, then what `$expand` adds.

use std::collections::HashMap;

use jiff::civil::Date;
use model::{AccountSnapshot, FieldId, StatementId, TagId};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Mode;
use super::addresses::Address;
use super::attributes::{self, OutputValue};
use super::lists::{self, StatementObject, TagObject};

/// What `$expand` asks for. Unknown names are ignored: one client sends `$expand=1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expand {
    /// `tags`.
    pub tags: bool,
    /// `AllStatements`.
    pub all_statements: bool,
    /// `agreedStatements`.
    pub agreed_statements: bool,
    /// `addresses`.
    pub addresses: bool,
    /// `billingAddress`.
    pub billing_address: bool,
    /// `deliveryAddress`.
    pub delivery_address: bool,
    /// `subscriptions`.
    pub subscriptions: bool,
}

impl Expand {
    /// Reads the parameter's value: names in any case, separated by commas.
    pub fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for name in text.split(',') {
            match name.trim().to_ascii_lowercase().as_str() {
                "tags" => found.tags = true,
                "allstatements" => found.all_statements = true,
                "agreedstatements" => found.agreed_statements = true,
                "addresses" => found.addresses = true,
                "billingaddress" => found.billing_address = true,
                "deliveryaddress" => found.delivery_address = true,
                "subscriptions" => found.subscriptions = true,
                _ => {}
            }
        }
        found
    }
}

/// Everything about a customer that an answer can show.
#[derive(Clone, Copy, Debug)]
pub struct Customer<'a> {
    /// The vendor id, `I-XXXX-XXXX`.
    pub id: &'a str,
    /// The address as first given.
    pub email: &'a str,
    /// Values by field, in canonical text.
    pub values: &'a [(FieldId, String)],
    /// Whether a login password exists.
    pub password_set: bool,
    /// Tags, oldest first. Read only for `$expand`.
    pub tags: &'a [TagId],
    /// Statements answered yes. Read only for `$expand`.
    pub agreed: &'a [StatementId],
    /// Postal addresses, oldest first.
    pub addresses: &'a [Address],
}

/// A customer on its way out.
#[derive(Clone, Copy, Debug)]
pub struct CustomerObject<'a> {
    /// The person.
    pub customer: Customer<'a>,
    /// The account of the URL.
    pub account: &'a AccountSnapshot,
    /// Who reads.
    pub mode: Mode,
    /// The current day, for the age.
    pub today: Date,
    /// What to add.
    pub expand: Expand,
}

impl CustomerObject<'_> {
    /// The JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        // Writing to memory cannot fail, and every key is a string.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A link to an address, or the whole of it.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum AddressLink<'a> {
    Id { id: &'a str },
    Full(&'a Address),
}

impl<'a> AddressLink<'a> {
    fn to(address: Option<&'a Address>, full: bool) -> Option<Self> {
        address.map(|a| if full { Self::Full(a) } else { Self::Id { id: &a.id } })
    }
}

impl Serialize for CustomerObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { customer, account, mode, today, expand } = *self;
        let values: HashMap<FieldId, &str> = customer.values.iter().map(|(id, v)| (*id, v.as_str())).collect();
        let built_in = |system_name: &str| {
            let built_in = model::BUILT_IN_FIELDS.iter().find(|b| b.system_name == system_name)?;
            values.get(&built_in.id).copied().filter(|v| !v.is_empty())
        };
        let birth_date = built_in("BirthDate").and_then(|d| d.parse::<Date>().ok());
        let (first, last) = (built_in("FirstName"), built_in("LastName"));
        let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let billing = customer.addresses.iter().find(|a| a.is_billing);
        let delivery = customer.addresses.iter().find(|a| a.is_delivery);

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("age", &birth_date.and_then(|d| age(d, today)))?;
        map.serialize_entry("billingAddress", &AddressLink::to(billing, expand.billing_address))?;
        map.serialize_entry("deliveryAddress", &AddressLink::to(delivery, expand.delivery_address))?;
        map.serialize_entry("birthDate", &birth_date.map(|d| format!("{d}T00:00:00")))?;
        map.serialize_entry("email", customer.email)?;
        map.serialize_entry("firstName", &first)?;
        map.serialize_entry("lastName", &last)?;
        map.serialize_entry("mobile", &built_in("MobilePhoneNumber"))?;
        map.serialize_entry("name", &name)?;
        map.serialize_entry("phone", &built_in("PhoneNumber"))?;
        map.serialize_entry("title", built_in("Title").unwrap_or(""))?;
        map.serialize_entry("passwordSet", &customer.password_set)?;
        map.serialize_entry("giftAidDeclarationRequired", &false)?;
        map.serialize_entry("id", customer.id)?;
        map.serialize_entry("creditBalance", &0)?;
        for (id, field) in mode.attributes(account) {
            let value = OutputValue { field, text: values.get(&id).copied() };
            map.serialize_entry(&attributes::output_key(account, field), &value)?;
        }
        if expand.tags {
            map.serialize_entry("tags", &tags(account, mode, customer.tags))?;
        }
        if expand.all_statements {
            map.serialize_entry("allStatements", &lists::statements(account, mode, customer.agreed))?;
        }
        if expand.agreed_statements {
            map.serialize_entry("agreedStatements", &agreed(account, mode, customer.agreed))?;
        }
        if expand.addresses {
            map.serialize_entry("addresses", customer.addresses)?;
        }
        if expand.subscriptions {
            map.serialize_entry("subscriptions", &[0; 0])?;
        }
        map.end()
    }
}

/// A customer's tags that this mode sees, as the tag calls answer them.
pub fn tags<'a>(account: &'a AccountSnapshot, mode: Mode, of_customer: &[TagId]) -> Vec<TagObject<'a>> {
    let known = of_customer.iter().filter_map(|id| account.tag(*id));
    known.filter(|tag| mode.sees_tag(account, tag)).map(TagObject::of).collect()
}

/// The statements a customer has agreed to, in the order of the settings, as the statement calls answer them.
pub fn agreed<'a>(account: &'a AccountSnapshot, mode: Mode, agreed: &[StatementId]) -> Vec<StatementObject<'a>> {
    let mut all = lists::statements(account, mode, agreed);
    all.retain(|s| s.agreed);
    all
}

/// Whole years from a birth date to today; none for a date to come. Someone born on 29 February is a year older on
/// 1 March of other years.
pub fn age(birth: Date, today: Date) -> Option<i16> {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    (birth <= today).then(|| today.year() - birth.year() - i16::from(!had_birthday))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn age_is_counted_in_whole_years() {
        for (birth, today, years) in [
            (date(1980, 1, 31), date(2020, 1, 30), Some(39)),
            (date(1980, 1, 31), date(2020, 1, 31), Some(40)),
            (date(2000, 2, 29), date(2021, 2, 28), Some(20)),
            (date(2000, 2, 29), date(2021, 3, 1), Some(21)),
            (date(2020, 5, 5), date(2020, 5, 5), Some(0)),
            (date(2020, 5, 6), date(2020, 5, 5), None),
        ] {
            assert_eq!(age(birth, today), years, "{birth} {today}");
        }
    }

    #[test]
    fn expand_takes_names_in_any_case_and_ignores_the_rest() {
        assert_eq!(Expand::parse("1"), Expand::default());
        let asked = Expand::parse("Tags, allSTATEMENTS,,nonsense");
        assert_eq!(asked, Expand { tags: true, all_statements: true, ..Expand::default() });
    }
}
