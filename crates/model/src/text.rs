//! Text that a person reads: one string, or a table by language.

use std::collections::BTreeMap;

/// A language tag, as written in the account file and in `lang="…"` (`en`, `cy`, `ar`, `pt-BR`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Language(pub String);

impl Default for Language {
    fn default() -> Self {
        Self("en".into())
    }
}

/// Text for people: the same in every language, or one wording a language.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum LocalText {
    /// One wording, whatever the reader's language.
    One(String),
    /// A wording for each language.
    ByLanguage(BTreeMap<Language, String>),
}

impl Default for LocalText {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl From<&str> for LocalText {
    fn from(text: &str) -> Self {
        Self::One(text.into())
    }
}

impl LocalText {
    /// The wording for a language: that language, its base language (`pt` for `pt-BR`), `fallback`, English, any.
    pub fn pick(&self, language: &str, fallback: &str) -> &str {
        match self {
            Self::One(text) => text,
            Self::ByLanguage(texts) => {
                let get = |l: &str| texts.iter().find(|(k, _)| k.0.eq_ignore_ascii_case(l)).map(|(_, v)| v);
                let base = language.split('-').next().unwrap_or(language);
                get(language)
                    .or_else(|| get(base))
                    .or_else(|| get(fallback))
                    .or_else(|| get("en"))
                    .or_else(|| texts.values().next())
                    .map_or("", String::as_str)
            }
        }
    }

    /// The languages there is a wording for; `None` when one text serves all.
    pub fn languages(&self) -> Option<impl Iterator<Item = &Language>> {
        match self {
            Self::One(_) => None,
            Self::ByLanguage(texts) => Some(texts.keys()),
        }
    }

    /// Every wording.
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::ByLanguage(texts) => texts.values().map(String::as_str).collect(),
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.all().iter().all(|t| t.is_empty())
    }
}
