//! The words of pages, from the Fluent files in `locales/`. A message that a language lacks falls
//! back to English. Dates and numbers follow the locale; the little they need lives in the same files, because the
//! data of a full calendar library would weigh more than the program.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The languages that ship, English first: tag and pages.
pub(crate) const SOURCES: &[(&str, &str)] = &[
    ("en", include_str!("../../locales/en/pages.ftl")),
    ("cy", include_str!("../../locales/cy/pages.ftl")),
    ("fr", include_str!("../../locales/fr/pages.ftl")),
    ("de", include_str!("../../locales/de/pages.ftl")),
    ("es", include_str!("../../locales/es/pages.ftl")),
    ("ar", include_str!("../../locales/ar/pages.ftl")),
];

struct Locale {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static LOCALES: LazyLock<Vec<Locale>> = LazyLock::new(|| SOURCES.iter().map(load).collect());

fn load((tag, pages): &(&'static str, &'static str)) -> Locale {
    let id: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks keep names in their own direction. Where text and names run the same way they only get between
    // a reader and a search.
    bundle.set_use_isolating(*tag == "ar");
    // The files are part of the program and a test reads each of them; what parses in a broken one still serves.
    let resource = FluentResource::try_new((*pages).to_owned()).unwrap_or_else(|(partial, _)| partial);
    let _ = bundle.add_resource(resource);
    Locale { tag, bundle }
}

/// The words of one language. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Texts(&'static Locale);

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Texts({})", self.0.tag)
    }
}

impl Texts {
    /// The words for a language tag: that language, its base language (`en` for `en-GB`), else English.
    pub fn of(language: &str) -> Self {
        let base = language.split('-').next().unwrap_or(language);
        Self(LOCALES.iter().find(|l| l.tag.eq_ignore_ascii_case(base)).unwrap_or(&LOCALES[0]))
    }

    /// The languages that ship, English first.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SOURCES.iter().map(|(tag, _)| *tag)
    }

    /// The tag for `lang="…"`.
    pub fn tag(self) -> &'static str {
        self.0.tag
    }

    /// `ltr` or `rtl`.
    pub fn dir(self) -> &'static str {
        if self.get("dir") == "rtl" { "rtl" } else { "ltr" }
    }

    /// A message without placeholders.
    pub fn get(self, key: &str) -> String {
        self.format(key, None)
    }

    /// A message with one placeholder.
    pub fn one(self, key: &str, name: &str, value: &str) -> String {
        self.with(key, &[(name, value)])
    }

    /// A message with placeholders.
    pub fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, *value);
        }
        self.format(key, Some(&args))
    }

    /// A message whose wording depends on a count.
    pub fn count(self, key: &str, name: &str, count: u64) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set(name, FluentValue::from(count));
        self.format(key, Some(&args))
    }

    /// The label of a built-in field, by SystemName.
    pub fn field_label(self, system_name: &str) -> Option<String> {
        self.find(&format!("field-{system_name}"), None)
    }

    /// A day of the canonical form `yyyy-mm-dd` (anything behind it is left out) as people write it; any other text
    /// stays as it is.
    pub fn date(self, canonical: &str) -> String {
        let part = |from: usize, to: usize| canonical.get(from..to).and_then(|t| t.parse::<u16>().ok());
        match (part(0, 4), part(5, 7), part(8, 10)) {
            (Some(year), Some(month @ 1..=12), Some(day)) => {
                let mut args = FluentArgs::with_capacity(3);
                args.set("day", FluentValue::from(day));
                args.set("month", self.get(&format!("month-{month}")));
                args.set("year", year.to_string());
                // Marks inside would hide the month from whoever sets the direction of the whole.
                unmarked(&self.format("date", Some(&args)))
            }
            _ => canonical.to_owned(),
        }
    }

    /// A number of the canonical form (`-1234.5`) with the locale's signs.
    pub fn number(self, canonical: &str) -> String {
        let (sign, digits) = canonical.strip_prefix('-').map_or(("", canonical), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        if whole.is_empty() || !whole.bytes().chain(fraction.unwrap_or("").bytes()).all(|b| b.is_ascii_digit()) {
            return canonical.to_owned();
        }
        let group = self.get("number-group");
        // Spanish leaves numbers of four digits together (CLDR, minimumGroupingDigits).
        let least = if self.0.tag == "es" { 5 } else { 4 };
        let mut out = sign.to_owned();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() >= least {
                out.push_str(&group);
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push_str(&self.get("number-decimal"));
            out.push_str(fraction);
        }
        out
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.find(key, args).or_else(|| Self(&LOCALES[0]).find(key, args)).unwrap_or_else(|| key.to_owned())
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.0.bundle.get_message(key)?.value()?;
        // A placeholder without a value shows its name; that is better than no page.
        Some(self.0.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }
}

/// Without marks of direction.
pub(super) fn unmarked(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_written_as_people_there_write_them() {
        for (language, date, number) in [
            ("en", "1 February 2016", "1,234,567.5"),
            ("en-GB", "1 February 2016", "1,234,567.5"),
            ("cy", "1 Chwefror 2016", "1,234,567.5"),
            ("fr", "1er février 2016", "1\u{202f}234\u{202f}567,5"),
            ("de", "1. Februar 2016", "1.234.567,5"),
            ("es", "1 de febrero de 2016", "1.234.567,5"),
            ("pt", "1 February 2016", "1,234,567.5"),
        ] {
            assert_eq!(Texts::of(language).date("2016-02-01"), date);
            assert_eq!(Texts::of(language).number("1234567.5"), number);
        }
        assert_eq!(Texts::of("ar").date("2016-02-01"), "1 فبراير 2016");
        assert_eq!(Texts::of("es").number("-1234"), "-1234");
        assert_eq!(Texts::of("en").number("-1234"), "-1,234");
        assert_eq!(Texts::of("en").number("12a"), "12a");
        assert_eq!(Texts::of("en").date("soon"), "soon");
        assert_eq!(Texts::of("en").date("2016-13-01"), "2016-13-01");
    }

    #[test]
    fn counts_choose_the_wording() {
        let en = Texts::of("en");
        assert_eq!(en.count("faults-title", "count", 1), "There is a problem");
        assert_eq!(en.count("faults-title", "count", 3), "There are 3 problems");
        assert_eq!(Texts::of("ar").count("faults-title", "count", 2), "هناك مشكلتان");
    }

    #[test]
    fn a_missing_message_shows_its_key() {
        assert_eq!(Texts::of("cy").get("no-such-message"), "no-such-message");
    }
}
