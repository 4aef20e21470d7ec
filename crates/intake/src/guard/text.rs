//! What people type: names first, other texts second. Names have the strict measures, as confirmation mails and lists
//! show them; texts the lenient ones, as people write what they like.

use unicode_normalization::UnicodeNormalization;

use super::advertising::{function_words, has_advertising_pair, has_markup, has_money, has_phrase, urls};
use super::name_letters::{Letters, letters};
use super::name_shape::{RANDOM, SURELY_RANDOM, has_odd_capital, randomness};
use super::verdict::{Reason, Reasons};

/// The signs in name-like fields (first, last, …), as given; blanks are skipped.
pub(super) fn name_reasons(names: &[&str]) -> Reasons {
    let mut reasons = Reasons::NONE;
    let (mut random, mut surely, mut prose) = (0, 0, 0);
    let mut first: Option<&str> = None;
    let mut joined = String::new();
    let (mut mixed, mut ornamental) = (0, false);
    for name in names.iter().map(|n| n.trim()).filter(|n| !n.is_empty()) {
        let look = Look::at(name);
        if look.has_symbols || look.digits > 0 || look.has_dot {
            ill_fitting(name, look, &mut reasons);
        }
        if look.digits == 0 || look.letters > 0 {
            let most = words(name).map(randomness).max().unwrap_or(0);
            random += u8::from(most >= RANDOM);
            surely += u8::from(most >= SURELY_RANDOM);
        }
        reasons.add_if(words(name).any(has_odd_capital), Reason::OddCapitals);
        let reads_like_prose = is_prose(name, look);
        prose += u8::from(reads_like_prose);
        let long = look.chars > 60 || look.ideographs > 20 || (reads_like_prose && look.chars > 40);
        reasons.add_if(long, Reason::LongName);
        reasons.add_if(look.styled, Reason::StyledLetters);
        if look.other_script {
            // One strange letter is a slip of the keyboard; more are put there.
            mixed += words(name).map(script_changes).map(|n| if n == 0 { 0 } else { n.max(2) - 1 }).sum::<u32>();
        }
        // A browser may fill in an address in both places; that is a slip.
        let same = first.is_some_and(|f| look.chars >= 6 && f == name && !name.contains([' ', '@']));
        reasons.add_if(same, Reason::SameFirstAndLast);
        reasons.add_if(same && has_odd_capital(name), Reason::ForumName);
        first = first.or(Some(name));
        joined.push_str(name);
        joined.push(' ');
        ornamental |= look.ornamental;
    }
    if ornamental {
        joined = joined.nfkc().collect();
        reasons.add_if(has_money(&joined), Reason::AdvertisingInName);
        reasons.add_if(urls(&joined).count > 0, Reason::UrlInName);
    }
    let joined = joined.to_lowercase();
    reasons.add_if(has_phrase(&joined) || has_advertising_pair(&joined), Reason::AdvertisingInName);
    reasons.add_if(mixed > 0, Reason::MixedScripts);
    reasons.add_if(mixed > 1, Reason::LookAlikes);
    let letters = letters(names.iter().copied());
    reasons.add_if(letters >= Letters::Unlikely, Reason::UnlikelyLetters);
    reasons.add_if(letters == Letters::VeryUnlikely, Reason::VeryUnlikelyLetters);
    reasons.add_if(random > 0, Reason::RandomName);
    reasons.add_if(random > 1 || surely > 0, Reason::RandomNames);
    reasons.add_if(prose > 0, Reason::ProseInName);
    reasons.add_if(prose > 1, Reason::ProseInNames);
    reasons
}

/// The signs in other text fields, by field name and text.
pub(super) fn text_reasons(texts: &[(&str, &str)]) -> Reasons {
    let mut reasons = Reasons::NONE;
    let mut count = 0;
    for (field, text) in texts {
        reasons.add_if(has_markup(text), Reason::MarkupInText);
        let found = urls(text);
        if found.count > 0 && !asks_for_url(field) {
            count += found.count;
            reasons.add(Reason::UrlInText);
            reasons.add_if(found.shady, Reason::ShadyUrl);
        }
        reasons.add_if(text.len() >= 8 && text.contains(' ') && has_phrase(text), Reason::AdvertisingInText);
        let mut parts = words(text);
        if let (Some(word), None) = (parts.next(), parts.next()) {
            // One word of letters; codes and numbers are what some fields ask for.
            let plain = text.len() < 40 && word.len() == text.trim().len() && word.chars().all(char::is_alphabetic);
            reasons.add_if(plain && randomness(word) >= RANDOM, Reason::RandomText);
        }
    }
    reasons.add_if(count > 1, Reason::ManyUrls);
    reasons
}

/// What one pass over a name's characters tells.
#[derive(Clone, Copy, Default)]
struct Look {
    chars: u32,
    letters: u32,
    digits: u32,
    words: u32,
    /// Words that begin with a small letter of a script that has capitals.
    small_words: u32,
    ideographs: u32,
    has_symbols: bool,
    has_dot: bool,
    styled: bool,
    other_script: bool,
    /// Letters that have a plain one behind them: full width, circled, mathematical.
    ornamental: bool,
    exclaims: bool,
}

impl Look {
    fn at(name: &str) -> Self {
        let mut look = Self::default();
        let mut starts = true;
        let mut marks = 0;
        for c in name.chars() {
            look.chars += 1;
            if starts && c.is_alphanumeric() {
                look.words += 1;
                look.small_words += u32::from(c.is_lowercase());
            }
            starts = c.is_whitespace();
            marks = if matches!(c, '\u{300}'..='\u{36f}') { marks + 1 } else { 0 };
            let styled = is_styled(c);
            look.styled |= marks >= 4 || styled;
            look.ornamental |= styled || matches!(c, '\u{ff01}'..='\u{ff5e}');
            match c {
                '0'..='9' => look.digits += 1,
                'a'..='z' | 'A'..='Z' => look.letters += 1,
                ' ' | '-' | '\'' | '`' | ',' | '(' | ')' | '"' | '&' | '/' => {}
                '.' => look.has_dot = true,
                '!' | '?' | ':' => {
                    look.exclaims = true;
                    look.has_symbols = true;
                }
                c if c.is_ascii() => look.has_symbols |= !c.is_whitespace(),
                c if c.is_alphabetic() => {
                    look.letters += 1;
                    look.other_script |= ('\u{370}'..'\u{530}').contains(&c);
                    look.ideographs += u32::from(
                        matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'),
                    );
                }
                c => look.has_symbols |= is_symbol(c),
            }
        }
        look
    }
}

/// Addresses, markup, money, numbers and symbols. Called only for names that hold any such character.
fn ill_fitting(name: &str, look: Look, reasons: &mut Reasons) {
    let email = name.contains('@') && name.rsplit('@').next().is_some_and(|d| d.contains('.'));
    reasons.add_if(email || look.digits >= 7, Reason::ContactInName);
    reasons.add_if(!email && urls(name).count > 0, Reason::UrlInName);
    reasons.add_if(has_markup(name), Reason::MarkupInName);
    reasons.add_if(has_money(name), Reason::AdvertisingInName);
    reasons.add_if(!email && look.digits >= 4 && (look.digits < 7 || look.letters >= 3), Reason::DigitsInName);
    reasons.add_if(look.has_symbols && !email, Reason::SymbolsInName);
}

/// Small words of which long names are full.
const PARTICLES: [&str; 40] = [
    "a", "al", "an", "ap", "ben", "bin", "bint", "bte", "d", "da", "das", "de", "del", "della", "den", "der", "di",
    "do", "dos", "du", "e", "el", "ferch", "i", "ibn", "la", "las", "le", "los", "mac", "of", "san", "santa", "van",
    "vel", "von", "y", "zu", "zum", "zur",
];

/// Five words and more that mostly begin small, four that ask or exclaim, or words that sentences are made of. Long names
/// of many small particles fit too, which is why this is a weak sign. Chinese names have four characters at most, those of
/// firms some more.
fn is_prose(name: &str, look: Look) -> bool {
    let small = look.words >= 5 && look.small_words * 10 >= look.words * 6 && name.len() > 24 && {
        let particle = |w: &&str| PARTICLES.contains(&w.to_lowercase().as_str());
        words(name).filter(|w| !particle(w)).count() >= 5
    };
    small
        || (look.words >= 4 && look.exclaims)
        || (look.words >= 3 && function_words(name) >= 2)
        || (look.ideographs > 12 && !name.contains(['・', '（', '(', ' ', '　']))
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\u{300}'..='\u{36f}')).filter(|w| !w.is_empty())
}

/// How often a word changes between Latin, Greek and Cyrillic: letters that look alike, to slip past filters.
fn script_changes(word: &str) -> u32 {
    let (mut before, mut changes) = (0, 0);
    for c in word.chars() {
        let script = match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => 1,
            '\u{370}'..='\u{3ff}' => 2,
            '\u{400}'..='\u{52f}' => 3,
            _ => continue,
        };
        changes += u32::from(before != 0 && before != script);
        before = script;
    }
    changes
}

/// Mathematical, circled and squared letters: ornament, and a way past filters.
fn is_styled(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{24b6}'..='\u{24e9}' | '\u{1f110}'..='\u{1f189}' | '\u{249c}'..='\u{24b5}')
}

/// Money, arrows, boxes, dingbats, pictures; not the apostrophes, hyphens, dots and marks of any script.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{a2}'..='\u{a9}' | '\u{ab}'..='\u{b1}' | '\u{bb}'..='\u{bf}' | '\u{2020}'..='\u{2025}'
        | '\u{2030}'..='\u{2031}' | '\u{20a0}'..='\u{20bf}' | '\u{2100}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}' | '\u{fffd}')
}

/// Whether a field's own name says that a web address belongs there.
fn asks_for_url(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    [
        "web",
        "url",
        "site",
        "link",
        "page",
        "blog",
        "portfolio",
        "social",
        "instagram",
        "facebook",
        "source",
        "refer",
        "utm",
        "domain",
    ]
    .iter()
    .any(|w| field.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[&str]) -> Vec<&'static str> {
        name_reasons(names).codes()
    }

    #[test]
    fn names_of_people_pass() {
        for names in [
            ["A", "B"],
            ["Seán", "O'Neill-Smythe"],
            ["Nguyễn Thị", "Minh Khai"],
            ["X Æ A-12", "Musk"],
            ["张", "伟"],
            ["محمد", "عبد الرحمن بن علي آل سعود"],
            ["Мария", "Иванова-Петрова"],
            ["Ελένη", "Παπαδοπούλου"],
            ["Llinos", "ap Rhys-ŵyn"],
            ["Keihanaikukauakahihulihe'ekahaunaele", "Kekaʻaiʻōpua"],
            ["María del Carmen de los Ángeles", "García y López de Haro"],
            ["Dr. med. Hans-Jürgen", "von und zu Guttenberg"],
            ["J.R.R.", "Tolkien"],
            ["St.John", "Smith, Jr."],
            ["Robert \"Bob\"", "Smith (MBE)"],
            ["山田 太郎（ヤマダ タロウ）", ""],
            ["Mohammed", "Ali"],
            ["D’Angelo", "N'Golo"],
            ["Louis XIV", "de Bourbon 3rd"],
            ["Johnny", "Cash"],
            ["Bill", "Price"],
            ["Vito", "Casino"],
            ["Sam and Alex", "Free"],
            ["Friends of the", "Old Library"],
            ["Ｔａｒｏ", "山田"],
            ["アレクサンドラ・マリア", "ペトロヴァ"],
            ["Bríd", "O`Connor"],
            ["Wan You", "For"],
        ] {
            assert!(codes(&names).is_empty(), "{names:?}: {:?}", codes(&names));
        }
    }

    #[test]
    fn names_that_are_none_are_named() {
        for (names, reason) in [
            (["http://spam.example", "x"], "url_in_name"),
            (["Visit www.best.example", "x"], "url_in_name"),
            (["<b>Anna</b>", "x"], "markup_in_name"),
            (["{{7*7}}", "x"], "markup_in_name"),
            (["Click", "Here"], "advertising_in_name"),
            (["You won $1000", ""], "advertising_in_name"),
            (["Вам перевод", "45000 руб"], "advertising_in_name"),
            (["a@b.example", "x"], "contact_in_name"),
            (["Call 0900 123456", "x"], "contact_in_name"),
            (["Anna 12345", "x"], "digits_in_name"),
            (["\u{1F525}Anna\u{1F525}", "x"], "symbols_in_name"),
            (["a friend sent me to this page today", "x"], "prose_in_name"),
            (["Аnnа", "Smith"], "mixed_scripts"),
            (["Аmаzоn", "Cаrd"], "look_alikes"),
            (["Ｆｒｅｅ　Ｃａｓｈ", "x"], "advertising_in_name"),
            (["点击领取免费礼品", "x"], "advertising_in_name"),
            (["Viagra", "Cialis"], "advertising_in_name"),
            (["send 0.5 ETH", "x"], "advertising_in_name"),
            (["USD 4,500,000", "x"], "advertising_in_name"),
            (["Your gift is ready", "x"], "prose_in_name"),
            (["𝐇𝐨𝐭", "x"], "styled_letters"),
            (["fGhJkLmN", "qWxZvBnM"], "random_names"),
            (["JamesNup", "x"], "odd_capitals"),
            (["RobertGuers", "RobertGuers"], "same_first_and_last"),
        ] {
            assert!(codes(&names).contains(&reason), "{names:?}: {:?}", codes(&names));
        }
    }

    #[test]
    fn texts_may_hold_much_but_not_everything() {
        for (field, text, found) in [
            ("Website", "https://example.org", vec![]),
            ("Message", "I saw you at the Old Vic, wonderful!", vec![]),
            ("Message", "see https://example.org/a", vec!["url_in_text"]),
            ("Message", "<a href='http://x.top'>x</a>", vec!["markup_in_text", "url_in_text", "shady_url"]),
            ("Message", "We offer SEO services", vec!["advertising_in_text"]),
            ("City", "Llanfairpwllgwyngyll", vec![]),
            ("City", "fGhJkLmN", vec!["random_text"]),
            ("Voucher", "X7K9-PL2Q", vec![]),
        ] {
            assert_eq!(text_reasons(&[(field, text)]).codes(), found, "{text}");
        }
    }
}
