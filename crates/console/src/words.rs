//! The words of the console, from the Fluent files in `locales/`. What a language lacks is said in English.

use std::sync::LazyLock;

use doors::pages::Texts;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use model::{LocalText, Timestamp};
use unic_langid::LanguageIdentifier;

/// The languages that ship, English first: tag, own name, words.
pub(crate) const SOURCES: &[(&str, &str, &str)] = &[
    ("en", "English", include_str!("../locales/en/console.ftl")),
    ("cy", "Cymraeg", include_str!("../locales/cy/console.ftl")),
];

struct Locale {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static LOCALES: LazyLock<Vec<Locale>> = LazyLock::new(|| SOURCES.iter().map(load).collect());

fn load((tag, _, words): &(&'static str, &'static str, &'static str)) -> Locale {
    let id: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Both languages run the same way as the names in them.
    bundle.set_use_isolating(false);
    // The files are part of the program and a test reads each of them; what parses in a broken one still serves.
    let resource = FluentResource::try_new((*words).to_owned()).unwrap_or_else(|(partial, _)| partial);
    let _ = bundle.add_resource(resource);
    Locale { tag, bundle }
}

/// The words of one language. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Words(&'static Locale);

impl Words {
    /// The words for who chose a language, or else asks with `Accept-Language`. Its order decides; its weights do not:
    /// two languages are too few to weigh.
    pub(crate) fn asked(chosen: Option<&str>, accept: &str) -> Self {
        let asked = accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        let find = |tag: &str| {
            let base = tag.split('-').next().unwrap_or(tag);
            LOCALES.iter().find(|l| l.tag.eq_ignore_ascii_case(base))
        };
        let found = chosen.into_iter().chain(asked).find_map(find);
        Self(found.unwrap_or(&LOCALES[0]))
    }

    pub(crate) fn tag(self) -> &'static str {
        self.0.tag
    }

    /// A message without placeholders.
    pub(crate) fn get(self, key: &str) -> String {
        self.format(key, None)
    }

    /// A message with one placeholder.
    pub(crate) fn one(self, key: &str, name: &str, value: &str) -> String {
        self.with(key, &[(name, value)])
    }

    /// A message with placeholders.
    pub(crate) fn with(self, key: &str, pairs: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(pairs.len());
        for (name, value) in pairs {
            args.set((*name).to_owned(), FluentValue::from((*value).to_owned()));
        }
        self.format(key, Some(&args))
    }

    /// A message whose wording depends on a count.
    pub(crate) fn count(self, key: &str, count: i64) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set("count", FluentValue::from(count));
        args.set("shown", FluentValue::from(self.number(count)));
        self.format(key, Some(&args))
    }

    /// A message that may be missing.
    pub(crate) fn known(self, key: &str) -> Option<String> {
        self.find(key, None).or_else(|| Self(&LOCALES[0]).find(key, None))
    }

    /// One of a family of words: `of("door", "sentori")` is the message `door-sentori`, else the name itself.
    pub(crate) fn of(self, family: &str, name: &str) -> String {
        self.known(&format!("{family}-{}", name.replace(['_', '.'], "-"))).unwrap_or_else(|| name.to_owned())
    }

    /// A number with the locale's signs.
    pub(crate) fn number(self, number: i64) -> String {
        Texts::of(self.0.tag).number(&number.to_string())
    }

    /// A day as people write it.
    pub(crate) fn day(self, at: Timestamp) -> String {
        Texts::of(self.0.tag).date(&at.to_rfc3339())
    }

    /// A moment as people write it, in UTC.
    pub(crate) fn when(self, at: Timestamp) -> String {
        let text = at.to_rfc3339();
        format!("{}, {}", Texts::of(self.0.tag).date(&text), text.get(11..16).unwrap_or_default())
    }

    /// The same, shorter, for lists.
    pub(crate) fn short(self, at: Timestamp) -> String {
        let text = at.to_rfc3339();
        let part = |from, to| text.get(from..to).unwrap_or_default();
        let month = self.get(&format!("month-short-{}", part(5, 7)));
        format!("{} {month} {}, {}", part(8, 10).trim_start_matches('0'), part(0, 4), part(11, 16))
    }

    /// A text of the account's in this language, else in the account's own.
    pub(crate) fn pick(self, text: &LocalText, fallback: &str) -> String {
        text.pick(self.0.tag, fallback).to_owned()
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.find(key, args).or_else(|| Self(&LOCALES[0]).find(key, args)).unwrap_or_else(|| key.to_owned())
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.0.bundle.get_message(key)?.value()?;
        Some(self.0.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.0.tag)
    }
}
