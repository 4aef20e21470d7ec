//! The alert mail of a form: tells staff that someone signed up or changed their details, with the full contact record
//! laid out so that a program can read it (Sentori reference, section 4.1).

use std::fmt::Write;

use model::{SignUpKind, Timestamp};

/// What an alert mail says.
#[derive(Clone, Debug)]
pub struct AlertMail<'a> {
    /// The form's name.
    pub form_name: &'a str,
    /// Signup or update.
    pub action: SignUpKind,
    /// When it took effect.
    pub date: Timestamp,
    /// The contact's address as given.
    pub email_address: &'a str,
    /// SystemName and value of each field besides the address, in account order; blank values too.
    pub fields: Vec<(&'a str, &'a str)>,
    /// Names of the lists the contact is on.
    pub mailing_lists: Vec<&'a str>,
    /// Names of the contact's tags.
    pub tags: Vec<&'a str>,
}

impl AlertMail<'_> {
    /// `{{FormName}}: {{EmailAddress}} signup`, or `update`.
    pub fn subject(&self) -> String {
        let action = match self.action {
            SignUpKind::Signup => "signup",
            SignUpKind::Update => "update",
        };
        format!("{}: {} {action}", one_line(self.form_name), one_line(self.email_address))
    }

    /// One `Name: value` a line.
    pub fn text(&self) -> String {
        let action = match self.action {
            SignUpKind::Signup => "Signup",
            SignUpKind::Update => "Update",
        };
        // Whole seconds: what reads these dates may know no fractions.
        let date = Timestamp(self.date.0.div_euclid(1_000_000).saturating_mul(1_000_000)).to_rfc3339();
        let mut text = String::with_capacity(256);
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{}: {}", one_line(name), one_line(value));
        };
        line("Form", self.form_name);
        line("Action", action);
        line("Date", &date);
        line("EmailAddress", self.email_address);
        for (name, value) in &self.fields {
            line(name, value);
        }
        line("MailingLists", &self.mailing_lists.join(", "));
        line("Tags", &self.tags.join(", "));
        text
    }
}

/// Several alerts of one form in one mail.
#[derive(Clone, Debug)]
pub struct AlertDigest<'a> {
    /// The form's name.
    pub form_name: &'a str,
    /// The alerts, the oldest first.
    pub alerts: Vec<AlertMail<'a>>,
}

impl AlertDigest<'_> {
    /// `{{FormName}}: 12 sign-ups and updates`; of one alert that one's own.
    pub fn subject(&self) -> String {
        match self.alerts.as_slice() {
            [only] => only.subject(),
            all => format!("{}: {} sign-ups and updates", one_line(self.form_name), all.len()),
        }
    }

    /// The records, each laid out as in a mail of its own, an empty line between them.
    pub fn text(&self) -> String {
        self.alerts.iter().map(AlertMail::text).collect::<Vec<_>>().join("\n")
    }
}

/// Line breaks, of whatever kind, become a space each.
fn one_line(value: &str) -> String {
    let value = value.trim().replace("\r\n", " ");
    value.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_parseable() {
        let mail = AlertMail {
            form_name: "Membership",
            action: SignUpKind::Update,
            date: Timestamp(1_390_232_498_123_456),
            email_address: "example@sentoriapp.com",
            fields: vec![("FirstName", "Zo\u{eb}"), ("Notes", "a\r\nTags: VIP\nb"), ("City", "")],
            mailing_lists: vec!["Monthly Newsletter", "Family Events"],
            tags: vec![],
        };
        assert_eq!(mail.subject(), "Membership: example@sentoriapp.com update");
        let expected = "Form: Membership\nAction: Update\nDate: 2014-01-20T15:41:38Z\n\
            EmailAddress: example@sentoriapp.com\nFirstName: Zo\u{eb}\nNotes: a Tags: VIP b\nCity: \n\
            MailingLists: Monthly Newsletter, Family Events\nTags: \n";
        assert_eq!(mail.text(), expected);
    }
}
