//! Advertising and web addresses in text. The phrases are whole phrases of two words and more, which no name is; there
//! are no lists of single words.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Phrases by their first word, in lower case.
static PHRASES: LazyLock<HashMap<&'static str, Vec<Vec<&'static str>>>> = LazyLock::new(|| {
    let mut by_first: HashMap<_, Vec<_>> = HashMap::new();
    for phrase in lines(include_str!("advertising_phrases.txt")) {
        let mut words = phrase.split(' ');
        if let Some(first) = words.next() {
            by_first.entry(first).or_default().push(words.collect());
        }
    }
    by_first
});

/// Units of money that stand beside a number.
const MONEY: [&str; 28] = [
    "usd",
    "eur",
    "gbp",
    "rub",
    "btc",
    "eth",
    "usdt",
    "bitcoin",
    "bitcoins",
    "dollars",
    "euros",
    "pounds",
    "руб",
    "рублей",
    "рубля",
    "ставок",
    "бонус",
    "грн",
    "тенге",
    "zł",
    "zl",
    "pln",
    "dolarów",
    "dólares",
    "reais",
    "rupees",
    "naira",
    "vnd",
];

/// Phrases of scripts that leave no space between words; whole ones, of which no name is made.
static UNSPACED: LazyLock<Vec<&str>> = LazyLock::new(|| lines(include_str!("unspaced_phrases.txt")).collect());

/// Words of advertising. None decides alone, as people are called Casino and Bonus; two different ones do.
static ADVERTISING: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(include_str!("advertising_words.txt")).collect());

/// Words that sentences are made of and names are not, in lower case. Two of them make a text of three words and more
/// read like a sentence.
static FUNCTION_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| lines(include_str!("function_words.txt")).collect());

/// The lines of a list, without its remarks.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'))
}

/// Whether a text holds an advertising phrase.
pub(super) fn has_phrase(text: &str) -> bool {
    let lower;
    let text = if text.chars().any(char::is_uppercase) {
        lower = text.to_lowercase();
        lower.as_str()
    } else {
        text
    };
    let mut rest = words(text);
    while let Some(word) = rest.next() {
        let Some(phrases) = PHRASES.get(word) else { continue };
        if phrases.iter().any(|more| rest.clone().take(more.len()).eq(more.iter().copied())) {
            return true;
        }
    }
    has_unspaced(text)
}

fn has_unspaced(text: &str) -> bool {
    if !text.chars().any(|c| matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')) {
        return false;
    }
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    UNSPACED.iter().any(|phrase| dense.contains(phrase))
}

/// Whether a text in lower case holds two different words of advertising.
pub(super) fn has_advertising_pair(lower: &str) -> bool {
    let mut found = words(lower).filter_map(|w| ADVERTISING.get(w).copied());
    found.next().is_some_and(|first| found.any(|other| other != first))
}

/// How many different words of sentences a text holds.
pub(super) fn function_words(text: &str) -> usize {
    let lower = text.to_lowercase();
    words(&lower).filter_map(|w| FUNCTION_WORDS.get(w).copied()).collect::<HashSet<_>>().len()
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '%').filter(|w| !w.is_empty())
}

/// Whether a text names a sum of money or a share in percent (`$500`, `50 %`, `1.5 BTC`, `500元`).
pub(super) fn has_money(text: &str) -> bool {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    if text.chars().any(|c| matches!(c, '$' | '€' | '£' | '¥' | '₽' | '₿' | '₹' | '₺' | '₴' | '₩' | '₫' | '₦' | '%'))
    {
        return true;
    }
    let lower = text.to_lowercase();
    let (mut number_before, mut unit_before, mut digit_before) = (false, false, false);
    for word in words(&lower) {
        let number = word.bytes().any(|b| b.is_ascii_digit());
        let unit = MONEY.contains(&word);
        if (number_before && unit) || (unit_before && number) {
            return true;
        }
        (number_before, unit_before) = (number, unit);
        for c in word.chars() {
            if digit_before && matches!(c, '元' | '円' | '원') {
                return true;
            }
            digit_before = c.is_ascii_digit();
        }
        digit_before = false;
    }
    false
}

/// What a text holds of web addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Urls {
    pub(super) count: u32,
    pub(super) shady: bool,
}

/// Top-level domains that make two words with a dot between them a web address. Those that are words or particles
/// (`de`, `to`, `live`) are left out: people forget the space after a full stop.
const TOPS: &[&str] = &[
    "com", "net", "org", "info", "biz", "ru", "cn", "su", "xyz", "top", "site", "online", "shop", "store", "club",
    "io", "co", "app", "dev", "ly", "tk", "ml", "ga", "cf", "gq", "pw", "icu", "vip", "bid", "loan", "click", "buzz",
    "website", "tech", "cyou", "sbs", "monster", "cam", "casino", "poker", "porn", "xxx", "stream", "download", "uk",
    "eu", "pl", "ua", "gd", "gl", "cc", "ws", "me", "gy",
];
/// Those that spam prefers, as they cost next to nothing.
const SHADY_TOPS: &[&str] = &[
    "xyz", "top", "icu", "tk", "ml", "ga", "cf", "gq", "pw", "win", "bid", "loan", "click", "buzz", "cyou", "sbs",
    "monster", "rest", "quest", "cam", "casino", "bet", "poker", "porn", "sex", "xxx", "date", "stream", "download",
    "trade", "su", "ru", "vip", "fun",
];
/// Hosts that hide where a link leads.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "t.me",
    "tinyurl.com",
    "cutt.ly",
    "is.gd",
    "goo.gl",
    "t.co",
    "wa.me",
    "telegra.ph",
    "ow.ly",
    "rb.gy",
    "shorturl.at",
    "tiny.cc",
    "v.gd",
    "clck.ru",
    "vk.cc",
    "u.to",
    "bitly.com",
    "rebrand.ly",
    "s.id",
    "lnkd.in",
    "linktr.ee",
    "forms.gle",
    "sites.google.com",
    "script.google.com",
];

/// Finds web addresses: with a scheme, with `www.`, or bare.
pub(super) fn urls(text: &str) -> Urls {
    let mut found = Urls::default();
    if !text.contains(['.', ':']) {
        return found;
    }
    for chunk in text.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | '[' | ']' | ',' | ';' | '|')
    }) {
        if !chunk.contains(['.', ':']) {
            continue;
        }
        let lower = chunk.to_ascii_lowercase();
        let (scheme, rest) = match lower.find("://") {
            Some(at) => (true, &lower[at + 3..]),
            None => (false, lower.as_str()),
        };
        let host = rest.split(['/', '?', '#', ':', '!']).next().unwrap_or("").trim_end_matches('.');
        let host = host.strip_prefix("www.").map_or((host, false), |h| (h, true));
        let top = host.0.rsplit_once('.').map_or("", |(_, top)| top);
        let name = host.0.rsplit_once('.').map_or("", |(name, _)| name);
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b >= 0x80);
        let bare = TOPS.contains(&top)
            && plain(name)
            && (name.len() >= 3 || SHORTENERS.contains(&host.0))
            // `St.John`, `a.b.co`: initials are no web address, unless a path follows.
            && (name.rsplit('.').all(|label| label.len() >= 2) || rest.contains('/'));
        if scheme || host.1 || bare {
            found.count += 1;
            let number = !top.is_empty() && top.bytes().all(|b| b.is_ascii_digit());
            found.shady |= number || SHADY_TOPS.contains(&top) || SHORTENERS.contains(&host.0);
        }
    }
    found
}

/// Whether a text holds markup that makes links or runs.
pub(super) fn has_markup(text: &str) -> bool {
    if !text.contains(['<', '[', '{', '=']) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    [
        "<a ", "<a\t", "href=", "[url", "[link", "[img", "<script", "<iframe", "<img", "<svg", "<h1", "<b>", "<br",
        "<p>", "<div", "<style", "</", "onerror=", "onload=", "{{", "${", "<%",
    ]
    .iter()
    .any(|m| lower.contains(m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_are_found_and_names_are_not() {
        for (text, count, shady) in [
            ("visit https://example.org/a?b now", 1, false),
            ("www.example.org", 1, false),
            ("cheap-pills.ru", 1, true),
            ("go to bit.ly/x7", 1, true),
            ("http://192.0.2.7/x", 1, true),
            ("a.com? no", 0, false),
            ("buy at best.com/x and http://x.top", 2, true),
            ("J.R.R. Tolkien", 0, false),
            ("St.John", 0, false),
            ("will.i.am", 0, false),
            ("Anna-M.de Vries", 0, false),
            ("Dr.No", 0, false),
            ("joe@example.com", 0, false),
            ("Great evening.Thanks", 0, false),
            ("at 7:30", 0, false),
        ] {
            assert_eq!(urls(text), Urls { count, shady }, "{text}");
        }
    }

    #[test]
    fn phrases_and_sums_are_found() {
        for text in ["CLICK HERE!!", "you have won a prize", "Make money online today", "Earn  $500"] {
            assert!(has_phrase(text) || has_money(text), "{text}");
        }
        for text in [
            "Johnny Cash",
            "Penny Price",
            "Will Power",
            "Dollar Bill",
            "Rich Banks",
            "Louis XIV",
            "Anna 2",
            "李元",
            "Bonus Casini",
        ] {
            assert!(!has_phrase(text) && !has_money(text), "{text}");
        }
        assert!(has_money("1.5 BTC") && has_money("50% off") && has_money("45000 руб"));
    }
}
