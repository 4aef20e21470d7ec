//! The vendor's webhooks (Sentori reference, section 13): bodies as its manual prints them, checked by `vhash`.

use model::{ApiUserKind, ListId, Timestamp};
use sha1::{Digest as _, Sha1};
use store::{Bounce, Cause};

use super::{Happened, Word};

/// The vendor's check: SHA-1 over the values in body order without `vhash` and `Description`, then the account's API key;
/// upper-case hex.
pub fn vhash(values: &[&str], api_key: &str) -> String {
    let mut hash = Sha1::new();
    for value in values {
        hash.update(value);
    }
    hash.update(api_key);
    hash.finalize().iter().fold(String::with_capacity(40), |hex, byte| format!("{hex}{byte:02X}"))
}

/// What stands around keys and values; the manual prints contacts' calls and lists' calls differently, and the lengths in
/// its headers are those of the bodies as printed.
struct Layout {
    indent: &'static str,
    colon: &'static str,
}

const OF_CONTACT: Layout = Layout { indent: "    ", colon: ":" };
const OF_LIST: Layout = Layout { indent: "  ", colon: " : " };

impl Layout {
    fn write(&self, pairs: &[(&str, &str)]) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let lines = pairs.iter().map(|(key, value)| format!("{}\"{key}\"{}{}", self.indent, self.colon, quoted(value)));
        format!("{{\r\n{}\r\n}}", lines.collect::<Vec<_>>().join(",\r\n"))
    }
}

/// What all calls of one change share.
struct Caller<'a> {
    account: &'a str,
    key: &'a str,
    email: &'a str,
    at: Timestamp,
}

impl Caller<'_> {
    /// ISO 8601 in UTC with seven digits behind the second.
    fn date(&self) -> String {
        self.at.to_jiff().strftime("%Y-%m-%dT%H:%M:%S.%6f0Z").to_string()
    }

    /// A time as in descriptions: English, seconds dropped.
    fn spoken(&self) -> String {
        self.at.to_jiff().strftime("%a %d %b %Y %H:%M UTC").to_string()
    }

    fn contact(&self, kind: &str, extra: Option<(&str, &str)>) -> String {
        let date = self.date();
        let mut pairs =
            vec![("AccountExternalID", self.account), ("EmailAddress", self.email), ("Type", kind), ("Date", &date)];
        pairs.extend(extra);
        let description = format!("\"{}\" logged \"{kind}\" Event at \"{}\".", self.email, self.spoken());
        self.signed(&OF_CONTACT, pairs, &description)
    }

    fn list(&self, kind: &str, name: &str, external_id: &str) -> String {
        let date = self.date();
        let pairs = vec![
            ("AccountExternalID", self.account),
            ("EmailAddress", self.email),
            ("MailingListExternalID", external_id),
            ("Type", kind),
            ("Date", &date),
        ];
        let description = format!(
            "\"{}\" logged \"{kind}\" Event for Mailing List \"{name}\" (ExternalID: {external_id}) at \"{}\".",
            self.email,
            self.spoken()
        );
        self.signed(&OF_LIST, pairs, &description)
    }

    fn signed(&self, layout: &Layout, pairs: Vec<(&str, &str)>, description: &str) -> String {
        let values: Vec<_> = pairs.iter().map(|(_, value)| *value).collect();
        let vhash = vhash(&values, self.key);
        let more = [("vhash", vhash.as_str()), ("Description", description)];
        layout.write(&pairs.into_iter().chain(more).collect::<Vec<_>>())
    }
}

/// The calls that a change owes, in the vendor's order: the contact's, then one for each list.
pub(super) fn calls(happened: &Happened<'_>) -> Vec<Word> {
    let account = happened.account;
    let key = account.api_users.iter().find(|(_, user)| user.kind == ApiUserKind::Sentori);
    let caller = Caller {
        account: &account.settings.external_id,
        key: key.map_or("", |(_, user)| user.secret.reveal()),
        email: &happened.email,
        at: happened.at,
    };
    let mut calls = Vec::new();
    let mut call = |slot: &'static str, event: &str, body: String| calls.push(Word { slot, event: event.into(), body });
    let list = |id: ListId, kind: &str| {
        let language = &account.settings.language.0;
        account.list(id).map(|l| caller.list(kind, l.name.pick(language, language), &l.external_id))
    };
    if happened.confirms() || happened.subscribes_again() {
        let source = source(happened);
        call("contact_subscribe", "subscribe", caller.contact("subscribe", Some(("Source", &source))));
    }
    let again = if happened.subscribes_again() { happened.facts.lists.as_slice() } else { &[] };
    for id in happened.joined().chain(again.iter().copied()) {
        if let Some(body) = list(id, "subscribe") {
            call("list_subscribe", "subscribe", body);
        }
    }
    let ends = happened.unsubscribes();
    if ends {
        call("contact_unsubscribe", "unsubscribe", caller.contact("unsubscribe", None));
    }
    // Who unsubscribes from everything leaves every list.
    let all = if ends { happened.facts.lists.clone() } else { happened.left().collect() };
    for id in all {
        if let Some(body) = list(id, "unsubscribe") {
            call("list_unsubscribe", "unsubscribe", body);
        }
    }
    if let Some(bounce) = happened.plan.bounce {
        let kind = if bounce == Bounce::Hard { "Hard" } else { "Soft" };
        call("bounce", "bounce", caller.contact("bounce", Some(("BounceType", kind))));
    }
    calls
}

/// Where a sign-up was made: the page of the form, `User`, or `API`.
fn source(happened: &Happened<'_>) -> String {
    if happened.plan.cause == Cause::User {
        return "User".into();
    }
    let is_web = |page: &&str| page.starts_with("https://") || page.starts_with("http://");
    happened.page().filter(is_web).unwrap_or("API").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "20011111-1111-1111-1111-111111111200";
    const OCTOBER: &str = "2016-10-28T14:59:43.6889402Z";

    fn caller(at: &str) -> Caller<'static> {
        let at: jiff::Timestamp = at.parse().expect("a time");
        Caller { account: "1234ABCD", key: KEY, email: "user@example.com", at: Timestamp(at.as_microsecond()) }
    }

    #[test]
    fn every_vector_of_the_reference_is_met() {
        let user = ["1234ABCD", "user@example.com"];
        let form = "https://www.example.com/newsletter";
        for (name, rest, wanted) in [
            ("U", vec!["unsubscribe", "2016-02-01T14:12:59.1230000Z"], "F88EA6387F4CF9F258521444C34FEB526DF66A55"),
            ("S", vec!["subscribe", OCTOBER, "User"], "EC0A73A0091CF860DCBD0B572CD8042A9B702D7B"),
            ("S without Source", vec!["subscribe", OCTOBER], "C97AC6B11CABDBBED322D09A79489500DC1F5A0D"),
            ("M", vec!["ABCD1234", "subscribe", OCTOBER], "0321B442144F3EF8663EF47D738E2EDEDEBDF73F"),
            ("old", vec!["unsubscribe"], "A311202B8389BF3C19F30458F15BC62FA29BD263"),
            ("MU", vec!["ABCD1234", "unsubscribe", OCTOBER], "6769BC487AB5F54FE2AA5858FB6260FBFB0DD7A2"),
            ("F", vec!["subscribe", OCTOBER, form], "1C2B5E17B408E3B844D139A2137BB0D24533026F"),
        ] {
            let values: Vec<_> = user.iter().copied().chain(rest).collect();
            assert_eq!(vhash(&values, KEY), wanted, "{name}");
        }
        let n = vhash(&["1234ABCD", "josé@example.com", "subscribe", OCTOBER, "User"], KEY);
        assert_eq!(n, "088C8C7DD530FCB70270903B35E34EE3B3171AF6", "N");
    }

    #[test]
    fn bodies_are_the_printed_ones_to_the_byte() {
        let unsubscribe = caller("2016-02-01T14:12:59.123Z").contact("unsubscribe", None);
        let printed = [
            "{",
            "    \"AccountExternalID\":\"1234ABCD\",",
            "    \"EmailAddress\":\"user@example.com\",",
            "    \"Type\":\"unsubscribe\",",
            "    \"Date\":\"2016-02-01T14:12:59.1230000Z\",",
            "    \"vhash\":\"F88EA6387F4CF9F258521444C34FEB526DF66A55\",",
            "    \"Description\":\"\\\"user@example.com\\\" logged \\\"unsubscribe\\\" Event at \\\"Mon 01 Feb 2016 14:12 UTC\\\".\"",
            "}",
        ];
        assert_eq!(unsubscribe, printed.join("\r\n"));
        assert_eq!(unsubscribe.len(), 314, "the printed Content-Length");
        let october = caller("2016-10-28T14:59:43.688940Z");
        let joined = october.list("subscribe", "Members Offers", "ABCD1234");
        assert_eq!(joined.len(), 410, "the printed Content-Length");
        assert_eq!(october.list("unsubscribe", "Members Offers", "ABCD1234").len(), 414);
        let says = "logged \\\"subscribe\\\" Event for Mailing List \\\"Members Offers\\\" (ExternalID: ABCD1234) at \
                    \\\"Fri 28 Oct 2016 14:59 UTC\\\".\"";
        assert!(
            joined.contains(says) && joined.contains("\r\n  \"MailingListExternalID\" : \"ABCD1234\",\r\n"),
            "{joined}"
        );
        let subscribed = october.contact("subscribe", Some(("Source", "User")));
        let keys: Vec<_> = subscribed.lines().filter_map(|l| l.trim().strip_prefix('"')?.split('"').next()).collect();
        let wanted = ["AccountExternalID", "EmailAddress", "Type", "Date", "Source", "vhash", "Description"];
        assert_eq!((keys.as_slice(), subscribed.len()), (wanted.as_slice(), 332));
        let bounced = october.contact("bounce", Some(("BounceType", "Hard")));
        assert!(bounced.contains("\"BounceType\":\"Hard\",\r\n    \"vhash\":"), "{bounced}");
    }

    #[test]
    fn what_people_type_stays_inside_its_string() {
        let mut odd = caller("2016-10-28T14:59:43Z");
        odd.email = "o\"hara\\josé@example.com";
        let body: serde_json::Value = serde_json::from_str(&odd.contact("unsubscribe", None)).expect("JSON");
        assert_eq!(body["EmailAddress"], odd.email);
        assert_eq!(body["Date"], "2016-10-28T14:59:43.0000000Z");
    }
}
