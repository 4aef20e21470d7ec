//! Which language a page speaks: what the form says, else what the browser asks for, else the account's.

use model::{AccountSettings, AccountSnapshot, LocalText, ResolvedForm};

use super::texts::Texts;

/// What is known about the reader's language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Chosen on the page itself (`?language=cy`, or the hidden input that keeps it).
    pub chosen: Option<&'a str>,
    /// The header `Accept-Language`.
    pub accept: Option<&'a str>,
}

/// The words for a page that shows no form.
pub fn for_page(settings: &AccountSettings, asked: Asked<'_>) -> Texts {
    let all: Vec<&'static str> = Texts::shipped().collect();
    choose(&all, None, asked, &settings.language.0)
}

/// The words for a page where no account is known.
pub fn for_nobody(asked: Asked<'_>) -> Texts {
    let all: Vec<&'static str> = Texts::shipped().collect();
    choose(&all, None, asked, "en")
}

/// The words for a form, and the languages it is offered in.
pub fn for_form(account: &AccountSnapshot, form: &ResolvedForm, asked: Asked<'_>) -> (Texts, Vec<&'static str>) {
    let offered = offered(account, form);
    let own = form.form.language.as_ref().map(|l| l.0.as_str());
    (choose(&offered, own, asked, &account.settings.language.0), offered)
}

/// The languages a form is offered in: those that every one of its statements is worded in, or all that ship when it
/// has none. A wording without a language is in the form's own language, else the account's.
fn offered(account: &AccountSnapshot, form: &ResolvedForm) -> Vec<&'static str> {
    let default = form.form.language.as_ref().unwrap_or(&account.settings.language);
    let wordings: Vec<&LocalText> =
        form.statements.iter().filter_map(|id| Some(&account.statement(*id)?.0.text)).collect();
    let worded = |text: &LocalText, tag: &str| match text.languages() {
        Some(mut languages) => languages.any(|l| base(&l.0).eq_ignore_ascii_case(tag)),
        None => base(&default.0).eq_ignore_ascii_case(tag),
    };
    Texts::shipped().filter(|tag| wordings.iter().all(|text| worded(text, tag))).collect()
}

fn choose(offered: &[&'static str], own: Option<&str>, asked: Asked<'_>, last: &str) -> Texts {
    let find = |tag: &str| offered.iter().copied().find(|o| o.eq_ignore_ascii_case(base(tag)));
    let found = own
        .and_then(find)
        .or_else(|| asked.chosen.and_then(find))
        .or_else(|| accepted(asked.accept.unwrap_or_default()).iter().find_map(|tag| find(tag)))
        .or_else(|| find(last))
        .or_else(|| offered.first().copied());
    // Worded in no language that ships: the words around it are the account's.
    Texts::of(found.unwrap_or(last))
}

/// The tags of `Accept-Language`, best first (RFC 9110, section 12.5.4; those with `q=0` are left out, and `*` says
/// nothing that the fallback does not). No crate is used: `fluent-langneg` ignores the q-values.
fn accepted(header: &str) -> Vec<&str> {
    let mut tags: Vec<(u16, &str)> = header
        .split(',')
        .take(50)
        .filter_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let tag = pieces.next().filter(|t| !t.is_empty() && *t != "*")?;
            let quality =
                pieces.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(1000, thousandths);
            (quality > 0).then_some((quality, tag))
        })
        .collect();
    tags.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

fn thousandths(text: &str) -> u16 {
    match text.trim().parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        _ => 0,
    }
}

fn base(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_values_decide_the_order() {
        for (header, order) in [
            ("", vec![]),
            ("cy", vec!["cy"]),
            ("en;q=0.5, fr-CH, de;q=0.9, *;q=0.1", vec!["fr-CH", "de", "en"]),
            ("en;q=0, cy;q=0.001", vec!["cy"]),
            ("fr ; q=0.3 ,es;q=0.8", vec!["es", "fr"]),
            ("de;q=2, ar;q=x, es", vec!["es"]),
            (",,;q=1", vec![]),
        ] {
            assert_eq!(accepted(header), order, "{header}");
        }
    }

    #[test]
    fn the_form_then_the_reader_then_the_account_decide() {
        let all: Vec<_> = Texts::shipped().collect();
        let asked = |chosen, accept| Asked { chosen, accept };
        for (offered, own, asked, last, found) in [
            (&all[..], Some("cy"), asked(Some("fr"), Some("de")), "es", "cy"),
            (&all[..], None, asked(Some("fr"), Some("de")), "es", "fr"),
            (&all[..], None, asked(Some("xx"), Some("nl, de-AT;q=0.4")), "es", "de"),
            (&all[..], None, asked(None, Some("nl")), "es", "es"),
            (&all[..], None, asked(None, None), "pt", "en"),
            (&["en", "cy"], None, asked(None, Some("fr, cy;q=0.2")), "fr", "cy"),
            (&["en", "cy"], Some("de"), asked(None, Some("fr")), "fr", "en"),
            (&[], None, asked(None, Some("fr")), "de", "de"),
        ] {
            assert_eq!(choose(offered, own, asked, last).tag(), found, "{own:?} {asked:?}");
        }
    }
}
