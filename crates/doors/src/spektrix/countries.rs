//! Countries, for addresses: `GET countries` and what an address of each needs.

use std::sync::LazyLock;

use serde::Serialize;

/// A country as clients read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Country {
    /// ISO 3166-1, two letters.
    pub iso_code: &'static str,
    /// The usual English name.
    pub name: &'static str,
    /// Whether an address must have a postcode.
    pub postcode_required: bool,
    /// Place at the head of a list, from 1; 0 for the rest, which follow by name.
    pub display_priority: u32,
    /// States or provinces, where addresses name them.
    pub administrative_divisions: &'static [&'static str],
}

const TABLE: &str = include_str!("countries.tsv");

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let mut all: Vec<Country> = TABLE.lines().filter(|l| !l.starts_with('#')).filter_map(read).collect();
    all.sort_by_key(|c| (c.display_priority == 0, c.display_priority, c.name));
    all
});

fn read(line: &'static str) -> Option<Country> {
    let mut columns = line.split('\t');
    let iso_code = columns.next()?;
    Some(Country {
        iso_code,
        name: columns.next()?,
        postcode_required: columns.next()? == "Y",
        display_priority: columns.next()?.parse().unwrap_or(0),
        administrative_divisions: match iso_code {
            "AU" => AUSTRALIA,
            "CA" => CANADA,
            "US" => UNITED_STATES,
            _ => &[],
        },
    })
}

/// Every country: those with a display priority first, then by name.
pub fn all() -> &'static [Country] {
    &COUNTRIES
}

/// The country of a two-letter code, in any case.
pub fn find(iso_code: &str) -> Option<&'static Country> {
    all().iter().find(|c| c.iso_code.eq_ignore_ascii_case(iso_code.trim()))
}

const AUSTRALIA: &[&str] = &[
    "Australian Capital Territory",
    "New South Wales",
    "Northern Territory",
    "Queensland",
    "South Australia",
    "Tasmania",
    "Victoria",
    "Western Australia",
];

const CANADA: &[&str] = &[
    "Alberta",
    "British Columbia",
    "Manitoba",
    "New Brunswick",
    "Newfoundland and Labrador",
    "Northwest Territories",
    "Nova Scotia",
    "Nunavut",
    "Ontario",
    "Prince Edward Island",
    "Quebec",
    "Saskatchewan",
    "Yukon",
];

#[rustfmt::skip]
const UNITED_STATES: &[&str] = &[
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "District of Columbia", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri",
    "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina",
    "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota",
    "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_country_once() {
        assert_eq!(all().len(), 249);
        let codes: std::collections::HashSet<_> = all().iter().map(|c| c.iso_code).collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.iter().all(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase())));
        assert_eq!(all()[0].name, "United Kingdom");
    }

    #[test]
    fn countries_are_found_in_any_case_and_written_as_the_vendor_does() {
        let json = serde_json::to_string(find("gb").expect("known")).expect("JSON");
        let expected = r#"{"isoCode":"GB","name":"United Kingdom","postcodeRequired":true,"displayPriority":1,"administrativeDivisions":[]}"#;
        assert_eq!(json, expected);
        assert_eq!(find("US").map(|c| c.administrative_divisions.len()), Some(51));
        assert_eq!(find("XX"), None);
    }
}
