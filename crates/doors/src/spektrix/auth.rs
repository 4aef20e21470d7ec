//! Owner-mode authentication: `Authorization: SpektrixAPI3 login:signature`, a keyed hash over method, URL, date and
//! body as the vendor's authentication page defines it. Only bytes as received are hashed; nothing is re-encoded.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use model::{Secret, Timestamp};
use sha1::Sha1;
use subtle::{Choice, ConstantTimeEq as _};

use super::http_date;

/// The scheme's name, also sent in `WWW-Authenticate`.
pub const SCHEME: &str = "SpektrixAPI3";
/// How far a caller's clock may be off by default.
pub const DEFAULT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// As many keys are tried for every login, so that the time taken does not tell which logins exist.
const KEYS_TRIED: usize = 2;
const LONGEST_HEADER: usize = 1024;

/// What a signature covers, as received.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// In upper case, as on the wire.
    pub method: &'a str,
    /// Path and query, byte for byte as sent.
    pub raw_target: &'a str,
    /// The `Host` header.
    pub host: &'a str,
    /// The `Date` header.
    pub date: Option<&'a [u8]>,
    /// The `Authorization` header.
    pub authorization: Option<&'a [u8]>,
    /// The body, byte for byte as sent.
    pub body: &'a [u8],
}

/// What a check needs to know besides the request.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The current moment.
    pub now: Timestamp,
    /// How far the caller's clock may be off, inclusive.
    pub window: Duration,
    /// Scheme and host under which a deployment is reached, when its proxy changes `Host` (`https://tickets.example`).
    pub public_base: Option<&'a str>,
}

/// The login whose key made the signature, as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(pub String);

/// Why a signed call is refused. An unknown login is a signature that does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthFault {
    /// There is no `Date`.
    MissingDate,
    /// `Date` is no HTTP date, or too far from now.
    DateOutsideWindow,
    /// `Authorization` is absent or not of the scheme's form.
    Malformed,
    /// No live key of that login made this signature.
    SignatureDoesNotMatch,
}

impl AuthFault {
    /// The text that the caller reads (reference, section 2.2).
    pub fn detail(self) -> &'static str {
        match self {
            Self::MissingDate => "Missing Date header",
            Self::DateOutsideWindow => "Date header is outside the permitted window",
            Self::Malformed => "Malformed Authorization header",
            Self::SignatureDoesNotMatch => "Signature does not match",
        }
    }
}

/// Checks a signed call. `secrets` gives the live base64 secrets of a login (compared in any case) within the account
/// of the URL; none for an unknown login.
pub fn verify(
    request: &SignedRequest<'_>,
    secrets: impl Fn(&str) -> Vec<Secret>,
    terms: &Terms<'_>,
) -> Result<Login, AuthFault> {
    let date = request.date.ok_or(AuthFault::MissingDate)?;
    let date = std::str::from_utf8(date).map_err(|_| AuthFault::DateOutsideWindow)?;
    let at = http_date::parse(date).ok_or(AuthFault::DateOutsideWindow)?;
    if at.since(terms.now) > terms.window || terms.now.since(at) > terms.window {
        return Err(AuthFault::DateOutsideWindow);
    }
    let given = Authorization::parse(request.authorization.unwrap_or_default()).ok_or(AuthFault::Malformed)?;
    let lines = body_lines(request.method, request.body);
    let uris = candidate_uris(request, terms.public_base);

    let mut keys: Vec<Key> = secrets(given.login).iter().map(Key::decode).collect();
    while keys.len() < KEYS_TRIED {
        keys.push(Key::none());
    }
    for key in &keys {
        for uri in &uris {
            for line in &lines {
                let made = sign(&key.hmac, request.method, uri, date, line.as_deref());
                // Who has a key that fits may learn so early; every other caller waits for all of it.
                if bool::from(made.ct_eq(&given.signature) & key.live & given.well_formed) {
                    return Ok(Login(given.login.to_owned()));
                }
            }
        }
    }
    Err(AuthFault::SignatureDoesNotMatch)
}

/// The header taken apart.
#[derive(Clone, Debug)]
struct Authorization<'a> {
    login: &'a str,
    signature: [u8; 20],
    well_formed: Choice,
}

impl<'a> Authorization<'a> {
    /// `SpektrixAPI3 login:signature`, split at the last colon; a login may hold a backslash. A signature that is not
    /// 20 bytes in base64 never matches.
    fn parse(header: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(header).ok().filter(|t| t.len() <= LONGEST_HEADER)?.trim_matches([' ', '\t']);
        let (scheme, rest) = text.split_once(' ')?;
        let (login, signature) = rest.trim_matches(' ').rsplit_once(':')?;
        let login = login.trim_matches(' ');
        if !scheme.eq_ignore_ascii_case(SCHEME) || login.is_empty() || rest.chars().any(char::is_control) {
            return None;
        }
        let decoded = STANDARD.decode(signature).ok().and_then(|bytes| <[u8; 20]>::try_from(bytes).ok());
        Some(Self {
            login,
            signature: decoded.unwrap_or_default(),
            well_formed: Choice::from(u8::from(decoded.is_some())),
        })
    }
}

/// A key ready to sign with, and whether it may match.
struct Key {
    hmac: Hmac<Sha1>,
    live: Choice,
}

/// Standard base64 as lenient as clients' own decoders: a key pasted without its last `=` is the same key.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Key {
    fn decode(secret: &Secret) -> Self {
        match LENIENT.decode(secret.reveal().trim()) {
            Ok(bytes) if !bytes.is_empty() => Self { hmac: hmac(&bytes), live: Choice::from(1) },
            _ => Self::none(),
        }
    }

    /// A key that does the same work and never matches.
    fn none() -> Self {
        Self { hmac: hmac(&[0; 64]), live: Choice::from(0) }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn hmac(key: &[u8]) -> Hmac<Sha1> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// TLS usually ends at a proxy, so the caller's scheme is not known: both are tried.
fn candidate_uris(request: &SignedRequest<'_>, public_base: Option<&str>) -> Vec<String> {
    let mut uris = vec![
        format!("https://{}{}", request.host, request.raw_target),
        format!("http://{}{}", request.host, request.raw_target),
    ];
    if let Some(base) = public_base {
        uris.push(format!("{}{}", base.trim_end_matches('/'), request.raw_target));
    }
    uris
}

/// The last line of the text that is signed. Every method but GET has one, even without a body; clients that leave it
/// out then are understood too.
fn body_lines(method: &str, body: &[u8]) -> Vec<Option<String>> {
    if matches!(method, "GET" | "HEAD") {
        return vec![None];
    }
    let line = Some(STANDARD.encode(Md5::digest(body)));
    if body.is_empty() { vec![line, None] } else { vec![line] }
}

fn sign(key: &Hmac<Sha1>, method: &str, uri: &str, date: &str, body_line: Option<&str>) -> [u8; 20] {
    let mut mac = key.clone();
    for part in [method, "\n", uri, "\n", date] {
        mac.update(part.as_bytes());
    }
    if let Some(line) = body_line {
        mac.update(b"\n");
        mac.update(line.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// Signs as a client does: the value of `Authorization`. For commands that try a connection, and for tests.
pub fn authorization(login: &str, secret: &Secret, method: &str, uri: &str, date: &str, body: &[u8]) -> String {
    let line = body_lines(method, body).swap_remove(0);
    let signature = sign(&Key::decode(secret).hmac, method, uri, date, line.as_deref());
    format!("{SCHEME} {login}:{}", STANDARD.encode(signature))
}
