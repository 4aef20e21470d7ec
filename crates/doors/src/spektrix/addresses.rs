//! Postal addresses of a customer.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::countries::{self, Country};
use super::customer::text_of;
use super::wire::{self, BodyFault, InputFault, Invalid, Json};

const LINE_MOST: usize = 255;
const POSTCODE_MOST: usize = 20;
/// As many addresses one call may bring.
const MOST_AT_ONCE: usize = 20;
const LINES: [&str; 5] = ["Line1", "Line2", "Line3", "Line4", "Line5"];

/// One address as kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Vendor id, long form.
    pub id: String,
    /// Whether bills go here.
    pub is_billing: bool,
    /// Whether parcels go here.
    pub is_delivery: bool,
    /// What is written on it.
    pub parts: Parts,
}

/// What is written on an address, also as it is kept. Blank parts are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Parts {
    /// ISO code, upper case.
    pub country: String,
    /// State or province.
    pub administrative_division: Option<String>,
    /// Whom or what it is for.
    pub name: Option<String>,
    /// Street and the like; the first is required.
    pub lines: [Option<String>; 5],
    /// Town; required.
    pub town: Option<String>,
    /// Required where the country says so.
    pub postcode: Option<String>,
}

/// Addresses as sent: one, or several in an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAddresses {
    /// In the order sent.
    pub addresses: Vec<Parts>,
    /// Whether one came alone, so that the answer is one object too.
    pub single: bool,
}

impl GivenAddresses {
    /// Reads the body of `POST` or `PUT addresses`. Flags and ids in it are ignored: [`assign_flags`] decides. All
    /// faults are reported, address by address.
    pub fn parse(body: &[u8]) -> Result<Self, InputFault> {
        let (items, single) = match wire::parse(body)? {
            Json::Array(items) if items.len() <= MOST_AT_ONCE => (items, false),
            object @ Json::Object(_) => (vec![object], true),
            _ => return Err(BodyFault::WrongShape.into()),
        };
        let mut faults = Vec::new();
        let mut addresses = Vec::with_capacity(items.len());
        for item in &items {
            if !matches!(item, Json::Object(_)) {
                return Err(BodyFault::WrongShape.into());
            }
            let mut parts = Parts::default();
            let country = read_country(item, &mut faults);
            parts.country = country.map_or_else(String::new, |c| c.iso_code.to_owned());
            parts.read_texts(item, &mut faults);
            let division = &mut parts.administrative_division;
            read_text(item, "AdministrativeDivision", LINE_MOST, division, &mut faults);
            parts.check(country, &mut faults);
            addresses.push(parts);
        }
        if faults.is_empty() { Ok(Self { addresses, single }) } else { Err(InputFault::Invalid(faults)) }
    }
}

impl Parts {
    /// Reads the body of `PATCH addresses/{id}` into a changed copy: absent keys stay, `null` or blank clears. Country
    /// and administrative division cannot be changed and are ignored, as are the flags.
    pub fn patched(&self, body: &[u8]) -> Result<Self, InputFault> {
        let item = match wire::parse(body)? {
            // A published client puts every payload into an array of one.
            Json::Array(mut items) if items.len() == 1 => items.remove(0),
            item => item,
        };
        if !matches!(item, Json::Object(_)) {
            return Err(BodyFault::WrongShape.into());
        }
        let mut faults = Vec::new();
        let mut parts = self.clone();
        parts.read_texts(&item, &mut faults);
        parts.check(countries::find(&self.country), &mut faults);
        if faults.is_empty() { Ok(parts) } else { Err(InputFault::Invalid(faults)) }
    }

    fn read_texts(&mut self, item: &Json<'_>, faults: &mut Vec<Invalid>) {
        let mut take = |key: &str, most, into: &mut Option<String>| read_text(item, key, most, into, faults);
        take("Name", LINE_MOST, &mut self.name);
        for (key, line) in LINES.iter().zip(&mut self.lines) {
            take(key, LINE_MOST, line);
        }
        take("Town", LINE_MOST, &mut self.town);
        take("Postcode", POSTCODE_MOST, &mut self.postcode);
    }

    fn check(&self, country: Option<&Country>, faults: &mut Vec<Invalid>) {
        let postcode_required = country.is_some_and(|c| c.postcode_required);
        let missing = [
            ("Line1", self.lines[0].is_none()),
            ("Town", self.town.is_none()),
            ("Postcode", postcode_required && self.postcode.is_none()),
        ];
        for (key, missing) in missing {
            // A part that was sent and does not fit is not reported a second time as missing.
            if missing && !faults.iter().any(|f| f.key == key) {
                faults.push(Invalid::required(key));
            }
        }
    }
}

/// Leaves `into` alone when the key is absent, or its value does not fit, which is then reported.
fn read_text(item: &Json<'_>, key: &str, most: usize, into: &mut Option<String>, faults: &mut Vec<Invalid>) {
    match item.get(key).map(|value| text_of(key, most, value.clone())) {
        None => {}
        Some(Ok(text)) => *into = text.map(Cow::into_owned),
        Some(Err(fault)) => faults.push(fault),
    }
}

/// A country comes as its code, or as the object that answers show.
fn read_country(item: &Json<'_>, faults: &mut Vec<Invalid>) -> Option<&'static Country> {
    let value = match item.get("country") {
        Some(object @ Json::Object(_)) => object.get("isoCode"),
        other => other,
    };
    let found = match value {
        None | Some(Json::Null) => Err(Invalid::required("Country")),
        Some(Json::Text(code)) if code.trim().is_empty() => Err(Invalid::required("Country")),
        Some(Json::Text(code)) => countries::find(code).ok_or_else(|| Invalid::value("Country", code)),
        Some(other) => Err(Invalid::value("Country", other.shown())),
    };
    found.map_err(|fault| faults.push(fault)).ok()
}

/// Sees that exactly one address of a record is for bills and one for parcels: the ones that are so already, else the
/// oldest. A later address never takes a flag over.
pub fn assign_flags(addresses: &mut [Address]) {
    keep_one(addresses, |a| &mut a.is_billing);
    keep_one(addresses, |a| &mut a.is_delivery);
}

fn keep_one(addresses: &mut [Address], flag: impl Fn(&mut Address) -> &mut bool) {
    let kept = addresses.iter_mut().position(|a| *flag(a)).unwrap_or(0);
    for (at, address) in addresses.iter_mut().enumerate() {
        *flag(address) = at == kept;
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        struct CountryLink<'a> {
            iso_code: &'a str,
            name: &'a str,
        }
        let code = self.parts.country.as_str();
        let country = CountryLink { iso_code: code, name: countries::find(code).map_or("", |c| c.name) };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("isBilling", &self.is_billing)?;
        map.serialize_entry("isDelivery", &self.is_delivery)?;
        map.serialize_entry("country", &country)?;
        map.serialize_entry("administrativeDivision", &self.parts.administrative_division)?;
        map.serialize_entry("name", &self.parts.name)?;
        for (key, line) in ["line1", "line2", "line3", "line4", "line5"].iter().zip(&self.parts.lines) {
            map.serialize_entry(key, line)?;
        }
        map.serialize_entry("town", &self.parts.town)?;
        map.serialize_entry("postcode", &self.parts.postcode)?;
        map.end()
    }
}
