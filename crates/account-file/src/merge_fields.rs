//! Merge fields of mail templates: `{{Name}}`, `{{Name default=text}}`, `{{trx:Name}}`. Here they are only checked, so that a
//! template that cannot work is refused with its place in the file, all faults at once (Sentori reference, section 10). What
//! passes here also passes the mail floor, which fills templates in.

use crate::report::{did_you_mean, quoted};

/// What a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeContext {
    /// The subject of a confirmation mail: no links.
    ConfirmationSubject,
    /// The text or HTML part of a confirmation mail: knows the confirm and not-me links, and must hold the first.
    ConfirmationBody,
    /// Any part of a mail of an automation: knows `{{trx:…}}` and the links to preferences and unsubscribing.
    Automation,
}

const EVERYWHERE: &[&str] = &["AccountName", "FormName", "EmailAddress"];
const CONFIRMATION: &[&str] = &["ConfirmLink", "NotMeLink"];
const AUTOMATION: &[&str] = &["PreferencesLink", "UnsubscribeLink"];

/// The faults of a template: unknown merge fields, braces that do not close, a confirmation mail that nobody could confirm by.
/// `fields` are the SystemNames of the account's fields, built-in ones too; names are compared whatever the case.
pub fn check_merge_fields(template: &str, context: MergeContext, fields: &[&str]) -> Vec<String> {
    let links = match context {
        MergeContext::ConfirmationSubject => &[],
        MergeContext::ConfirmationBody => CONFIRMATION,
        MergeContext::Automation => AUTOMATION,
    };
    let mut faults = Vec::new();
    let mut confirms = false;
    let mut from = 0;
    while let Some(open) = template[from..].find("{{").map(|at| from + at) {
        let inside = open + 2;
        let close = template[inside..].find("}}").map(|at| inside + at);
        let Some(close) = close.filter(|close| !template[inside..*close].contains("{{")) else {
            faults.push(format!("has a `{{{{` without `}}}}`{}", line_of(template, open)));
            from = inside;
            continue;
        };
        from = close + 2;
        let name = name_of(&template[inside..close]);
        let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(name));
        confirms |= is(&["ConfirmLink"]);
        let folded = name.to_lowercase();
        let trx = folded
            .strip_prefix("trx:")
            .map(str::trim)
            .is_some_and(|n| !n.is_empty() && !n.contains(char::is_whitespace));
        let known = is(EVERYWHERE) || is(links) || fields.iter().any(|f| f.to_lowercase() == folded);
        if known || trx && context == MergeContext::Automation {
            continue;
        }
        let place = line_of(template, open);
        if trx || is(CONFIRMATION) || is(AUTOMATION) {
            faults.push(format!("cannot hold the merge field {}: it belongs in other mails{place}", quoted(name)));
        } else {
            let near = did_you_mean(name, EVERYWHERE.iter().chain(links).chain(fields).copied());
            faults.push(format!("has the unknown merge field {}{place}{near}", quoted(name)));
        }
    }
    if context == MergeContext::ConfirmationBody && !confirms {
        faults.push("must contain {{ConfirmLink}}: nobody could confirm".into());
    }
    faults
}

/// The name before `default=`; anything else behind it is a part of it, and so makes it unknown.
fn name_of(content: &str) -> &str {
    let content = content.trim();
    let name = content.split(char::is_whitespace).next().unwrap_or(content);
    let rest = content[name.len()..].trim_start();
    let default = rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("default="));
    if default { name } else { content }
}

/// Where in a text of several lines.
pub(crate) fn line_of(template: &str, at: usize) -> String {
    if !template.contains('\n') {
        return String::new();
    }
    let before = &template[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    format!(" in line {line}, column {column} of the text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_merge_fields_are_found() {
        use MergeContext::{Automation, ConfirmationBody, ConfirmationSubject};
        for (text, context, faults) in [
            ("Hello {{FirstName default=friend of ours}}, {{ConfirmLink}}", ConfirmationBody, 0),
            ("{{ confirmlink }} {{notmelink}}", ConfirmationBody, 0),
            ("{{FirstName}}", ConfirmationBody, 1),
            ("{{FirstName}} {{FormName}}", ConfirmationSubject, 0),
            ("{{ConfirmLink}}", ConfirmationSubject, 1),
            ("{{firstname}} {{trx:Code DEFAULT=n/a}} {{UnsubscribeLink}}", Automation, 0),
            ("{{trx:Code}} {{trx:}} {{trx:a b}}", ConfirmationSubject, 3),
            ("{{ConfirmLink}}", Automation, 1),
            ("{{FristName}} {{", Automation, 2),
            ("{{FirstName {{LastName}}", Automation, 2),
            ("{{}} {{ }} {{FirstName x}} {{default=x}}", Automation, 4),
            ("{ { FirstName } } }}", Automation, 0),
        ] {
            assert_eq!(check_merge_fields(text, context, &["FirstName"]).len(), faults, "{text}");
        }
        assert_eq!(
            check_merge_fields("a\n {{FristName}}", Automation, &["FirstName"]),
            ["has the unknown merge field `FristName` in line 2, column 2 of the text; did you mean `FirstName`?"]
        );
    }
}
