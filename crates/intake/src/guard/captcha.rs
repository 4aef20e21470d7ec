//! Checks by third parties, for owners who prefer them to proof of work: hCaptcha, Turnstile, reCAPTCHA, Friendly
//! Captcha. Pure: what to send and how to read the answer; whoever calls does the sending.
//!
//! When a provider is down, slow (over three seconds) or says that our own key is wrong, its answer is
//! [`CaptchaAnswer::Down`]. The visitor must not pay for that: the guard then asks for proof of work in its place.

/// What to send to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptchaRequest {
    /// Where to POST.
    pub url: &'static str,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// A further header, where the provider wants its key there.
    pub header: Option<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What a provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptchaAnswer {
    /// Solved.
    Passed,
    /// Not solved, expired, or used before.
    Failed,
    /// It cannot tell, or our settings are wrong: fall back to proof of work and log it.
    Down,
}

/// The account's keys at a provider.
#[derive(Clone, Debug)]
pub struct CaptchaKeys {
    /// The public one, in the page.
    pub site: String,
    /// The secret one.
    pub secret: model::Secret,
}

/// How a provider's widget gets onto a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptchaPage {
    /// Its script.
    pub script: &'static str,
    /// The class of the element that the script turns into the widget.
    pub class: &'static str,
    /// Origins that the page's policy must let in.
    pub origins: &'static str,
}

/// A provider.
pub trait CaptchaProvider: Send + Sync {
    /// Its name in settings.
    fn name(&self) -> &'static str;
    /// The form control that carries the visitor's token.
    fn field(&self) -> &'static str;
    /// Its widget.
    fn page(&self) -> CaptchaPage;
    /// The request that checks a token.
    fn request(&self, keys: &CaptchaKeys, token: &str, ip: Option<std::net::IpAddr>) -> CaptchaRequest;
    /// Reads the answer.
    fn answer(&self, status: u16, body: &str) -> CaptchaAnswer;
}

/// hCaptcha, Turnstile and reCAPTCHA, which share one protocol.
#[derive(Clone, Copy, Debug)]
pub struct SiteVerify {
    name: &'static str,
    field: &'static str,
    url: &'static str,
    page: CaptchaPage,
}

/// docs.hcaptcha.com, "Verify the User Response Server Side".
pub const HCAPTCHA: SiteVerify = SiteVerify {
    name: "hcaptcha",
    field: "h-captcha-response",
    url: "https://api.hcaptcha.com/siteverify",
    page: CaptchaPage {
        script: "https://js.hcaptcha.com/1/api.js",
        class: "h-captcha",
        origins: "https://hcaptcha.com https://*.hcaptcha.com",
    },
};
/// developers.cloudflare.com/turnstile, "Server-side validation".
pub const TURNSTILE: SiteVerify = SiteVerify {
    name: "turnstile",
    field: "cf-turnstile-response",
    url: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    page: CaptchaPage {
        script: "https://challenges.cloudflare.com/turnstile/v0/api.js",
        class: "cf-turnstile",
        origins: "https://challenges.cloudflare.com",
    },
};
/// developers.google.com/recaptcha/docs/verify.
pub const RECAPTCHA: SiteVerify = SiteVerify {
    name: "recaptcha",
    field: "g-recaptcha-response",
    url: "https://www.google.com/recaptcha/api/siteverify",
    page: CaptchaPage {
        script: "https://www.google.com/recaptcha/api.js",
        class: "g-recaptcha",
        origins: "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/",
    },
};

/// Score from which reCAPTCHA v3 takes a visitor for a person; its documentation's starting point.
const PERSON: f64 = 0.5;

/// Faults that are the visitor's; every other code says that our settings or the provider are at fault.
const VISITOR_FAULTS: [&str; 9] = [
    "missing-input-response",
    "invalid-input-response",
    "timeout-or-duplicate",
    "expired-input-response",
    "already-seen-response",
    "invalid-or-already-seen-response",
    "response_missing",
    "response_invalid",
    "response_timeout",
];

impl CaptchaProvider for SiteVerify {
    fn name(&self) -> &'static str {
        self.name
    }

    fn field(&self) -> &'static str {
        self.field
    }

    fn page(&self) -> CaptchaPage {
        self.page
    }

    fn request(&self, keys: &CaptchaKeys, token: &str, ip: Option<std::net::IpAddr>) -> CaptchaRequest {
        let mut body = format!("secret={}&response={}", encoded(keys.secret.reveal()), encoded(token));
        if self.name == HCAPTCHA.name {
            body.push_str("&sitekey=");
            body.push_str(&encoded(&keys.site));
        }
        if let Some(ip) = ip {
            body.push_str("&remoteip=");
            body.push_str(&encoded(&ip.to_string()));
        }
        CaptchaRequest { url: self.url, content_type: "application/x-www-form-urlencoded", header: None, body }
    }

    fn answer(&self, status: u16, body: &str) -> CaptchaAnswer {
        #[derive(serde::Deserialize)]
        struct Answer {
            success: bool,
            score: Option<f64>,
            #[serde(default, rename = "error-codes")]
            codes: Vec<String>,
        }
        match serde_json::from_str::<Answer>(body) {
            _ if !(200..300).contains(&status) && status != 400 => CaptchaAnswer::Down,
            Ok(Answer { success: true, score, .. }) if score.is_none_or(|s| s >= PERSON) => CaptchaAnswer::Passed,
            Ok(Answer { success: true, .. }) => CaptchaAnswer::Failed,
            Ok(answer) => fault(&answer.codes),
            Err(_) => CaptchaAnswer::Down,
        }
    }
}

/// Friendly Captcha v2 (developer.friendlycaptcha.com, "Verifying the captcha response").
#[derive(Clone, Copy, Debug)]
pub struct FriendlyCaptcha;

impl CaptchaProvider for FriendlyCaptcha {
    fn name(&self) -> &'static str {
        "friendly_captcha"
    }

    fn field(&self) -> &'static str {
        "frc-captcha-response"
    }

    fn page(&self) -> CaptchaPage {
        CaptchaPage {
            script: "https://cdn.jsdelivr.net/npm/@friendlycaptcha/sdk@0.1.31/site.compat.min.js",
            class: "frc-captcha",
            origins: "https://cdn.jsdelivr.net/npm/@friendlycaptcha/ https://global.frcapi.com",
        }
    }

    fn request(&self, keys: &CaptchaKeys, token: &str, _ip: Option<std::net::IpAddr>) -> CaptchaRequest {
        CaptchaRequest {
            url: "https://global.frcapi.com/api/v2/captcha/siteverify",
            content_type: "application/json",
            header: Some(("X-API-Key", keys.secret.reveal().to_owned())),
            body: serde_json::json!({ "response": token, "sitekey": keys.site }).to_string(),
        }
    }

    fn answer(&self, status: u16, body: &str) -> CaptchaAnswer {
        #[derive(serde::Deserialize)]
        struct Answer {
            success: bool,
            error: Option<Fault>,
        }
        #[derive(serde::Deserialize)]
        struct Fault {
            error_code: String,
        }
        match serde_json::from_str::<Answer>(body) {
            Ok(Answer { success: true, .. }) if (200..300).contains(&status) => CaptchaAnswer::Passed,
            Ok(Answer { success: false, error: Some(e) }) if status < 500 => fault(&[e.error_code]),
            _ => CaptchaAnswer::Down,
        }
    }
}

const ALL: [&dyn CaptchaProvider; 4] = [&HCAPTCHA, &TURNSTILE, &RECAPTCHA, &FriendlyCaptcha];
/// What Friendly Captcha's control was called in its first version.
const FRIENDLY_V1: &str = "frc-captcha-solution";

/// The provider of that name in settings.
pub fn provider(name: &str) -> Option<&'static dyn CaptchaProvider> {
    ALL.into_iter().find(|p| p.name() == name)
}

/// The form control of that name, if it is a provider's.
pub fn field(name: &str) -> Option<&'static str> {
    let known = ALL.into_iter().map(CaptchaProvider::field).find(|f| *f == name);
    known.or((name == FRIENDLY_V1).then_some(FriendlyCaptcha.field()))
}

fn fault(codes: &[String]) -> CaptchaAnswer {
    let visitor = codes.is_empty() || codes.iter().any(|c| VISITOR_FAULTS.contains(&c.as_str()));
    if visitor { CaptchaAnswer::Failed } else { CaptchaAnswer::Down }
}

fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_carry_what_providers_want() {
        let keys = CaptchaKeys { site: "site".into(), secret: model::Secret::new("s&cret") };
        let request = TURNSTILE.request(&keys, "tok en", Some("2001:db8::1".parse().expect("ip")));
        assert_eq!(request.body, "secret=s%26cret&response=tok%20en&remoteip=2001%3Adb8%3A%3A1");
        assert_eq!(HCAPTCHA.request(&keys, "t", None).body, "secret=s%26cret&response=t&sitekey=site");
        let request = FriendlyCaptcha.request(&keys, "t", None);
        assert_eq!(request.header, Some(("X-API-Key", "s&cret".into())));
        for name in ["hcaptcha", "turnstile", "recaptcha", "friendly_captcha"] {
            assert_eq!(provider(name).map(CaptchaProvider::name), Some(name));
        }
        assert!(provider("none").is_none());
    }

    #[test]
    fn answers_are_read() {
        use CaptchaAnswer::{Down, Failed, Passed};
        for (status, body, expected) in [
            (200, r#"{"success":true}"#, Passed),
            (200, r#"{"success":true,"score":0.9}"#, Passed),
            (200, r#"{"success":true,"score":0.1}"#, Failed),
            (200, r#"{"success":false,"error-codes":["timeout-or-duplicate"]}"#, Failed),
            (200, r#"{"success":false}"#, Failed),
            (200, r#"{"success":false,"error-codes":["invalid-input-secret"]}"#, Down),
            (200, "<html>", Down),
            (503, r#"{"success":true}"#, Down),
        ] {
            assert_eq!(RECAPTCHA.answer(status, body), expected, "{status} {body}");
        }
        for (status, body, expected) in [
            (200, r#"{"success":true,"data":{}}"#, Passed),
            (200, r#"{"success":false,"error":{"error_code":"response_timeout","detail":""}}"#, Failed),
            (401, r#"{"success":false,"error":{"error_code":"auth_invalid","detail":""}}"#, Down),
            (500, "", Down),
        ] {
            assert_eq!(FriendlyCaptcha.answer(status, body), expected, "{status} {body}");
        }
    }
}
