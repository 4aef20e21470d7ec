//! Delivery status (RFC 3464, RFC 6533) and feedback (RFC 5965) as fields, and which failures speak of the address itself.

use intake::{ReportedRecipient, Said};

use super::{mime, plain};

/// Groups of fields, with empty lines between them.
pub(super) fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups = Vec::new();
    let mut lines = String::new();
    // A line of blanks ends a group too: some servers indent what they should not.
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !lines.is_empty() {
                groups.push(mime::fields(lines.as_bytes()));
                lines.clear();
            }
        } else {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    groups
}

/// What a delivery status says of whom; `words`: what the report says to people.
pub(super) fn recipients(text: &str, words: &str) -> Vec<ReportedRecipient> {
    let mut recipients = Vec::new();
    for group in groups(text) {
        // Some servers leave the empty line between two recipients out.
        let starts: Vec<_> = (0..group.len()).filter(|i| group[*i].0 == "final-recipient").collect();
        let ends = starts.iter().skip(1).copied().chain([group.len()]);
        if starts.len() > 1 {
            recipients.extend(starts.iter().zip(ends).filter_map(|(start, end)| recipient(&group[*start..end], words)));
        } else {
            recipients.extend(recipient(&group, words));
        }
    }
    recipients
}

fn recipient(fields: &[(String, String)], words: &str) -> Option<ReportedRecipient> {
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let (last, first) = (field("final-recipient"), field("original-recipient"));
    if last.is_none() && first.is_none() && field("action").is_none() {
        return None;
    }
    let (status, diagnosis) = (field("status").unwrap_or_default(), field("diagnostic-code").unwrap_or_default());
    let action = field("action").unwrap_or_default().split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    // Exim says nothing in particular of an address that it cannot route, and of one that it tried for days.
    let failure = |status, diagnosis: &str| match failure(status, diagnosis) {
        Said::Soft if enhanced(status) == Some((5, 0, 0)) && diagnosis.is_empty() => plain::of_words(words),
        said => said,
    };
    let said = match action.trim_end_matches([';', ',']) {
        "failed" => failure(status, diagnosis),
        "delivered" => Said::Delivered,
        // Nobody says what becomes of it after that.
        "delayed" | "relayed" | "expanded" => Said::Delayed,
        _ => match status.trim_start().bytes().next() {
            Some(b'2') => Said::Delivered,
            Some(b'4' | b'5') => failure(status, diagnosis),
            _ => return None,
        },
    };
    let addresses = [first, last].into_iter().flatten().filter_map(address).collect();
    Some(ReportedRecipient { addresses, said })
}

/// The address behind its type: `rfc822; <joe@example.org>`.
pub(super) fn address(value: &str) -> Option<String> {
    let text = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let text = text.split_once('<').map_or(text, |(_, inner)| inner.split('>').next().unwrap_or_default());
    let text = text.trim_matches(['<', '>', '"', ' ']);
    (text.contains('@') && text.len() < 1000).then(|| unicode(text))
}

/// `\x{…}` of `utf-8-addr-xtext` (RFC 6533) as the letters it stands for.
fn unicode(text: &str) -> String {
    let mut pieces = text.split("\\x{");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let letter = piece.split_once('}').and_then(|(code, rest)| {
            let letter = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
            Some((letter, rest))
        });
        match letter {
            Some((letter, rest)) => {
                plain.push(letter);
                plain.push_str(rest);
            }
            None => {
                plain.push_str("\\x{");
                plain.push_str(piece);
            }
        }
    }
    plain
}

/// The first enhanced status code (RFC 3463) in a text.
fn enhanced(text: &str) -> Option<(u8, u16, u16)> {
    let code = |word: &str| {
        let mut numbers = word.trim_matches('.').split('.');
        let class = numbers.next()?.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
        let (subject, detail) = (numbers.next()?, numbers.next()?);
        let short = subject.len() <= 3 && detail.len() <= 3 && numbers.next().is_none();
        if short { Some((class, subject.parse().ok()?, detail.parse().ok()?)) } else { None }
    };
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(code)
}

/// The first SMTP reply code (RFC 5321) of a refusal in a text.
fn reply(text: &str) -> Option<u16> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '@');
    words.filter(|w| w.len() == 3).filter_map(|w| w.parse().ok()).find(|code| (400..600).contains(code))
}

/// Whether a text holds a code that says more than words.
pub(super) fn has_code(text: &str) -> bool {
    enhanced(text).is_some() || reply(text).is_some()
}

/// Whether a mail that was given up speaks of the address ([`Said::Hard`]) or of a full mailbox, the mail itself, a policy
/// or the way there ([`Said::Soft`]): an address is marked bad after one of the first kind.
pub(super) fn failure(status: &str, diagnosis: &str) -> Said {
    let (given, told) = (enhanced(status), enhanced(diagnosis));
    // The status may say no more than "failed", and the other server's words say more.
    let vague = |code: &(u8, u16, u16)| matches!(code, (5, 0 | 2 | 3 | 5, 0));
    let code = match (given, told) {
        (Some(given), Some(told)) if vague(&given) => Some(told),
        (given, told) => given.or(told),
    };
    let reply = reply(diagnosis);
    let of_address = matches!(reply, Some(550 | 551 | 553));
    let hard = match code {
        Some((5, 1, 7 | 8)) => false,
        Some((5, 1, _) | (5, 2, 1) | (5, 4, 1 | 4 | 310)) => true,
        Some(code) => vague(&code) && of_address,
        None => of_address,
    };
    if hard { Said::Hard } else { Said::Soft }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_an_address_are_told_from_others() {
        for (status, diagnosis, wanted) in [
            ("5.1.1", "smtp; 550 5.1.1 <joe@example.org>: unknown", Said::Hard),
            ("5.1.1 (bad destination mailbox address)", "", Said::Hard),
            ("5.0.0", "smtp; 550-5.1.1 The email account does not exist", Said::Hard),
            ("5.0.0", "", Said::Soft),
            ("5.0.0", "smtp; 550 Requested action not taken: mailbox unavailable", Said::Hard),
            ("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable", Said::Hard),
            ("5.4.4", "X-Postfix; Host or domain name not found", Said::Hard),
            ("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound", Said::Hard),
            ("5.2.1", "smtp; 550 5.2.1 The email account is disabled", Said::Hard),
            ("", "smtp; 553 sorry, that domain isn't in my list", Said::Hard),
            ("5.2.2", "smtp; 552 5.2.2 mailbox full", Said::Soft),
            ("5.0.0", "smtp; 552 quota exceeded", Said::Soft),
            ("5.0.0", "smtp; 550 5.7.1 blocked by our policy", Said::Soft),
            ("5.7.1", "smtp; 554 5.7.1 spam", Said::Soft),
            ("5.1.8", "smtp; 553 5.1.8 sender's domain", Said::Soft),
            ("4.4.7", "smtp; 451 4.4.7 Message expired", Said::Soft),
            ("4.0.0", "", Said::Soft),
            ("5.4.6", "", Said::Soft),
            ("", "", Said::Soft),
            ("junk", "smtp; 421 4.7.0 try 10.1.2.3 again", Said::Soft),
        ] {
            assert_eq!(failure(status, diagnosis), wanted, "{status} {diagnosis}");
        }
    }

    #[test]
    fn recipients_are_read_however_they_are_laid_out() {
        let text = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; joe@example.org\nAction: failed\nStatus: 5.1.1\n\
            Diagnostic-Code: smtp; 550\n 5.1.1 unknown\n  \nFinal-recipient: RFC822;<zoe@example.org>\nACTION: Delayed (so far)\n\
            Final-Recipient: utf-8; jos\\x{E9}@example.org\nOriginal-Recipient: rfc822;jo@example.org\nAction: delivered\n\n\
            Final-Recipient: LOCAL;root\nStatus: 5.2.2\n\nX-Other: nothing\n";
        let read: Vec<_> = recipients(text, "").into_iter().map(|r| (r.addresses.join(" "), r.said)).collect();
        let wanted = [
            ("joe@example.org", Said::Hard),
            ("zoe@example.org", Said::Delayed),
            ("jo@example.org josé@example.org", Said::Delivered),
            ("", Said::Soft),
        ];
        assert_eq!(read, wanted.map(|(address, said)| (address.to_owned(), said)));
    }
}
