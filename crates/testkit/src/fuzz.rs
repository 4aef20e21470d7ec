//! Fuzzing on the stable toolchain: known inputs, changed at random. As a test it runs for a moment;
//! `VESTIBULE_FUZZ_SECONDS=600 cargo test --release -p doors fuzz` runs it for as long as wanted.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// Inputs kept for further changes.
const MOST_KEPT: usize = 512;
/// Bytes of an input.
const LONGEST: usize = 4096;

/// SplitMix64: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

fn mutate(input: &mut Vec<u8>, tokens: &[&str], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let end = at + random.below((input.len() - at).min(40) + 1);
    match random.below(6) {
        0 => drop(input.drain(at..end)),
        1 => {
            let piece = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, piece);
        }
        2 => {
            let token = tokens[random.below(tokens.len())];
            input.splice(at..at, token.bytes());
        }
        3 => {
            let token = tokens[random.below(tokens.len())];
            input.splice(at..end, token.bytes());
        }
        4 => input.insert(at, random.below(256) as u8),
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// Checks changed inputs until the time is over; a panic of `check` is the finding, shown with its input. `check` says
/// whether the input was taken, and so is worth changing further. `tokens` are what changes put in.
pub fn run(corpus: &[&[u8]], tokens: &[&str], check: impl Fn(&[u8]) -> bool + std::panic::RefUnwindSafe) {
    let seconds = std::env::var("VESTIBULE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + seconds.map_or(Duration::from_millis(300), Duration::from_secs);
    let mut random = Random(RandomState::new().hash_one(0));
    let mut pool: Vec<Vec<u8>> = corpus.iter().map(|input| input.to_vec()).collect();
    let mut runs = 0_u64;
    while Instant::now() < until {
        let mut input = pool[random.below(pool.len())].clone();
        for _ in 0..=random.below(6) {
            mutate(&mut input, tokens, &mut random);
        }
        input.truncate(LONGEST);
        let taken = std::panic::catch_unwind(|| check(&input)).unwrap_or_else(|panic| {
            eprintln!("after {runs} runs, on: {}", input.escape_ascii());
            std::panic::resume_unwind(panic)
        });
        if taken && runs.is_multiple_of(8) {
            if pool.len() < MOST_KEPT {
                pool.push(input);
            } else {
                let at = corpus.len() + random.below(pool.len() - corpus.len());
                pool[at] = input;
            }
        }
        runs += 1;
    }
    println!("{runs} inputs, {} kept", pool.len());
}
