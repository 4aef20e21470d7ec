//! What every page has: the frame around its content, and the headers that keep it safe.

use std::collections::BTreeSet;

use askama::Template;
use model::{AccountSettings, ResolvedForm};

use super::assets;
use super::colour::Rgb;
use super::texts::{Texts, unmarked};

/// A finished page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The language it is in.
    pub language: &'static str,
    /// `Content-Security-Policy`.
    pub policy: String,
    /// The document.
    pub html: String,
}

impl Page {
    /// Every header of the page. `Retry-After` and HSTS are the caller's.
    pub fn headers(&self) -> [(&'static str, &str); 8] {
        [
            ("content-type", "text/html; charset=utf-8"),
            ("content-language", self.language),
            ("content-security-policy", &self.policy),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("vary", "accept, accept-language"),
        ]
    }
}

/// Who speaks: the account, as its pages show it.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// The organisation's name; empty where no account is known.
    pub name: String,
    /// Its logo.
    pub logo_url: Option<String>,
    /// Its colour.
    pub colour: Option<Rgb>,
    /// Its privacy notice.
    pub privacy_url: Option<String>,
}

impl Brand {
    /// The account's brand. Addresses that are not `http(s)` are left out.
    pub fn of(settings: &AccountSettings) -> Self {
        let web = |url: &Option<String>| url.clone().filter(|u| origin(u).is_some());
        Self {
            name: if settings.name.is_empty() { settings.slug.clone() } else { settings.name.clone() },
            logo_url: web(&settings.logo_url),
            colour: settings.colour.as_deref().and_then(Rgb::parse),
            privacy_url: web(&settings.privacy_url),
        }
    }
}

/// A link to the same page in another language.
#[derive(Clone, Debug)]
pub struct LanguageLink {
    /// The tag.
    pub tag: &'static str,
    /// The language's own name.
    pub name: String,
    /// Where it leads.
    pub href: String,
}

/// The frame around a page's content, as `templates/pages/base.html` needs it.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(super) t: Texts,
    pub(super) brand: Brand,
    pub(super) title: String,
    pub(super) styles: String,
    pub(super) script: Option<String>,
    /// Origins that the page's script comes from and talks to, where it is another's.
    pub(super) others: &'static str,
    pub(super) indexed: bool,
    pub(super) languages: Vec<LanguageLink>,
}

impl Frame {
    /// A frame with that title, kept out of search engines.
    pub fn new(t: Texts, brand: &Brand, title: &str) -> Self {
        let full = if brand.name.is_empty() {
            title.to_owned()
        } else {
            // Marks of direction do not belong into a window's title.
            unmarked(&t.with("title", &[("page", title), ("account", &brand.name)]))
        };
        let styles = assets::styles_url(brand.colour);
        Self {
            t,
            brand: brand.clone(),
            title: full,
            styles,
            script: None,
            others: "",
            indexed: false,
            languages: Vec::new(),
        }
    }

    /// Makes the page. `framers` may put it into a frame, `redirects` are origins that a form on it may lead to.
    pub(super) fn page(
        &self,
        status: u16,
        template: &impl Template,
        framers: &str,
        redirects: &BTreeSet<String>,
    ) -> Page {
        let html = template.render().unwrap_or_else(|error| {
            // Rendering into a string only fails when a value's Display does, and those here do not.
            tracing::error!(%error, "a page could not be rendered");
            String::from("<!doctype html><html lang=en dir=ltr><title>Error</title><h1>Something went wrong</h1>")
        });
        let logo = self.brand.logo_url.as_deref().and_then(origin);
        Page { status, language: self.t.tag(), policy: policy(framers, logo.as_deref(), redirects, self.others), html }
    }

    /// Makes a page that nobody may frame and whose forms lead nowhere else.
    pub(super) fn plain(&self, status: u16, template: &impl Template) -> Page {
        self.page(status, template, "'none'", &BTreeSet::new())
    }
}

fn policy(framers: &str, logo: Option<&str>, redirects: &BTreeSet<String>, others: &str) -> String {
    // The empty icon is a data: address: without it, browsers ask for /favicon.ico with every page.
    let logo = logo.map(|l| format!(" {l}")).unwrap_or_default();
    let redirects: String = redirects.iter().flat_map(|origin| [" ", origin]).collect();
    let (scripts, more) = match others {
        "" => (String::new(), String::new()),
        others => {
            (format!(" {others}"), format!("; frame-src {others}; connect-src {others}; worker-src blob: {others}"))
        }
    };
    format!(
        "default-src 'none'; style-src 'self'{scripts}; script-src 'self'{scripts}; img-src 'self' data:{logo}{scripts}; form-action 'self'{redirects}; frame-ancestors {framers}; base-uri 'none'{more}"
    )
}

/// Who may frame an account's forms: its allowed origins.
pub(super) fn framers(settings: &AccountSettings) -> String {
    if settings.allowed_origins.iter().any(|o| o == "*") {
        return "*".into();
    }
    let origins: Vec<String> = settings.allowed_origins.iter().filter_map(|o| origin(o)).collect();
    if origins.is_empty() { "'self'".into() } else { format!("'self' {}", origins.join(" ")) }
}

/// Where the forms of a page may lead after their post: browsers hold `form-action` against redirects too, along the
/// whole chain, so the hosts that the account trusts belong in it.
pub(super) fn redirects(settings: &AccountSettings, form: Option<&ResolvedForm>) -> BTreeSet<String> {
    let messages = form.into_iter().flat_map(|f| [&f.form.signup, &f.form.update]);
    let urls = messages.flat_map(|m| [&m.submission_url, &m.confirmed_url]).flatten();
    let mut origins: BTreeSet<String> = urls.filter_map(|url| origin(url)).collect();
    for host in &settings.allowed_return_hosts {
        let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        if plain && matches!(host.as_str(), "localhost" | "127.0.0.1") {
            origins.insert(format!("http://{host}:*"));
        } else if plain {
            origins.insert(format!("https://{host}"));
        }
    }
    origins
}

/// Where a form sends people after a step, if it may: `https` or `http` to a host that the account allows.
pub fn redirect<'u>(settings: &AccountSettings, url: Option<&'u str>) -> Option<&'u str> {
    let url = url?;
    let origin = origin(url)?;
    let host = host_of(origin.split_once("//")?.1);
    settings.allowed_return_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)).then_some(url)
}

/// `scheme://host[:port]` of a web address; nothing for any other text. Only characters that cannot end a directive of
/// a policy or an attribute come through.
pub(super) fn origin(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "https" && scheme != "http" || url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    (!authority.is_empty() && authority.bytes().all(fits))
        .then(|| format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_have_an_origin() {
        for (url, found) in [
            ("https://demo.example/thanks?x=1", Some("https://demo.example")),
            ("HTTP://Localhost:8080", Some("http://localhost:8080")),
            ("https://[::1]:8080/", Some("https://[::1]:8080")),
            ("javascript:alert(1)", None),
            ("//demo.example", None),
            ("https://user@demo.example", None),
            ("https://demo.example;script-src *", None),
            ("https://demo.example\\@evil.example/", None),
            ("https://", None),
        ] {
            assert_eq!(origin(url).as_deref(), found, "{url}");
        }
    }

    #[test]
    fn redirects_stay_with_allowed_hosts() {
        let allowed_return_hosts = vec!["localhost".into(), "demo.example".into(), "bad host".into()];
        let settings = AccountSettings { allowed_return_hosts, ..AccountSettings::default() };
        for (url, good) in [
            ("https://demo.example/a", true),
            ("http://localhost:9000/a", true),
            ("https://www.demo.example/a", false),
            ("https://demo.example.evil.example", false),
            ("javascript://demo.example/%0aalert(1)", false),
        ] {
            assert_eq!(redirect(&settings, Some(url)).is_some(), good, "{url}");
        }
        let origins: Vec<_> = super::redirects(&settings, None).into_iter().collect();
        assert_eq!(origins, ["http://localhost:*", "https://demo.example"]);
    }

    #[test]
    fn the_policy_names_what_the_account_allows() {
        let mut settings = AccountSettings { allowed_origins: vec!["https://a.example".into()], ..Default::default() };
        assert_eq!(framers(&settings), "'self' https://a.example");
        settings.allowed_origins.push("*".into());
        assert_eq!(framers(&settings), "*");
        assert_eq!(framers(&AccountSettings::default()), "'self'");
        let policy =
            policy("'none'", Some("https://cdn.example"), &BTreeSet::from(["https://b.example".to_owned()]), "");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
        assert!(
            policy.contains("form-action 'self' https://b.example;") && policy.contains("data: https://cdn.example;")
        );
    }
}
