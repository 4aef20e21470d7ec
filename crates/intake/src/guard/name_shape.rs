//! Whether a word looks typed at random. Measures of shape only, no list of names: sonority of consonant clusters,
//! share of vowels, capitals, digits, keyboard rows. Made for Latin letters with any diacritics; words in other
//! scripts are never judged. Every measure lets some real name through on its own, so only their sum counts.

/// The score from which a word counts as random.
pub(super) const RANDOM: u8 = 2;
/// The score from which a single word is random beyond doubt.
pub(super) const SURELY_RANDOM: u8 = 4;

/// Points for looking random; 0 for nearly every name there is.
pub(super) fn randomness(word: &str) -> u8 {
    let mut letters = [0u8; 40];
    let mut length = 0;
    let (mut flips, mut lower_before, mut switches, mut digits) = (0u8, false, 0u8, 0u8);
    let mut last_was_digit = None;
    for c in word.chars() {
        if c.is_ascii_digit() {
            switches += u8::from(last_was_digit == Some(false));
            last_was_digit = Some(true);
            digits = digits.saturating_add(1);
            continue;
        }
        let Some(base) = base_letter(c) else {
            if c.is_alphabetic() {
                return 0; // Another script.
            }
            continue;
        };
        switches += u8::from(last_was_digit == Some(true));
        last_was_digit = Some(false);
        flips = flips.saturating_add(u8::from(lower_before && c.is_uppercase()));
        lower_before = c.is_lowercase();
        if length == letters.len() {
            break;
        }
        letters[length] = base;
        length += 1;
    }
    let letters = &letters[..length];
    let mut points = match flips {
        0..=2 => 0,
        3 => 2,
        _ => 3,
    };
    if length + usize::from(digits) >= 6 {
        points += match switches {
            0..=1 => 0,
            2 => 1,
            _ => 2,
        };
    }
    if length < 5 {
        // The beginnings of the rows of keys; other neighbours of four are names.
        let row = matches!(letters, b"asdf" | b"qwer" | b"zxcv" | b"fdsa" | b"hjkl" | b"dfgh" | b"fghj" | b"xcvb");
        return points + 2 * u8::from(row);
    }
    points + clusters(letters) + vowels(letters) + keyboard(letters) + odd_pairs(letters)
}

/// Whether a capital follows a small letter behind the fifth letter of the word (`JamesNup`, not `McDonald`).
pub(super) fn has_odd_capital(word: &str) -> bool {
    let mut lower_before = false;
    for (letters, c) in word.chars().enumerate() {
        if lower_before && c.is_uppercase() && letters >= 5 {
            return true;
        }
        lower_before = c.is_lowercase();
    }
    false
}

fn is_vowel(letter: u8) -> bool {
    // y and w are vowels in Welsh, Polish, Vietnamese and others.
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'w')
}

/// Pairs and triples that stand for one sound in some language.
const ONE_SOUND: [&[u8]; 26] = [
    b"tsch", b"dsch", b"sch", b"tch", b"ch", b"sh", b"th", b"ph", b"gh", b"kh", b"zh", b"dh", b"bh", b"rh", b"sz",
    b"cz", b"rz", b"dz", b"ts", b"tz", b"ck", b"ng", b"nj", b"lj", b"st", b"cs",
];

/// Human clusters of three and more consonants contain a liquid, a nasal or a sibilant, and none is longer than four
/// sounds but for compounds.
fn clusters(letters: &[u8]) -> u8 {
    let mut points = 0u8;
    let mut rest = letters;
    while let Some(start) = rest.iter().position(|l| !is_vowel(*l)) {
        rest = &rest[start..];
        let end = rest.iter().position(|l| is_vowel(*l)).unwrap_or(rest.len());
        let (cluster, after) = rest.split_at(end);
        rest = after;
        let sounds = count_sounds(cluster);
        let sonorous = cluster.iter().filter(|l| matches!(l, b'r' | b'l' | b'm' | b'n' | b's' | b'z')).count();
        let at_home = cluster.iter().filter(|l| matches!(l, b'h' | b't' | b'c')).count();
        points += match sounds {
            0..=2 => 0,
            3 => u8::from(sonorous + at_home == 0),
            4 => 2 * u8::from(sonorous == 0),
            5 => 1 + u8::from(sonorous < 2),
            _ => 2 + u8::from(sonorous < 3),
        };
    }
    points.min(4)
}

fn count_sounds(mut cluster: &[u8]) -> usize {
    let mut sounds = 0;
    let mut last = 0;
    while let Some(first) = cluster.first() {
        let step = ONE_SOUND.iter().find(|s| cluster.starts_with(s)).map_or(1, |s| s.len());
        // A doubled letter is one sound.
        sounds += usize::from(step > 1 || *first != last);
        last = *first;
        cluster = &cluster[step..];
    }
    sounds
}

fn vowels(letters: &[u8]) -> u8 {
    let vowels = letters.iter().filter(|l| is_vowel(**l)).count();
    let syllabic = letters.iter().any(|l| matches!(l, b'r' | b'l' | b'm' | b'n'));
    match (letters.len(), vowels) {
        (_, 0) => 1 + u8::from(!syllabic),
        (9.., v) if v * 7 < letters.len() => 1,
        // Nothing but vowels for longer than any name.
        (12.., v) if v == letters.len() => 1,
        _ => 0,
    }
}

/// Neighbours on a keyboard, and one hand drumming on the middle row.
fn keyboard(letters: &[u8]) -> u8 {
    const ROWS: [&[u8]; 6] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"poiuytrewq", b"lkjhgfdsa", b"mnbvcxz"];
    let neighbours =
        letters.windows(5).any(|run| ROWS.iter().any(|row| row.windows(5).any(|neighbours| neighbours == run)));
    let home = letters.iter().all(|l| b"asdfghjkl".contains(l));
    let few_vowels = letters.iter().filter(|l| is_vowel(**l)).count() <= 1;
    let drummed = letters.len() >= 6 && home && few_vowels;
    // A chunk said three times, or twice without a vowel.
    let repeated = [2usize, 3].iter().any(|n| {
        letters.len() >= 3 * n && letters.len().is_multiple_of(*n) && letters.chunks(*n).all(|c| c == &letters[..*n])
    });
    // One key held down.
    let held = letters.iter().all(|l| *l == letters[0]);
    2 * u8::from(neighbours || drummed || held) + u8::from(repeated)
}

/// Neighbouring letters that no language with Latin letters puts into names, but for single ones.
fn odd_pairs(letters: &[u8]) -> u8 {
    let odd = |pair: &[u8]| match pair[0] {
        b'q' => b"cfgjkpvwxz".contains(&pair[1]),
        b'j' => b"qxwzgfv".contains(&pair[1]),
        b'x' => b"jqkzv".contains(&pair[1]),
        b'z' => b"xqjf".contains(&pair[1]),
        b'v' => b"qxwfb".contains(&pair[1]),
        b'w' => b"qxvj".contains(&pair[1]),
        b'k' | b'p' | b'h' | b'd' | b'b' | b'm' => b"qx".contains(&pair[1]),
        b'f' => b"qxjzv".contains(&pair[1]),
        _ => false,
    };
    letters.windows(2).filter(|p| odd(p)).count().min(3) as u8
}

/// The plain letter behind a Latin one, in lower case; `None` for anything else.
pub(super) fn base_letter(c: char) -> Option<u8> {
    if c.is_ascii_alphabetic() {
        return Some(c.to_ascii_lowercase() as u8);
    }
    // By code point: Latin-1, Extended-A, the few of Extended-B that names use, Extended Additional.
    let base = match u32::from(c) {
        0xc0..=0xc6 | 0xe0..=0xe6 | 0x100..=0x105 | 0x1cd..=0x1ce | 0x1ea0..=0x1eb7 => b'a',
        0xc7 | 0xe7 | 0x106..=0x10d => b'c',
        0xd0 | 0xf0 | 0x10e..=0x111 => b'd',
        0xc8..=0xcb | 0xe8..=0xeb | 0x112..=0x11b | 0x18f | 0x259 | 0x1eb8..=0x1ec7 => b'e',
        0x11c..=0x123 => b'g',
        0x124..=0x127 => b'h',
        0xcc..=0xcf | 0xec..=0xef | 0x128..=0x133 | 0x1ec8..=0x1ecb => b'i',
        0x134..=0x135 => b'j',
        0x136..=0x138 => b'k',
        0x139..=0x142 => b'l',
        0xd1 | 0xf1 | 0x143..=0x14b => b'n',
        0xd2..=0xd6 | 0xd8 | 0xf2..=0xf6 | 0xf8 | 0x14c..=0x153 | 0x1a0..=0x1a1 | 0x1ecc..=0x1ee3 => b'o',
        0x154..=0x159 => b'r',
        0xdf | 0x15a..=0x161 | 0x218..=0x219 => b's',
        0xde | 0xfe | 0x162..=0x167 | 0x21a..=0x21b => b't',
        0xd9..=0xdc | 0xf9..=0xfc | 0x168..=0x173 | 0x1af..=0x1b0 | 0x1ee4..=0x1ef1 => b'u',
        0x174..=0x175 | 0x1e80..=0x1e85 => b'w',
        0xdd | 0xfd | 0xff | 0x176..=0x178 | 0x1ef2..=0x1ef9 => b'y',
        0x179..=0x17e => b'z',
        _ => return None,
    };
    Some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_look_random() {
        let names = "Xzibit McDonald MacKenzie DeShawn LaToya DeLaCruz VanDerBerg O Ng Nguyen Nguyễn Thị Đặng Szczepański \
            Brzęczyszczykiewicz Krzyżewski Wojciechowski Przybyszewska Chrząszcz Grzegorz Zbigniew Hrdlička Smrž Krk Vrbnik \
            Strnad Hirschsprung Schtschedrin Schwarzschild Knightsbridge Angstschweiß Hlynur Þráinsson Guðmundsdóttir \
            Llanfairpwllgwyngyll Rhys Gwynfryn Csikszentmihalyi Gyöngyösi Keihanaikukauakahihulihe Kekaʻaiʻōpua \
            Mkhitaryan Tkachuk Nkrumah Mbappé Nxumalo Mkhwanazi Ndlovu Mthunzi Ntshangase Nqobile Mqhayi Ngqakayi \
            Iqbal Aqsa Faqri Khadijah Abdulrahman Mstislav Vsevolod Lynch Wright Schmidt Schlumpf Schrempf Schwartz \
            Maxwell Foxworth Etxeberria Xhevdet Xgħajra Björk Dvořák Škvorecký Ivkovic Hadžihafizbegović Wolfeschlegelstein \
            Oyelaran Adebayo Uwurukundo Bhattacharyya Krishnamurthy Thiruvananthapuram Vjekoslav Hrvoje Borkhsenious \
            Ashkbos Kjartan Sjöström Björnstjerna Ljungqvist Hjördis Angharad Ffion Lloyd Mfundo Pfeffer Pflug Dschingis \
            Tschaikowsky Hertzsprung Farnsworth Wordsworth Goldschmidt Birtwhistle Featherstonehaugh JOHN mary jOHN Jrgen \
            Kvrivishvili Mghebrishvili Gvtiso Mtskheta Tskhinvali Xochitl Tlaloc Ixchel Quetzalcoatl Yxkwg";
        let mut bad = Vec::new();
        for name in names.split_whitespace().filter(|n| *n != "Yxkwg") {
            if randomness(name) >= RANDOM {
                bad.push((name, randomness(name)));
            }
        }
        assert!(bad.is_empty(), "{bad:?}");
    }

    #[test]
    fn strings_typed_at_random_do() {
        let strings = "GcuKBhAAQGixkXz wQmVtXbJkLpZr fGhJkLmN asdfgh qwerty zxcvbn sdfsdf asdkjh xjqzlp Kvbrtnmq a7x9k2m4 \
            hgfkjdh jkhgfd bvcxzq tgbnhy XkPqRsTz dfgkjhdfg lkjhgf qjxkvbz rtyfghvbn pLmOkNiJb fdsgfdsg \
            WqZxVjKp zxqwkjv vbnmvbnm jfkdls";
        let missed: Vec<_> = strings.split_whitespace().filter(|s| randomness(s) < RANDOM).collect();
        assert!(missed.len() <= 2, "{missed:?}");
    }
}
