//! A raw mail read as a report: a delivery status (RFC 3464), a complaint (RFC 5965), or a bounce in words.

use bytes::Bytes;
use intake::{MailReport, ReportedRecipient, Said};
use store::{Keys, MailMark};

use super::mime::{self, Mail};
use super::{plain, status};

/// Bytes in which a token is looked for.
const MOST_SEARCHED: usize = 8 * 1024 * 1024;
/// The longest name of a program that is kept.
const LONGEST_NAME: usize = 200;

/// Why a mail is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoReport {
    /// It does not begin with a header.
    NotMail,
    /// It says nothing about a mail that was sent.
    Other,
    /// It says that it is a report, and not of whom or of what kind.
    Incomplete,
}

/// Reads a report.
pub(crate) fn read(raw: &Bytes, keys: &Keys) -> Result<MailReport, NoReport> {
    let mail = mime::read(raw).ok_or(NoReport::NotMail)?;
    let (recipients, reporter) = said(&mail)?;
    let identity = raw.trim_ascii().to_vec();
    Ok(MailReport { mark: mark(&mail, raw, keys), service: None, recipients, identity, reporter })
}

fn said(mail: &Mail) -> Result<(Vec<ReportedRecipient>, Option<String>), NoReport> {
    let of_kind = |kinds: &[&str]| mail.parts.iter().find(|p| kinds.contains(&p.kind.as_str()));
    if let Some(part) = of_kind(&["message/feedback-report"]) {
        return complaint(&part.text());
    }
    let is_status = ["message/delivery-status", "message/global-delivery-status"];
    let recipients = match of_kind(&is_status) {
        Some(part) => {
            let words = mail.parts.iter().find(|p| p.kind.starts_with("text/")).map(|p| p.text());
            status::recipients(&part.text(), words.as_deref().unwrap_or_default())
        }
        None => in_words(mail).ok_or_else(|| what_is_missing(mail))?,
    };
    if recipients.is_empty() {
        return Err(NoReport::Incomplete);
    }
    let reporter = of_kind(&is_status).and_then(|part| {
        let fields = status::groups(&part.text()).into_iter().next()?;
        fields.into_iter().find(|(name, _)| name == "reporting-mta").map(|(_, value)| short(&value))
    });
    Ok((recipients, reporter))
}

/// A report whose parts are mislabelled or that has none.
fn in_words(mail: &Mail) -> Option<Vec<ReportedRecipient>> {
    let failed = mime::fields(&mail.head).into_iter().find(|(name, _)| name == "x-failed-recipients");
    let texts: Vec<String> =
        mail.parts.iter().filter(|p| p.kind.starts_with("text/")).take(4).map(|p| p.text()).collect();
    let fields = texts.iter().find(|text| {
        let has = |name: &str| text.lines().any(|l| l.get(..name.len()).is_some_and(|l| l.eq_ignore_ascii_case(name)));
        has("final-recipient:") && (has("action:") || has("status:"))
    });
    if let Some(text) = fields {
        return Some(status::recipients(text, ""));
    }
    plain::recipients(texts.first()?, failed.as_ref().map(|(_, value)| value.as_str()))
}

fn what_is_missing(mail: &Mail) -> NoReport {
    let content_type = mime::fields(&mail.head).into_iter().find(|(name, _)| name == "content-type");
    let content_type = content_type.map(|(_, value)| value.to_lowercase()).unwrap_or_default();
    let claims = ["delivery-status", "feedback-report"].iter().any(|kind| content_type.contains(kind));
    if claims { NoReport::Incomplete } else { NoReport::Other }
}

fn complaint(text: &str) -> Result<(Vec<ReportedRecipient>, Option<String>), NoReport> {
    let fields: Vec<_> = status::groups(text).into_iter().flatten().collect();
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let kind = field("feedback-type").map(|k| k.trim().to_ascii_lowercase()).filter(|k| !k.is_empty());
    let said = complained(&kind.ok_or(NoReport::Incomplete)?);
    let named = fields.iter().filter(|(name, _)| name == "original-rcpt-to" || name == "removal-recipient");
    let addresses = named.filter_map(|(_, value)| status::address(value)).collect();
    Ok((vec![ReportedRecipient { addresses, said }], field("user-agent").map(short)))
}

/// What a kind of feedback says (RFC 5965, section 7.3; RFC 6591; RFC 6430): some are no word of the recipient's against us.
pub(super) fn complained(kind: &str) -> Said {
    match kind {
        "not-spam" | "auth-failure" | "virus" => Said::Delayed,
        _ => Said::Complaint,
    }
}

/// Of our mails the one that a report is about: as the address it was sent to says, else anything in it.
fn mark(mail: &Mail, raw: &Bytes, keys: &Keys) -> Option<MailMark> {
    let mut left = MOST_SEARCHED;
    let texts = [&mail.head].into_iter().chain(mail.parts.iter().map(|part| &part.content)).chain([raw]);
    texts
        .take_while(|text| {
            left = left.saturating_sub(text.len());
            left > 0
        })
        .find_map(|text| keys.find_mail_token(&String::from_utf8_lossy(text)))
}

pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}
