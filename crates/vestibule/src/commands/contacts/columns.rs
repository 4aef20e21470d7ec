//! What the columns of a file hold, found by their names; and a row as the intake takes it.

use std::collections::HashMap;

use doors::spektrix::attributes;
use intake::ImportedContact;
use model::{
    AccountSnapshot, Caller, Door, Fault, Field, Given, GivenAnswer, GivenSignUp, Origin, Shown, Timestamp, ValueFault,
};

use super::rows::Row;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    CustomerId,
    Email,
    Field(String),
    Tags,
    Lists,
    Answer(String),
    AnsweredAt(String),
    AnsweredBy(String),
    Ignored,
}

/// Names that other systems use, and ours for the same.
const ALSO: &[(&str, &str)] = &[
    ("emailaddress", "Email"),
    ("mail", "Email"),
    ("forename", "FirstName"),
    ("givenname", "FirstName"),
    ("surname", "LastName"),
    ("familyname", "LastName"),
    ("salutation", "Title"),
    ("mobile", "MobilePhoneNumber"),
    ("cell", "MobilePhoneNumber"),
    ("phone", "PhoneNumber"),
    ("telephone", "PhoneNumber"),
    ("zip", "PostCode"),
    ("zipcode", "PostCode"),
    ("company", "CompanyName"),
    ("organisation", "CompanyName"),
    ("town", "City"),
    ("address", "Address1"),
    ("dob", "BirthDate"),
    ("dateofbirth", "BirthDate"),
    ("birthday", "BirthDate"),
    ("lists", "MailingLists"),
];

/// Without what people write differently: case, blanks, dashes, underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The column of that name, or a line that says what is wrong and what may be meant.
pub(super) fn named(account: &AccountSnapshot, map: &HashMap<String, String>, name: &str) -> Result<Column, String> {
    let wanted = map.get(name.trim()).map_or(name, String::as_str);
    if wanted.is_empty() || wanted == "-" {
        return Ok(Column::Ignored);
    }
    found(account, wanted).ok_or_else(|| {
        let meant = meant(account, wanted);
        let say = match &meant {
            Some(meant) => format!("; did you mean {meant}? Say --map {name:?}={meant}, or"),
            None => ". Say --map".into(),
        };
        let way = match meant {
            Some(_) => format!(" --map {name:?}=- to leave it out"),
            None => format!(" {name:?}=FIELD, or --map {name:?}=- to leave it out"),
        };
        format!("no field or statement goes by {wanted}{say}{way}")
    })
}

fn found(account: &AccountSnapshot, name: &str) -> Option<Column> {
    let name = name.trim();
    let lower = name.to_lowercase();
    let statement = |key: &str| Some(account.statement_by_key(key.trim())?.1.key.clone());
    if let Some(rest) = lower.strip_prefix("statement ") {
        let (key, what) = rest.rsplit_once(' ').unwrap_or((rest, ""));
        return match what {
            "at" => Some(Column::AnsweredAt(statement(key)?)),
            "source" => Some(Column::AnsweredBy(statement(key)?)),
            _ => Some(Column::Answer(statement(rest)?)),
        };
    }
    let own = |f: &Field| {
        attributes::input_key(account, f).eq_ignore_ascii_case(name)
            || attributes::output_key(account, f).eq_ignore_ascii_case(name)
    };
    let plain_name = plain(name);
    let alike =
        |f: &Field| plain(&f.system_name) == plain_name || f.label.all().into_iter().any(|l| plain(l) == plain_name);
    Some(match plain_name.as_str() {
        "customerid" | "id" => Column::CustomerId,
        "email" | "emailaddress" => Column::Email,
        "tags" => Column::Tags,
        "mailinglists" => Column::Lists,
        "entered" => Column::Ignored,
        _ => {
            let fields = || account.fields.iter().map(|(_, f)| f);
            let by_name = account.field_by_name(name).map(|(_, f)| f);
            let field = by_name.or_else(|| fields().find(|f| own(f))).or_else(|| fields().find(|f| alike(f)))?;
            Column::Field(field.system_name.clone())
        }
    })
}

/// The name that may be meant.
fn meant(account: &AccountSnapshot, name: &str) -> Option<String> {
    let wanted = plain(name);
    if let Some((_, ours)) = ALSO.iter().find(|(also, _)| *also == wanted) {
        return Some((*ours).to_owned());
    }
    let fixed = ["Email", "CustomerId", "Tags", "MailingLists"].map(str::to_owned);
    let fields = account.fields.iter().map(|(_, f)| f.system_name.clone());
    let statements = account.statements.iter().map(|(_, s, _)| format!("Statement {}", s.key));
    let near = fixed.into_iter().chain(fields).chain(statements);
    let scored = near.map(|candidate| (strsim::jaro_winkler(&plain(&candidate), &wanted), candidate));
    scored.filter(|(score, _)| *score > 0.84).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}

fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.replace(' ', "T") };
    let zoned = if whole.ends_with('Z') || whole.get(10..).is_some_and(|t| t.contains(['+', '-'])) {
        whole
    } else {
        whole + "Z"
    };
    zoned.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_microsecond()))
}

/// A row for the intake, or why it is none.
pub(super) fn contact<'r>(
    account: &'r AccountSnapshot,
    columns: &'r [Result<Column, String>],
    fields: &'r Row,
) -> Result<ImportedContact<'r>, String> {
    if fields.len() > columns.len() {
        return Err(format!("{} fields, but only {} columns", fields.len(), columns.len()));
    }
    let mut row = ImportedContact {
        given: GivenSignUp {
            door: Door::Import,
            caller: Caller::Credentials,
            form: None,
            email: "".into(),
            values: Vec::with_capacity(columns.len()),
            lists: Vec::new(),
            tags: Vec::new(),
            statements: Vec::new(),
            confirm: Some(false),
            language: None,
            origin: Origin::default(),
        },
        public_id: None,
        answered: Vec::new(),
    };
    for (column, text) in columns.iter().zip(fields.fields()) {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        match column.as_ref().map_err(Clone::clone)? {
            Column::CustomerId => row.public_id = Some(customer_id(text)?),
            Column::Email => row.given.email = text.into(),
            Column::Field(name) => row.given.values.push((name.as_str().into(), Given::Text(text.into()))),
            Column::Tags => row.given.tags.extend(pieces(text).map(Into::into)),
            Column::Lists => row.given.lists.extend(pieces(text).map(|name| list(account, name).into())),
            Column::Answer(key) => {
                let yes = match text.to_lowercase().as_str() {
                    "yes" | "true" | "1" | "y" => true,
                    "no" | "false" | "0" | "n" => false,
                    _ => return Err(format!("Statement {key}: {text} is neither yes nor no")),
                };
                row.given.statements.push(GivenAnswer { statement: key.as_str().into(), yes, shown: Shown::Declared });
            }
            Column::AnsweredAt(key) => {
                let at = moment(text).ok_or_else(|| format!("Statement {key} at: {text} is no date"))?;
                answered(&mut row, key).1 = Some(at);
            }
            Column::AnsweredBy(key) => answered(&mut row, key).2 = Some(text.chars().take(255).collect()),
            Column::Ignored => {}
        }
    }
    Ok(row)
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|piece| !piece.is_empty())
}

/// A list's external id, from that or from its name.
fn list<'r>(account: &'r AccountSnapshot, name: &'r str) -> &'r str {
    if account.list_by_external_id(name).is_some() {
        return name;
    }
    let by_name = account.lists.iter().find(|(_, l)| l.name.all().into_iter().any(|n| n.eq_ignore_ascii_case(name)));
    by_name.map_or(name, |(_, l)| l.external_id.as_str())
}

fn answered<'r>(row: &'r mut ImportedContact<'_>, key: &str) -> &'r mut (String, Option<Timestamp>, Option<String>) {
    let at = row.answered.iter().position(|(known, ..)| known == key).unwrap_or_else(|| {
        row.answered.push((key.to_owned(), None, None));
        row.answered.len() - 1
    });
    &mut row.answered[at]
}

/// A vendor's customer id: taken as it is, but for its case.
fn customer_id(text: &str) -> Result<String, String> {
    let fits = text.len() <= 50 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(text.to_ascii_uppercase()) } else { Err(format!("CustomerId: {text} is no customer id")) }
}

/// What is wrong with a row, for people.
pub(super) fn described(faults: &[Fault]) -> String {
    let one = |fault: &Fault| match fault {
        Fault::Email(_) => "the address is missing or malformed".to_owned(),
        Fault::ListUnknown(name) => format!("there is no mailing list {name}"),
        Fault::TagUnknown(name) => format!("there is no tag {name}"),
        Fault::FieldUnknown(name) | Fault::FieldNotOnForms(name) => format!("there is no field {name}"),
        Fault::StatementUnknown(name) => format!("there is no statement {name}"),
        Fault::FieldInvalid(name, why) => match why {
            ValueFault::TooLong(most) => format!("{name} is longer than {most} characters"),
            ValueFault::WrongType => format!("{name} is not of its field's type"),
            ValueFault::NotAnOption => format!("{name} is none of the field's options"),
            ValueFault::Control => format!("{name} holds a control character"),
        },
        other => format!("{other:?}"),
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}
