//! The built-in mailbox and the front page of a machine that tries the program out. In English: they are for whoever
//! sets it up.

use askama::Template;
use delivery::mail::MailboxMessage;
use model::AccountSnapshot;

use super::page::{Brand, Frame, Page};
use super::texts::Texts;

/// A piece of a text part.
struct Piece<'a> {
    text: &'a str,
    is_link: bool,
}

struct Mail<'a> {
    subject: &'a str,
    to: String,
    from: &'a str,
    at: &'a str,
    lines: Vec<Vec<Piece<'a>>>,
    html_url: Option<String>,
    headers: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "pages/mailbox.html")]
struct MailboxTemplate<'a> {
    frame: &'a Frame,
    mails: Vec<Mail<'a>>,
}

#[derive(Template)]
#[template(path = "pages/front.html")]
struct FrontTemplate<'a> {
    frame: &'a Frame,
    accounts: Vec<(&'a str, Vec<(String, String)>)>,
}

/// The mailbox (200), links in text parts made clickable. `html_url` is the address of a mail's HTML part.
pub fn mailbox_page(messages: &[MailboxMessage], html_url: impl Fn(&str) -> String) -> Page {
    let mails = messages.iter().map(|m| Mail {
        subject: &m.subject,
        to: m.to.join(", "),
        from: &m.from,
        at: &m.at,
        lines: m.text.lines().map(pieces).collect(),
        html_url: m.html.as_ref().map(|_| html_url(&m.id)),
        headers: &m.headers,
    });
    let frame = Frame::new(Texts::of("en"), &Brand::default(), "Mailbox");
    let template = MailboxTemplate { frame: &frame, mails: mails.collect() };
    let mut page = frame.plain(200, &template);
    page.policy.push_str("; frame-src 'self'");
    page
}

/// Where to go on a machine that tries the program out (200).
pub fn front_page(accounts: &[std::sync::Arc<AccountSnapshot>]) -> Page {
    let links = |account: &AccountSnapshot| {
        let slug = &account.settings.slug;
        let language = &account.settings.language.0;
        let form = |f: &model::ResolvedForm| {
            (f.form.name.pick(language, language).to_owned(), format!("/{slug}/forms/{}", f.form.external_id))
        };
        let mut links: Vec<_> = account.forms.iter().filter(|f| !f.form.disabled).map(form).collect();
        links.push(("Preferences".into(), format!("/{slug}/preferences")));
        links
    };
    let accounts = accounts.iter().map(|a| (a.settings.name.as_str(), links(a))).collect();
    let frame = Frame::new(Texts::of("en"), &Brand::default(), "Vestibule");
    frame.plain(200, &FrontTemplate { frame: &frame, accounts })
}

/// A line with its web addresses told apart.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|s| rest.find(s)).min() {
        let end = rest[at..].find(|c: char| c.is_whitespace() || "<>\"".contains(c)).map_or(rest.len(), |e| at + e);
        let end = at + rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).len();
        found.push(Piece { text: &rest[..at], is_link: false });
        found.push(Piece { text: &rest[at..end], is_link: true });
        rest = &rest[end..];
    }
    found.push(Piece { text: rest, is_link: false });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_in_a_line_are_links() {
        for (line, links) in [
            ("no link", vec![]),
            (
                "see https://a.example/x?y=1, or <http://b.example>.",
                vec!["https://a.example/x?y=1", "http://b.example"],
            ),
            ("https://a.example/confirm/Ab-_9", vec!["https://a.example/confirm/Ab-_9"]),
        ] {
            let found: Vec<_> = pieces(line).into_iter().filter(|p| p.is_link).map(|p| p.text).collect();
            assert_eq!(found, links, "{line}");
            assert_eq!(pieces(line).iter().map(|p| p.text).collect::<String>(), line);
        }
    }
}
