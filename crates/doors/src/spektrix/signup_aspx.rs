//! The integrated sign-up form, `signup.aspx`: an HTML form on somebody's site posts here, and the browser is sent back
//! with an `Error` parameter or without.

use std::borrow::Cow;

use model::EmailAddress;
use url::Url;

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
    pub fn parse(body: &[u8]) -> Self {
        let mut post = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_read_in_any_case_and_cut() {
        let body = format!("firstName={}&LASTNAME=+B%0AC+&email=+a@b.co+&consent=1&ReturnUrl=https%3A%2F%2Fx%2F", "é".repeat(40));
        let post = FormPost::parse(body.as_bytes());
        assert_eq!((post.first_name, post.last_name.as_str()), ("é".repeat(30), "B C"));
        assert_eq!((post.email.as_str(), post.return_url.as_str()), ("a@b.co", "https://x/"));
        assert_eq!(FormPost::parse(b"\xff\xfe=%%%&&=&;\0"), FormPost::default());
    }

    #[test]
    fn the_first_fault_is_told() {
        for (body, fault) in [
            ("", Some(FormError::NoEmail)),
            ("Email=+&LastName=", Some(FormError::NoEmail)),
            ("Email=x&LastName=", Some(FormError::InvalidEmail)),
            ("Email=a@b.co", Some(FormError::NoLastName)),
            ("Email=a@b.co&LastName=B", None),
        ] {
            assert_eq!(FormPost::parse(body.as_bytes()).fault(), fault, "{body}");
        }
        let long = format!("Email={}@b.co&LastName=B", "a".repeat(2000));
        assert_eq!(FormPost::parse(long.as_bytes()).fault(), Some(FormError::InvalidEmail));
    }

    #[test]
    fn the_error_is_appended_where_it_belongs() {
        let allowed = ["site".to_owned()];
        for (url, target) in [
            ("https://site/ok?a=1", "https://site/ok?a=1&Error=EmailExists"),
            ("https://site/ok", "https://site/ok?Error=EmailExists"),
            ("https://site/ok?", "https://site/ok?Error=EmailExists"),
            ("https://site/ok?a=1&", "https://site/ok?a=1&Error=EmailExists"),
            ("https://site/ok?a=1#top", "https://site/ok?a=1&Error=EmailExists#top"),
            ("https://site/ok#top?x", "https://site/ok?Error=EmailExists#top?x"),
        ] {
            assert_eq!(redirect_target(url, Some(FormError::EmailExists), &allowed).as_deref(), Some(target));
            assert_eq!(redirect_target(url, None, &allowed).as_deref(), Some(url));
        }
        assert_eq!(redirect_target("https://site/é", None, &allowed).as_deref(), Some("https://site/%C3%A9"));
    }

    #[test]
    fn browsers_are_sent_only_to_hosts_that_the_account_names() {
        let allowed: Vec<String> = ["demo.example", "localhost:3000", "BÜCHER.example"].map(Into::into).into();
        for url in [
            "https://demo.example/",
            "http://DEMO.example:8443/x",
            "http://localhost:3000/",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(redirect_target(url, None, &allowed).is_some(), "{url}");
        }
        for url in [
            "",
            "/thanks",
            "//demo.example/",
            "https://evil.example/",
            "https://demo.example.evil.example/",
            "https://evil.example/demo.example",
            "https://demo.example@evil.example/",
            "https://user:pass@demo.example/",
            "https://evil.example\\@demo.example/",
            "https://demo.example\\.evil.example/",
            "https://evil.example#@demo.example/",
            "https://evil.example?demo.example",
            "http://localhost:3001/",
            "javascript:alert(1)//demo.example",
            "data:text/html,x",
            "ftp://demo.example/",
            "https://demo.example/\r\nSet-Cookie: a=b",
            "https://demo.exa\tmple/",
            "ht\ntps://demo.example/",
            "https://demo.example。evil.example/",
        ] {
            assert_eq!(redirect_target(url, Some(FormError::NoEmail), &allowed), None, "{url}");
        }
        assert_eq!(redirect_target(&format!("https://demo.example/{}", "a".repeat(5000)), None, &allowed), None);
    }
}
