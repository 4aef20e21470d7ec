//! Proof of work by ALTCHA, protocol v2, through the project's own crate: the visitor's browser counts until a derived
//! key begins as asked. Works without third parties and without anything to see or hear.
//!
//! A challenge is bound to account and form, expires, and is good for one try: it is marked as used before the costly
//! derivation, so that nobody can make us derive a second time. Expiry is a signed value of ours (`data.until`) instead
//! of the protocol's `expiresAt`, which the crate would hold against the system's clock.

use std::time::Duration;

use ::altcha::{
    Challenge, ChallengeParameters, HmacAlgorithm, Payload, VerifySolutionOptions, sign_challenge, verify_solution,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use model::{AccountId, Ambient, FormId, Timestamp};
use sha2::{Digest, Sha256};

use super::seen::{Mark, Seen, Use};

/// How hard the work is. The expected number of derivations is 256 for each byte of `prefix`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Difficulty {
    /// Hex digits that the derived key must begin with.
    pub prefix: String,
    /// Seconds that a challenge lives.
    pub seconds: u32,
}

impl Default for Difficulty {
    /// 256 derivations for the visitor on average, and one for us.
    fn default() -> Self {
        Self { prefix: "00".into(), seconds: 1200 }
    }
}

/// Why a solution does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Not a payload of the widget.
    #[error("the solution cannot be read")]
    Unreadable,
    /// The challenge is not ours, was altered, or was made for another form.
    #[error("the challenge is not of this form")]
    Foreign,
    /// The challenge's time is over.
    #[error("the challenge has expired")]
    Expired,
    /// The challenge was answered before.
    #[error("the challenge was used before")]
    Used,
    /// The work was not done.
    #[error("the solution is wrong")]
    Wrong,
}

/// Makes and checks challenges.
#[derive(Clone)]
pub struct Proofs {
    /// Hex of the key: the crate takes text.
    key: String,
    difficulty: Difficulty,
}

impl std::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proofs").field("difficulty", &self.difficulty).finish_non_exhaustive()
    }
}

impl Proofs {
    /// With a key of its own, derived from the master key by the caller. `None` when the prefix is no hex.
    pub fn new(key: &[u8; 32], difficulty: Difficulty) -> Option<Self> {
        let hex = difficulty.prefix.len() <= 8 && difficulty.prefix.bytes().all(|b| b.is_ascii_hexdigit());
        let difficulty = Difficulty { prefix: difficulty.prefix.to_ascii_lowercase(), ..difficulty };
        hex.then(|| Self { key: to_hex(key), difficulty })
    }

    /// A challenge for a form, as the widget fetches it (serialise it as JSON). `rounds` of PBKDF2 are in one derivation.
    pub fn challenge(
        &self,
        account: AccountId,
        form: Option<FormId>,
        rounds: u32,
        ambient: &Ambient,
    ) -> Option<Challenge> {
        let until = ambient.now().plus(Duration::from_secs(u64::from(self.difficulty.seconds)));
        let data = [("for", binding(account, form).into()), ("until", (until.0 / 1_000_000).into())];
        let mut parameters = ChallengeParameters {
            algorithm: "PBKDF2/SHA-256".into(),
            cost: rounds.max(1),
            data: Some(data.into_iter().map(|(k, v): (&str, serde_json::Value)| (k.into(), v)).collect()),
            expires_at: None,
            key_length: 32,
            key_prefix: self.difficulty.prefix.clone(),
            key_signature: None,
            memory_cost: None,
            nonce: to_hex(&ambient.random::<16>()),
            parallelism: None,
            salt: to_hex(&ambient.random::<16>()),
        };
        sign_challenge(&HmacAlgorithm::Sha256, &mut parameters, None, &self.key, None).ok()
    }

    /// Checks what the widget sent (base64 of JSON, or the JSON itself) and uses the challenge up.
    pub fn verify(
        &self,
        text: &str,
        account: AccountId,
        form: Option<FormId>,
        at: Timestamp,
        seen: &Seen,
    ) -> Result<Mark, ProofFault> {
        let payload = read(text).ok_or(ProofFault::Unreadable)?;
        let parameters = &payload.challenge.parameters;
        // Signed anew and compared: cheap, before anything that costs.
        let mut copy = parameters.clone();
        let signed = sign_challenge(&HmacAlgorithm::Sha256, &mut copy, None, &self.key, None);
        let ours = signed.ok().and_then(|c| c.signature).ok_or(ProofFault::Foreign)?;
        let given = payload.challenge.signature.as_deref().ok_or(ProofFault::Foreign)?;
        let same: bool = subtle::ConstantTimeEq::ct_eq(ours.as_bytes(), given.as_bytes()).into();
        let value = |name: &str| parameters.data.as_ref().and_then(|d| d.get(name));
        let bound = value("for").and_then(|v| v.as_str()) == Some(binding(account, form).as_str());
        if !same || !bound {
            return Err(ProofFault::Foreign);
        }
        let until = value("until").and_then(serde_json::Value::as_i64).unwrap_or(0);
        let until = Timestamp(until.saturating_mul(1_000_000));
        if at > until {
            return Err(ProofFault::Expired);
        }
        if !payload.solution.derived_key.to_ascii_lowercase().starts_with(&parameters.key_prefix) {
            return Err(ProofFault::Wrong);
        }
        let digest = Sha256::digest(given.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        let mark = Mark { account, id, by: 0, until };
        if seen.mark(id, mark.by, at, until) != Use::First {
            return Err(ProofFault::Used);
        }
        let options = VerifySolutionOptions::new(&payload.challenge, &payload.solution, self.key.as_str());
        match verify_solution(options) {
            Ok(result) if result.verified => Ok(mark),
            _ => Err(ProofFault::Wrong),
        }
    }
}

fn binding(account: AccountId, form: Option<FormId>) -> String {
    format!("{account}/{}", form.unwrap_or_default())
}

fn read(text: &str) -> Option<Payload> {
    let text = text.trim();
    // A payload has some 700 bytes.
    if text.len() > 8_000 {
        return None;
    }
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let json = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
    serde_json::from_slice(&json).ok()
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use ::altcha::{SolveChallengeOptions, solve_challenge};
    use model::ManualClock;

    use super::*;

    #[test]
    fn work_counts_once_for_its_form_and_in_time() {
        let clock = ManualClock::at(Timestamp(1_600_000_000_000_000));
        let ambient = Ambient::with_clock(clock.clone());
        let easy = Difficulty { prefix: "0".into(), seconds: 600 };
        let (proofs, seen) = (Proofs::new(&[1; 32], easy.clone()).expect("proofs"), Seen::new(1000));
        let (account, form) = (AccountId(1), Some(FormId(2)));
        let solve = |proofs: &Proofs| {
            let challenge = proofs.challenge(account, form, 2, &ambient).expect("challenge");
            let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).expect("solve").expect("in time");
            Payload { challenge, solution }
        };
        let text = |payload: &Payload| STANDARD.encode(serde_json::to_vec(payload).expect("json"));
        let verify = |text: &str, form| proofs.verify(text, account, form, ambient.now(), &seen).map(drop);

        let payload = solve(&proofs);
        assert_eq!(verify(&text(&payload), Some(FormId(3))), Err(ProofFault::Foreign));
        assert_eq!(verify(&text(&payload), None), Err(ProofFault::Foreign));
        assert_eq!(verify(&text(&payload), form), Ok(()));
        assert_eq!(verify(&text(&payload), form), Err(ProofFault::Used));

        let json = serde_json::to_string(&solve(&proofs)).expect("json");
        assert_eq!(verify(&json, form), Ok(()), "plain JSON does too");

        let mut cheaper = solve(&proofs);
        cheaper.challenge.parameters.key_prefix = String::new();
        assert_eq!(verify(&text(&cheaper), form), Err(ProofFault::Foreign));
        let mut made_up = solve(&proofs);
        made_up.solution.derived_key = "0".repeat(64);
        assert_eq!(verify(&text(&made_up), form), Err(ProofFault::Wrong));
        let other = Proofs::new(&[2; 32], easy).expect("proofs");
        assert_eq!(verify(&text(&solve(&other)), form), Err(ProofFault::Foreign));

        let late = solve(&proofs);
        clock.advance(Duration::from_secs(601));
        assert_eq!(verify(&text(&late), form), Err(ProofFault::Expired));
        for bad in ["", "x", "{}", "e30=", "ÄÖ", &"A".repeat(9_000)] {
            assert_eq!(verify(bad, form), Err(ProofFault::Unreadable), "{bad}");
        }
        assert!(Proofs::new(&[1; 32], Difficulty { prefix: "xy".into(), ..Default::default() }).is_none());
    }
}
