//! Whether the letters of a name follow each other as in names: the likelihood of its neighbouring letters, learnt from
//! names of many languages. Telling more than the shape of single words, as it takes all names together; still only a weak
//! sign, as no list has every language. For Latin letters only.

use std::sync::LazyLock;

use super::name_shape::base_letter;

/// The beginning and the end of a word.
const EDGE: usize = 26;
/// Fewer neighbours say too little: two words of five letters have twelve.
const ENOUGH: u32 = 12;
/// Below this mean, in nats, names are unlikely: some 5 of 1,000 real ones in languages that the list lacks, 95 of 100 random
/// strings.
const UNLIKELY: f32 = -3.4;
/// Below this, very: hardly any real ones, 90 of 100 random strings.
const VERY_UNLIKELY: f32 = -3.52;

/// Logarithms of the share that each letter has behind each.
static FOLLOWS: LazyLock<[[f32; 27]; 27]> = LazyLock::new(|| {
    let mut counts = [[0.5_f32; 27]; 27];
    let names = include_str!("names.txt").lines().filter(|l| !l.starts_with('#'));
    for word in names.flat_map(words) {
        neighbours(word, |a, b| counts[a][b] += 1.0);
    }
    for row in &mut counts {
        let all: f32 = row.iter().sum();
        for count in row.iter_mut() {
            *count = (*count / all).ln();
        }
    }
    counts
});

/// How names read, letter by letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Letters {
    /// As names do, or there is too little to tell.
    Likely,
    /// As few names do.
    Unlikely,
    /// As hardly any name does.
    VeryUnlikely,
}

/// How these names read together.
pub(super) fn letters<'a>(names: impl Iterator<Item = &'a str>) -> Letters {
    let (mut sum, mut count) = (0.0, 0_u32);
    for word in names.flat_map(words) {
        neighbours(word, |a, b| {
            sum += FOLLOWS[a][b];
            count += 1;
        });
    }
    let mean = sum / count.max(1) as f32;
    match () {
        () if count < ENOUGH || mean > UNLIKELY => Letters::Likely,
        () if mean > VERY_UNLIKELY => Letters::Unlikely,
        () => Letters::VeryUnlikely,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic() && !matches!(c, '\u{300}'..='\u{36f}'))
}

fn neighbours(word: &str, mut each: impl FnMut(usize, usize)) {
    let mut before = EDGE;
    for letter in word.chars().filter_map(base_letter) {
        let letter = usize::from(letter - b'a');
        each(before, letter);
        before = letter;
    }
    if before != EDGE {
        each(before, EDGE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_likely_and_strings_are_not() {
        for names in [
            ["Anna", "Whitfield"],
            ["Krzysztof", "Brzęczyszczykiewicz"],
            ["Nqobile", "Nxumalo"],
            ["Þorgerður", "Snæbjörnsdóttir"],
            ["Xóchitl", "Hernández"],
            ["Li", "Na"],
            ["Мстислав", "Вздорнов"],
            ["Tlhalefang", "Kgositsile"],
            ["Txawj", "Xyooj"],
            ["Llywelyn", "Ffowcs"],
        ] {
            assert!(letters(names.into_iter()) < Letters::VeryUnlikely, "{names:?}");
        }
        for names in
            [["wgmjaln", "vtcsghwla"], ["Jpwkfppw", "Zcuexwj"], ["kqzjwex", "ubvqhgf"], ["Rdshaxgni", "Ixlzwxuqao"]]
        {
            assert_eq!(letters(names.into_iter()), Letters::VeryUnlikely, "{names:?}");
        }
    }
}
