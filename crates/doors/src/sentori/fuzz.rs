//! Fuzzes the parser of signup's bodies: known bodies, changed at random. As a test it runs for a moment;
//! `VESTIBULE_FUZZ_SECONDS=600 cargo test --release -p doors fuzz` runs it for as long as wanted.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use super::wire;

/// Where changes begin: the manual's example, and what has broken parsers elsewhere.
const CORPUS: &[&str] = &[
    r#"{"ApiKey":"00000000-0000-0000-0000-000000000000","EmailAddress":"example@sentoriapp.com",
        "SignUpFormExternalID":"12ABCDE3","MailingLists":["QWERTY1A","ABCDEFG1"],
        "ContactFields":{"FirstName":"Example","LastName":"Contact"},"Tags":["Example","SentoriApp"],
        "RequireConfirmation":"true"}"#,
    r#"{"apikey":null,"TAGS":[[],{},"\ud83d\ude00"],"contactfields":{"a":{"b":[1.5e-3,-0,true,false,null]}}}"#,
    "\u{feff} {\"Tags\":[\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"],\"Tags\":\"é\u{10ffff}\"}",
    r#"{"x":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]],"RequireConfirmation":18446744073709551616,"MailingLists":1e308}"#,
];
/// What mutations put in.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\0",
    "\u{feff}",
    "null",
    "true",
    "-",
    "1e999",
    "0.0",
    "\"ApiKey\":",
    "\"Tags\":[",
    "\"ContactFields\":{",
    "\"requireconfirmation\":",
    "[[[[[[[[",
    "{\"\":",
];

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

fn mutate(input: &mut Vec<u8>, random: &mut Random) {
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
            let token = TOKENS[random.below(TOKENS.len())];
            input.splice(at..at, token.bytes());
        }
        3 => {
            let token = TOKENS[random.below(TOKENS.len())];
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

/// Panics where the parser does something that it must not.
fn check(input: &[u8]) {
    let parsed = wire::parse(input);
    let bare = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    // What a plain parser takes for an object is one, and only what begins like one is.
    let object = serde_json::from_slice::<serde_json::Value>(bare).is_ok_and(|value| value.is_object());
    assert!(!object || parsed.is_some(), "an object was refused");
    let Some(body) = parsed else { return };
    assert!(std::str::from_utf8(bare).is_ok(), "what is no UTF-8 was taken");
    assert_eq!(bare.trim_ascii_start().first(), Some(&b'{'), "something else than an object was taken");
    // Everything that a caller can ask of a body.
    let _ = (body.api_key.text(), body.email_address.text(), body.form.text());
    let _ = (body.mailing_lists.texts(), body.tags.texts(), body.contact_fields.fields());
    let _ = body.require_confirmation.confirmation();
}

#[test]
fn fuzz() {
    let seconds = std::env::var("VESTIBULE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + seconds.map_or(Duration::from_millis(300), Duration::from_secs);
    let mut random = Random(RandomState::new().hash_one(0));
    let mut pool: Vec<Vec<u8>> = CORPUS.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut runs = 0_u64;
    while Instant::now() < until {
        let mut input = pool[random.below(pool.len())].clone();
        for _ in 0..=random.below(6) {
            mutate(&mut input, &mut random);
        }
        input.truncate(4096);
        if let Err(panic) = std::panic::catch_unwind(|| check(&input)) {
            eprintln!("after {runs} runs, on: {}", input.escape_ascii());
            std::panic::resume_unwind(panic);
        }
        // What is still a body is worth changing further.
        if runs.is_multiple_of(8) && wire::parse(&input).is_some() {
            if pool.len() < 512 {
                pool.push(input);
            } else {
                let at = CORPUS.len() + random.below(pool.len() - CORPUS.len());
                pool[at] = input;
            }
        }
        runs += 1;
    }
    println!("{runs} inputs, {} kept", pool.len());
}
