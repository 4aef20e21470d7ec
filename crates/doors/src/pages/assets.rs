//! The files that pages load: one stylesheet and a script each for two kinds of page, named by their content so that browsers may keep them for
//! good, and the script of the embedded form, whose address never changes.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::colour::Rgb;

const STYLES: &str = include_str!("../../assets/vestibule.css");
const CONFIRM: &str = include_str!("../../assets/confirm.js");
const EMBED: &str = include_str!("../../assets/embed.js");
const CHALLENGE: &str = include_str!("../../assets/challenge.js");
/// The proof of work, which two scripts hold at the place of a mark.
const SOLVER: &str = include_str!("../../assets/solver.js");
const SOLVER_MARK: &str = "/*solver*/";

/// The path of the stylesheet, without its query.
pub const STYLES_PATH: &str = "/assets/vestibule.css";
/// The path of the script on confirm pages, without its query.
pub const CONFIRM_PATH: &str = "/assets/confirm.js";
/// The path of the script that solves challenges on forms, without its query.
pub const CHALLENGE_PATH: &str = "/assets/challenge.js";
/// The path of the embedded form's script.
pub const EMBED_PATH: &str = "/embed.js";

/// A file as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Cache-Control`.
    pub cache_control: &'static str,
    /// `ETag`, quoted.
    pub etag: String,
    /// The body.
    pub body: String,
}

const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// The embedded form must follow an update of the server within the hour.
const FOR_AN_HOUR: &str = "public, max-age=3600, stale-while-revalidate=86400";

/// The asset at a path, with the request's query (`c=rrggbb` is the colour of the stylesheet).
pub fn asset(path: &str, query: Option<&str>) -> Option<Asset> {
    let (content_type, cache_control, body) = match path {
        STYLES_PATH => {
            let given = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("c="));
            ("text/css; charset=utf-8", FOR_GOOD, stylesheet(given.and_then(Rgb::parse)))
        }
        CONFIRM_PATH => ("text/javascript; charset=utf-8", FOR_GOOD, CONFIRM.to_owned()),
        CHALLENGE_PATH => ("text/javascript; charset=utf-8", FOR_GOOD, with_solver(CHALLENGE)),
        EMBED_PATH => ("text/javascript; charset=utf-8", FOR_AN_HOUR, with_solver(EMBED)),
        _ => return None,
    };
    let etag = format!("\"{}\"", fingerprint(&body));
    Some(Asset { content_type, cache_control, etag, body })
}

/// The stylesheet's address for an account's colour.
pub fn styles_url(colour: Option<Rgb>) -> String {
    static VERSION: LazyLock<String> = LazyLock::new(|| fingerprint(STYLES));
    let mut url = format!("{STYLES_PATH}?v={}", *VERSION);
    if let Some(colour) = colour {
        let _ = write!(url, "&c={}", colour.hex());
    }
    url
}

/// The confirm script's address.
pub fn confirm_url() -> String {
    static VERSION: LazyLock<String> = LazyLock::new(|| fingerprint(CONFIRM));
    format!("{CONFIRM_PATH}?v={}", *VERSION)
}

/// The address of the script that solves challenges.
pub fn challenge_url() -> String {
    static VERSION: LazyLock<String> = LazyLock::new(|| fingerprint(&with_solver(CHALLENGE)));
    format!("{CHALLENGE_PATH}?v={}", *VERSION)
}

fn with_solver(script: &str) -> String {
    script.replace(SOLVER_MARK, SOLVER.trim())
}

fn stylesheet(colour: Option<Rgb>) -> String {
    let mut styles = STYLES.to_owned();
    if let Some(colour) = colour {
        let (light, dark) = (colour.on_light().hex(), colour.on_dark().hex());
        let _ = writeln!(styles, ":root{{--light-accent:#{light};--dark-accent:#{dark}}}");
    }
    styles
}

/// FNV-1a, 64 bit: tells versions of our own files apart, nothing more.
fn fingerprint(body: &str) -> String {
    let hash = body
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_takes_a_colour_and_nothing_else() {
        let plain = asset(STYLES_PATH, None).expect("the stylesheet");
        let blue = asset(STYLES_PATH, Some("v=1&c=0050a0")).expect("the stylesheet");
        assert!(blue.body.ends_with("}\n") && blue.body.contains("--light-accent:#0050a0"));
        assert_ne!(plain.etag, blue.etag);
        for query in ["c=red", "c=0050a0;}body{display:none", "c=", "&&"] {
            assert_eq!(asset(STYLES_PATH, Some(query)).expect("the stylesheet").body, plain.body, "{query}");
        }
        assert_eq!(asset("/assets/../secret.key", None), None);
    }
}
