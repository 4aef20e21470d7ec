//! Bounces in words only, as qmail writes them (QSBMF) and older Exim did.

use intake::{ReportedRecipient, Said};

use super::status;

/// Beginnings of the copy of the mail, which is not part of the report.
const COPIES: &[&str] =
    &["--- Below this line", "------ This is a copy", "--- The header of the original", "--- Enclosed"];
/// Words about an address that no code comes with.
const UNKNOWN: &[&str] = &["unrouteable address", "unknown user", "user unknown", "no such user", "does not exist"];

/// What words say of an address.
pub(super) fn of_words(words: &str) -> Said {
    let lower = words.to_lowercase();
    let unknown = !status::has_code(words) && UNKNOWN.iter().any(|w| lower.contains(w));
    if unknown { Said::Hard } else { status::failure("", words) }
}

/// What a text says of whom; `None` when it is no bounce. `failed`: the header `X-Failed-Recipients`.
pub(super) fn recipients(text: &str, failed: Option<&str>) -> Option<Vec<ReportedRecipient>> {
    let end = COPIES.iter().filter_map(|copy| text.find(copy)).min().unwrap_or(text.len());
    let text = &text[..end];
    if let Some(failed) = failed {
        let addresses = failed.split(',').filter_map(status::address);
        let found: Vec<_> =
            addresses.map(|address| ReportedRecipient { addresses: vec![address], said: of_words(text) }).collect();
        return (!found.is_empty()).then_some(found);
    }
    if !text.trim_start().starts_with("Hi. This is") {
        return None;
    }
    let text = text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").map(str::trim);
    let found = paragraphs.filter_map(|paragraph| {
        let (first, words) = paragraph.split_once('\n')?;
        let address = first.trim().strip_prefix('<')?.strip_suffix(">:")?;
        Some(ReportedRecipient { addresses: vec![address.to_owned()], said: of_words(words) })
    });
    Some(found.collect::<Vec<_>>()).filter(|found| !found.is_empty())
}
