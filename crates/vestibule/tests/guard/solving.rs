//! A program that does the work of a challenge, as the scripts of our pages do.

use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};

/// The answer to a challenge, for `altcha`.
pub fn solved(challenge: &str) -> String {
    let challenge: Challenge = serde_json::from_str(challenge).expect("a challenge");
    let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).expect("solves").expect("in time");
    serde_json::to_string(&Payload { challenge, solution }).expect("JSON")
}
