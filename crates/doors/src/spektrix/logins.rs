//! Bodies of the login calls: authenticate, change password, magic link.

use model::Secret;

use super::cors;
use super::wire::{self, BodyFault, InputFault, Invalid, Json};

const PASSWORD_LEAST: usize = 8;
const PASSWORD_MOST: usize = 100;
const LINK_MOST: usize = 2000;

/// A new password that follows the rules: 8 to 100 characters, taken as sent. The fault never shows it.
pub fn checked_password(key: &str, text: &str) -> Result<Secret, Invalid> {
    if (PASSWORD_LEAST..=PASSWORD_MOST).contains(&text.chars().count()) {
        return Ok(Secret::new(text));
    }
    let length = format!("with a minimum length of {PASSWORD_LEAST} and a maximum length of {PASSWORD_MOST}");
    Err(Invalid::other(key, format!("The field {key} must be a string {length}.")))
}

/// The body of `POST customer/authenticate`: `{"email","password"}`. Anything missing or of another type is blank, and
/// so fails like a wrong password.
pub fn parse_login(body: &[u8]) -> Result<(String, Secret), BodyFault> {
    let (email, password) = two_texts(body, "email", "password")?;
    Ok((email, Secret::new(password)))
}

/// The body of `POST customer/change-password`: old and new password, the new one checked.
pub fn parse_password_change(body: &[u8]) -> Result<(Secret, Secret), InputFault> {
    let (old, new) = two_texts(body, "oldPassword", "newPassword")?;
    let mut faults = Vec::new();
    if old.is_empty() {
        faults.push(Invalid::required("OldPassword"));
    }
    let new =
        if new.is_empty() { Err(Invalid::required("NewPassword")) } else { checked_password("NewPassword", &new) };
    match new {
        Ok(new) if faults.is_empty() => Ok((Secret::new(old), new)),
        Ok(_) => Err(InputFault::Invalid(faults)),
        Err(fault) => {
            faults.push(fault);
            Err(InputFault::Invalid(faults))
        }
    }
}

/// A wish for a link that logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MagicLinkWish {
    /// The address as sent.
    pub email: String,
    /// The page of the caller's, with `{token}` in it.
    pub link_url: String,
}

impl MagicLinkWish {
    /// Reads the body of `POST customer/send-magic-link`. The page must be https, on an origin that the account names
    /// (`*` names none), and hold `{token}`: whoever receives the token is logged in.
    pub fn parse(body: &[u8], allowed_origins: &[String]) -> Result<Self, InputFault> {
        let (email, link_url) = two_texts(body, "emailAddress", "linkUrl")?;
        let mut faults = Vec::new();
        if email.trim().is_empty() {
            faults.push(Invalid::required("EmailAddress"));
        } else if model::EmailAddress::parse(&email).is_err() {
            faults.push(Invalid::not_an_email("EmailAddress"));
        }
        if link_url.trim().is_empty() {
            faults.push(Invalid::required("LinkUrl"));
        } else if !link_allowed(&link_url, allowed_origins) {
            faults.push(Invalid::value("LinkUrl", &link_url));
        }
        if faults.is_empty() { Ok(Self { email, link_url }) } else { Err(InputFault::Invalid(faults)) }
    }

    /// The page with the token in its place. Tokens need no escapes in a URL.
    pub fn link(&self, token: &str) -> String {
        self.link_url.replace("{token}", token)
    }
}

fn link_allowed(link: &str, allowed_origins: &[String]) -> bool {
    if link.len() > LINK_MOST || !link.contains("{token}") || !link.bytes().all(|b| b.is_ascii_graphic()) {
        return false;
    }
    let Ok(url) = url::Url::parse(&link.replace("{token}", "token")) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && !link.contains('\\');
    plain && url.scheme() == "https" && cors::is_named(&url.origin().ascii_serialization(), allowed_origins)
}

/// The body of `POST customer/authenticate-magic-link`: `{"token"}`; blank when missing.
pub fn parse_token(body: &[u8]) -> Result<String, BodyFault> {
    Ok(two_texts(body, "token", "")?.0)
}

fn two_texts(body: &[u8], first: &str, second: &str) -> Result<(String, String), BodyFault> {
    let json = wire::parse(body)?;
    if !matches!(json, Json::Object(_)) {
        return Err(BodyFault::WrongShape);
    }
    let text = |key: &str| match json.get(key) {
        Some(Json::Text(text)) => text.clone().into_owned(),
        _ => String::new(),
    };
    Ok((text(first), text(second)))
}
