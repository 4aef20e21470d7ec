//! Merge fields of mail templates: `{{Name}}`, `{{Name default=text}}`, `{{trx:Name}}`. Here they are only checked, so that a
//! template that cannot work is refused when it is saved (Sentori reference, section 10).

use crate::report::{did_you_mean, quoted};

/// What kind of mail a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeContext {
    /// A confirmation mail: knows the confirm and not-me links.
    Confirmation,
    /// A mail of an automation: knows `{{trx:…}}` and the links to preferences and unsubscribing.
    Automation,
}

const EVERYWHERE: &[&str] = &["AccountName", "PreferencesLink"];

/// The faults of a template: unknown merge fields and braces that do not close. `fields` says whether the account has a contact
/// field of that name, in any case; `known` lists names for suggestions.
pub fn check_merge_fields(
    template: &str,
    context: MergeContext,
    fields: &dyn Fn(&str) -> bool,
    known: &[&str],
) -> Vec<String> {
    let links: &[&str] = match context {
        MergeContext::Confirmation => &["ConfirmLink", "NotMeLink", "FormName"],
        MergeContext::Automation => &["UnsubscribeLink"],
    };
    let mut faults = Vec::new();
    let mut from = 0;
    while let Some(open) = template[from..].find("{{").map(|at| from + at) {
        let inside = open + 2;
        let Some(close) = template[inside..].find("}}").map(|at| inside + at) else {
            faults.push(format!("has a `{{{{` that does not close{}", line_of(template, open)));
            break;
        };
        from = close + 2;
        let content = template[inside..close].trim();
        let name = content.split_once(char::is_whitespace).map_or(content, |(name, _)| name);
        let rest = content[name.len()..].trim_start();
        if !(rest.is_empty() || rest.starts_with("default=")) || name.contains("{{") {
            faults.push(format!(
                "has the merge field {}, which is neither {{{{Name}}}} nor {{{{Name default=text}}}}{}",
                quoted(content),
                line_of(template, open)
            ));
            continue;
        }
        let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(name));
        let trx = name.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("trx:")) && name.len() > 4;
        if is(EVERYWHERE) || is(links) || fields(name) || trx && context == MergeContext::Automation {
            continue;
        }
        let near = did_you_mean(name, EVERYWHERE.iter().chain(links).chain(known).copied());
        faults.push(format!("has the unknown merge field {}{}{near}", quoted(name), line_of(template, open)));
    }
    faults
}

/// Where in a text of several lines.
fn line_of(template: &str, at: usize) -> String {
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
        let check = |text: &str, context| {
            check_merge_fields(text, context, &|n| n.eq_ignore_ascii_case("FirstName"), &["FirstName"])
        };
        use MergeContext::{Automation, Confirmation};
        for (text, context, faults) in [
            ("Hello {{FirstName default=friend of ours}}, {{ConfirmLink}}", Confirmation, 0),
            ("{{firstname}} {{trx:Code default=n/a}} {{UnsubscribeLink}}", Automation, 0),
            ("{{trx:Code}}", Confirmation, 1),
            ("{{ConfirmLink}}", Automation, 1),
            ("{{FristName}} {{", Confirmation, 2),
            ("{{}} {{ }} {{FirstName x}}", Confirmation, 3),
            ("{ { FirstName } } }}", Confirmation, 0),
        ] {
            assert_eq!(check(text, context).len(), faults, "{text}");
        }
        assert_eq!(
            check("a\n {{FristName}}", Confirmation),
            ["has the unknown merge field `FristName` in line 2, column 2 of the text; did you mean `FirstName`?"]
        );
    }
}
