//! The integrated sign-up form, `signup.aspx`: an HTML form on somebody's site posts here, and the browser is sent back
//! with an `Error` parameter or without.

use std::borrow::Cow;

use model::{AccountSnapshot, Caller, Door, EmailAddress, Given, GivenAnswer, GivenSignUp, Origin, Shown};
use url::Url;

use crate::challenge_answers::ChallengeAnswers;

const FIRST_NAME_MOST: usize = 30;
const LAST_NAME_MOST: usize = 80;
const EMAIL_MOST: usize = 1000;
const RETURN_URL_MOST: usize = 4000;

/// The form's controls. Names are matched in any case, other controls are ignored, values are trimmed and names cut to
/// their limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormPost {
    /// May be blank.
    pub first_name: String,
    /// Required.
    pub last_name: String,
    /// Required. Never cut to fit: that would make it somebody else's address.
    pub email: String,
    /// Where to go afterwards, as sent.
    pub return_url: String,
    /// What came along for the guard.
    pub challenge: ChallengeAnswers,
}

/// What the vendor calls what is wrong; only the first one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// The address is blank.
    NoEmail,
    /// It is no address.
    InvalidEmail,
    /// The last name is blank.
    NoLastName,
    /// A customer has this address.
    EmailExists,
}

impl FormError {
    /// The value of the `Error` parameter.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoEmail => "NoEmail",
            Self::InvalidEmail => "InvalidEmail",
            Self::NoLastName => "NoLastName",
            Self::EmailExists => "EmailExists",
        }
    }
}

impl FormPost {
    /// Reads an urlencoded body. Any bytes can be read; of controls of one name the last counts.
    /// `honeypots` are the names of fields that people leave empty.
    pub fn parse(body: &[u8], honeypots: &[Option<&str>]) -> Self {
        let mut post = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            if ChallengeAnswers::knows(&name, honeypots) {
                post.challenge.take(&name, Some(value.into_owned()), honeypots);
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "firstname" => post.first_name = line(&value, FIRST_NAME_MOST),
                "lastname" => post.last_name = line(&value, LAST_NAME_MOST),
                "email" => post.email = value.trim().chars().take(EMAIL_MOST).collect(),
                "returnurl" => post.return_url = value.trim().chars().take(RETURN_URL_MOST + 1).collect(),
                _ => {}
            }
        }
        post
    }

    /// The first thing that is wrong with what was typed.
    pub fn fault(&self) -> Option<FormError> {
        if self.email.is_empty() {
            Some(FormError::NoEmail)
        } else if EmailAddress::parse(&self.email).is_err() {
            Some(FormError::InvalidEmail)
        } else if self.last_name.is_empty() {
            Some(FormError::NoLastName)
        } else {
            None
        }
    }

    /// What is asked for: a customer with a yes to every statement that the account links to its email system. That is
    /// the vendor's rule, not the person's answer, and is recorded as such.
    pub fn sign_up<'a>(&'a self, account: &'a AccountSnapshot, origin: Origin) -> GivenSignUp<'a> {
        let names = [("FirstName", &self.first_name), ("LastName", &self.last_name)];
        let filled = names.into_iter().filter(|(_, value)| !value.is_empty());
        let linked = account.statements.iter().filter(|(_, statement, _)| statement.linked_to_email);
        GivenSignUp {
            door: Door::SpektrixForm,
            caller: Caller::Public,
            form: None,
            email: Cow::Borrowed(&self.email),
            values: filled
                .map(|(name, value)| (Cow::Borrowed(name), Given::Text(Cow::Borrowed(value.as_str()))))
                .collect(),
            lists: Vec::new(),
            tags: Vec::new(),
            statements: linked
                .map(|(_, statement, _)| GivenAnswer {
                    statement: Cow::Borrowed(&statement.spektrix_id),
                    yes: true,
                    shown: Shown::VendorDefault,
                })
                .collect(),
            confirm: Some(account.settings.confirm_web_sign_ups),
            language: None,
            origin,
        }
    }

    /// Where the browser goes, for `Location`; `None` when our own result page must do.
    pub fn redirect(&self, error: Option<FormError>, allowed_hosts: &[String]) -> Option<String> {
        redirect_target(&self.return_url, error, allowed_hosts)
    }
}

/// One line: control characters become spaces, the ends are trimmed, and what is too long is cut.
fn line(value: &str, most: usize) -> String {
    let one_line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut: String = one_line.trim().chars().take(most).collect();
    cut.trim_end().to_owned()
}

/// The return address with its `Error`, if a browser may be sent there: http or https, on a host that the account names
/// (`host` for any port, `host:port` for one), without a login in it. Without an error it stays as it was sent.
pub fn redirect_target(return_url: &str, error: Option<FormError>, allowed_hosts: &[String]) -> Option<String> {
    if return_url.is_empty() || return_url.len() > RETURN_URL_MOST {
        return None;
    }
    // Browsers read a backslash as a slash and drop line breaks; a site's own address has neither.
    if return_url.contains('\\') || return_url.chars().any(char::is_control) {
        return None;
    }
    let url = Url::parse(return_url).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if !plain || !allowed_hosts.iter().any(|allowed| is_host(&url, allowed)) {
        return None;
    }
    // A header takes ASCII: anything else goes out as the browser itself would write it.
    let target: Cow<'_, str> = if return_url.bytes().all(|b| b.is_ascii_graphic()) {
        Cow::Borrowed(return_url)
    } else {
        Cow::Owned(url.to_string())
    };
    Some(match error {
        None => target.into_owned(),
        Some(error) => with_error(&target, error),
    })
}

fn with_error(target: &str, error: FormError) -> String {
    let (address, fragment) = target.find('#').map_or((target, ""), |at| target.split_at(at));
    let joint = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{address}{joint}Error={}{fragment}", error.name())
}

fn is_host(url: &Url, allowed: &str) -> bool {
    let Some(host) = url.host_str() else { return false };
    let allowed = allowed.trim();
    let same = |name: &str| {
        let name = name.trim_matches(['[', ']']);
        let ascii = idna::domain_to_ascii(name).unwrap_or_else(|_| name.to_owned());
        !name.is_empty() && host.trim_matches(['[', ']']).eq_ignore_ascii_case(&ascii)
    };
    if same(allowed) {
        return true;
    }
    allowed.rsplit_once(':').is_some_and(|(name, port)| {
        same(name) && port.parse().ok().is_some_and(|port: u16| url.port_or_known_default() == Some(port))
    })
}
