//! `VESTIBULE_MAIL_URL` and its like: where mail goes, as one line of text.
//!
//! | URL | meaning |
//! |---|---|
//! | `mailbox:` | the built-in mailbox |
//! | `smtp://[user:pass@]host[:port]` | STARTTLS when offered; port 25, or 587 with a user |
//! | `smtp+starttls://…` | STARTTLS demanded; port 587 |
//! | `smtps://…` | TLS from the first byte; port 465 |
//!
//! Options: `?auth=plain|login|xoauth2`, `?ca=FILE` (PEM, trusted besides the system's roots), `?hello=NAME`,
//! `?connections=N` (most at one time, from 1 to 64), `?timeout=SECONDS` (longest wait for one answer, from 1 to 600).
//! User, password and option values are percent-decoded.

use std::path::PathBuf;
use std::time::Duration;

use model::Secret;
use percent_encoding::percent_decode_str;

/// Where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailUrl {
    /// The built-in mailbox.
    Mailbox,
    /// A mail server.
    Smtp(SmtpUrl),
}

/// A mail server and how to talk to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpUrl {
    /// When TLS is used.
    pub security: Security,
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User and password, or user and access token for XOAUTH2.
    pub login: Option<Login>,
    /// Further certificate authorities: a PEM file.
    pub ca: Option<PathBuf>,
    /// The name said in EHLO; left out = the address of our end of the connection.
    pub hello: Option<String>,
    /// Most connections at one time; left out = [`super::SmtpSettings`].
    pub connections: Option<usize>,
    /// Longest wait for one answer of the server; left out = [`super::SmtpSettings`].
    pub timeout: Option<Duration>,
}

/// When TLS is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS when the server offers it.
    Opportunistic,
    /// STARTTLS or nothing.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// Who we are to the mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// User name.
    pub user: Secret,
    /// Password or access token.
    pub password: Secret,
    /// The mechanism to use; left out = PLAIN, else LOGIN, as offered.
    pub mechanism: Option<AuthMechanism>,
}

/// How a login is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMechanism {
    /// RFC 4616.
    Plain,
    /// The older two-step way.
    Login,
    /// An OAuth access token in place of a password.
    Xoauth2,
}

impl MailUrl {
    /// Reads a mail URL. The error names what is wrong and never repeats a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(SCHEMES)?;
        let security = match scheme.to_ascii_lowercase().as_str() {
            "mailbox" if rest.is_empty() => return Ok(Self::Mailbox),
            "mailbox" => return Err("mail URL: nothing may follow \"mailbox:\"".into()),
            "smtp" => Security::Opportunistic,
            "smtp+starttls" => Security::StartTls,
            "smtps" => Security::Implicit,
            _ => return Err(SCHEMES.into()),
        };
        let rest = rest.strip_prefix("//").ok_or_else(|| format!("mail URL: \"//\" is missing after \"{scheme}:\""))?;
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("mail URL: white space and control characters must be percent-encoded".into());
        }
        if rest.contains('#') {
            return Err("mail URL: \"#\" must be written as %23".into());
        }
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (user_info, address) = match authority.rsplit_once('@') {
            Some((user_info, address)) => (Some(user_info), address),
            None => (None, authority),
        };
        if address.contains('/') {
            return Err("mail URL: nothing but options may follow the host; write \"/\" in a password as %2F".into());
        }
        let mut login = user_info.map(login).transpose()?;
        let (host, port) = host_and_port(address)?;
        let options = Options::parse(query)?;
        match (&mut login, options.mechanism) {
            (Some(login), mechanism) => login.mechanism = mechanism,
            (None, Some(_)) => return Err("mail URL: \"auth\" needs a user and password before the host".into()),
            (None, None) => {}
        }
        let port = port.unwrap_or(match security {
            Security::Implicit => 465,
            Security::Opportunistic if login.is_none() => 25,
            Security::Opportunistic | Security::StartTls => 587,
        });
        let Options { ca, hello, connections, timeout, .. } = options;
        Ok(Self::Smtp(SmtpUrl { security, host, port, login, ca, hello, connections, timeout }))
    }
}

const SCHEMES: &str = "mail URL: it must begin with mailbox:, smtp://, smtp+starttls:// or smtps://";

fn login(user_info: &str) -> Result<Login, String> {
    let (user, password) =
        user_info.split_once(':').ok_or("mail URL: a password is missing: write user:password@host")?;
    let (user, password) = (decoded(user, "user")?, decoded(password, "password")?);
    if user.is_empty() {
        return Err("mail URL: the user before \":\" is empty".into());
    }
    Ok(Login { user: Secret::new(user), password: Secret::new(password), mechanism: None })
}

fn decoded(text: &str, what: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let bad_escape = |at: usize| !(bytes.len() > at + 2 && bytes[at + 1..at + 3].iter().all(u8::is_ascii_hexdigit));
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'%' && bad_escape(at)) {
        return Err(format!("mail URL: \"%\" in the {what} must be followed by two hexadecimal digits"));
    }
    let text = percent_decode_str(text).decode_utf8().map_err(|_| format!("mail URL: the {what} is not UTF-8"))?;
    if text.chars().any(char::is_control) {
        return Err(format!("mail URL: the {what} holds a control character"));
    }
    Ok(text.into_owned())
}

fn host_and_port(address: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("mail URL: \"]\" is missing after the IPv6 address")?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| "mail URL: no IPv6 address between the brackets")?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err("mail URL: only \":port\" may follow the IPv6 address".into()),
        }
    } else {
        match address.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("mail URL: an IPv6 address must stand in brackets".into());
            }
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    if host.is_empty() {
        return Err("mail URL: the host is missing".into());
    }
    if rustls::pki_types::ServerName::try_from(host).is_err() {
        return Err("mail URL: the host is no host name or IP address (write names in ASCII, xn--…)".into());
    }
    let port = port
        .map(|port| {
            let number = port.parse::<u16>().ok().filter(|n| *n > 0 && port.bytes().all(|b| b.is_ascii_digit()));
            number.ok_or("mail URL: the port is no number from 1 to 65535")
        })
        .transpose()?;
    Ok((host.to_owned(), port))
}

#[derive(Default)]
struct Options {
    mechanism: Option<AuthMechanism>,
    ca: Option<PathBuf>,
    hello: Option<String>,
    connections: Option<usize>,
    timeout: Option<Duration>,
}

impl Options {
    fn parse(query: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value, "options")?;
            match name {
                "auth" => {
                    options.mechanism = Some(match value.to_ascii_lowercase().as_str() {
                        "plain" => AuthMechanism::Plain,
                        "login" => AuthMechanism::Login,
                        "xoauth2" => AuthMechanism::Xoauth2,
                        _ => return Err("mail URL: \"auth\" must be plain, login or xoauth2".into()),
                    });
                }
                "ca" if value.is_empty() => return Err("mail URL: \"ca\" must name a file".into()),
                "ca" => options.ca = Some(value.into()),
                "hello" if is_hello(&value) => options.hello = Some(value),
                "hello" => return Err("mail URL: \"hello\" must be a host name".into()),
                "connections" => {
                    let number = value.parse().ok().filter(|n| (1..=64).contains(n));
                    options.connections = Some(number.ok_or("mail URL: \"connections\" must be from 1 to 64")?);
                }
                "timeout" => {
                    let seconds = value.parse().ok().filter(|n| (1..=600).contains(n));
                    let seconds = seconds.ok_or("mail URL: \"timeout\" must be from 1 to 600 seconds")?;
                    options.timeout = Some(Duration::from_secs(seconds));
                }
                _ => return Err("mail URL: unknown option; there are auth, ca, hello, connections and timeout".into()),
            }
        }
        Ok(options)
    }
}

/// A host name, or an address literal such as `[192.0.2.1]`; goes on the wire as it is.
fn is_hello(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.[]:_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(text: &str) -> SmtpUrl {
        match MailUrl::parse(text) {
            Ok(MailUrl::Smtp(url)) => url,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn schemes_and_default_ports() {
        assert_eq!(MailUrl::parse("mailbox:"), Ok(MailUrl::Mailbox));
        for (text, security, host, port) in [
            ("smtp://mail.example", Security::Opportunistic, "mail.example", 25),
            ("smtp://u:p@mail.example", Security::Opportunistic, "mail.example", 587),
            ("smtp://127.0.0.1:2525/", Security::Opportunistic, "127.0.0.1", 2525),
            ("SMTP+STARTTLS://u:p@mail.example", Security::StartTls, "mail.example", 587),
            ("smtps://u:p@[2001:db8::1]", Security::Implicit, "2001:db8::1", 465),
            ("smtps://[::1]:4465", Security::Implicit, "::1", 4465),
        ] {
            let url = smtp(text);
            assert_eq!((url.security, url.host.as_str(), url.port), (security, host, port), "{text}");
        }
    }

    #[test]
    fn logins_and_options_are_decoded() {
        let url = smtp(
            "smtp://us%40er:p%3A%2F%25@h.example?auth=xoauth2&ca=/etc/my%20ca.pem&hello=out.example&connections=8&timeout=5",
        );
        let login = url.login.expect("login");
        assert_eq!((login.user.reveal(), login.password.reveal()), ("us@er", "p:/%"));
        assert_eq!(login.mechanism, Some(AuthMechanism::Xoauth2));
        assert_eq!(url.ca, Some("/etc/my ca.pem".into()));
        assert_eq!(url.hello.as_deref(), Some("out.example"));
        assert_eq!((url.connections, url.timeout), (Some(8), Some(Duration::from_secs(5))));
    }

    #[test]
    fn what_is_wrong_is_named_and_secrets_are_not() {
        for (text, says) in [
            ("", "must begin"),
            ("mail.example", "must begin"),
            ("http://mail.example", "must begin"),
            ("mailbox:x", "nothing may follow"),
            ("smtp:mail.example", "\"//\""),
            ("smtp://", "host is missing"),
            ("smtp://hunter2@h.example", "password is missing"),
            ("smtp://:hunter2@h.example", "user"),
            ("smtp://u:hunter2%zz@h.example", "hexadecimal"),
            ("smtp://u:hunter2%0a@h.example", "control"),
            ("smtp://u:hun/ter2@h.example/x", "%2F"),
            ("smtp://u:hunter2#@h.example", "%23"),
            ("smtp://h.example:0", "port"),
            ("smtp://h.example:+5", "port"),
            ("smtp://h.example:99999", "port"),
            ("smtp://::1", "brackets"),
            ("smtp://[::1", "]"),
            ("smtp://[x]", "IPv6"),
            ("smtp://b\u{fc}cher.example", "host"),
            ("smtp://h.example?auth=plain", "needs a user"),
            ("smtp://u:hunter2@h.example?auth=cram", "auth"),
            ("smtp://h.example?x=1", "unknown option"),
            ("smtp://h.example?connections=0", "from 1 to 64"),
            ("smtp://h.example?connections=x", "from 1 to 64"),
            ("smtp://h.example?timeout=0", "from 1 to 600"),
            ("smtp://h.example?hello=a%20b", "hello"),
            ("smtp://h exa.mple", "white space"),
        ] {
            let fault = MailUrl::parse(text).expect_err(text);
            assert!(fault.contains(says) && !fault.contains("hunter2"), "{text}: {fault}");
        }
        assert!(!format!("{:?}", MailUrl::parse("smtp://u:hunter2@h.example")).contains("hunter2"));
    }
}
