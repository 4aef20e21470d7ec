//! Looks up every name of a sign-up in the account's snapshot and checks every value; no I/O.
//!
//! All faults are found, in one order for all doors: address, form, lists, required fields, each field, tags,
//! statements (Sentori reference, section 2.3). A dialect that reports one takes the first.

use std::borrow::Cow;

use model::{
    AccountSnapshot, Answer, Door, EmailAddress, Fault, Field, FieldId, Given, GivenSignUp, ListId, ResolvedForm,
    SignUp, StatementId, TagId, Wish,
};

/// The sign-up with every name resolved, or all that is wrong with it.
pub(crate) fn resolve(account: &AccountSnapshot, given: GivenSignUp<'_>) -> Result<SignUp, Vec<Fault>> {
    let mut faults = Vec::new();
    let email = EmailAddress::parse(&given.email).map_err(|f| faults.push(Fault::Email(f))).ok();
    let form = match &given.form {
        None => None,
        Some(name) => {
            let Some(form) = account.form_by_external_id(name).filter(|f| !f.form.disabled) else {
                faults.push(Fault::FormUnknown);
                return Err(faults);
            };
            Some(form)
        }
    };
    let lists = lists(account, form, &given, &mut faults);
    if let Some(form) = form {
        required(account, form, &given, &mut faults);
    }
    let values = values(account, form, &given, email.as_ref(), &mut faults);
    let tags = tags(account, &given, &mut faults);
    let statements = statements(account, form, &given, &mut faults);
    match email {
        Some(email) if faults.is_empty() => Ok(SignUp {
            door: given.door,
            caller: given.caller,
            form: form.map(|f| f.id),
            email,
            wish: Wish { values, lists, tags, statements, ..Wish::default() },
            confirm: given.confirm.unwrap_or_else(|| form.is_none_or(|f| f.form.require_confirmation)),
            language: given.language,
            origin: given.origin,
        }),
        _ => Err(faults),
    }
}

/// Whether the door belongs to our own forms, where only what the form shows can be chosen.
fn shows_form(door: Door) -> bool {
    matches!(door, Door::Hosted | Door::Json)
}

/// Whether the caller may set fields and tags that people may not set themselves. Sentori's key opens two surfaces:
/// sign-ups name a form, calls of v1 and v2.0 do not.
fn is_staff(given: &GivenSignUp<'_>) -> bool {
    match given.door {
        Door::SpektrixOwner | Door::Native | Door::Console | Door::Import => true,
        Door::Sentori => given.form.is_none(),
        _ => false,
    }
}

/// Whether ids are Spektrix's and internal items stay hidden from browsers.
fn by_vendor_id(door: Door) -> bool {
    matches!(door, Door::SpektrixOwner | Door::SpektrixWeb | Door::SpektrixForm)
}

fn lists(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    given: &GivenSignUp<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<ListId> {
    let mut found: Vec<ListId> = Vec::with_capacity(given.lists.len());
    for name in &given.lists {
        let list = account.list_by_external_id(name).map(|(id, _)| id);
        let offered = |id: &ListId| !shows_form(given.door) || form.is_some_and(|f| f.lists.contains(id));
        match list.filter(offered) {
            Some(id) if found.contains(&id) => {}
            Some(id) => found.push(id),
            None => faults.push(Fault::ListUnknown(name.to_string())),
        }
    }
    found
}

fn required(account: &AccountSnapshot, form: &ResolvedForm, given: &GivenSignUp<'_>, faults: &mut Vec<Fault>) {
    if !form.has_required {
        return;
    }
    if given.values.is_empty() {
        faults.push(Fault::NoFieldsGiven);
        return;
    }
    for (id, _) in form.fields.iter().filter(|(_, required)| *required) {
        let Some(field) = account.field(*id) else { continue };
        // The last of several spellings counts, as it does for the value itself.
        let value = given.values.iter().rfind(|(name, _)| is(name, field));
        if value.is_none_or(|(_, value)| is_blank(value)) {
            faults.push(Fault::FieldRequired(field.system_name.clone()));
        }
    }
}

fn is(name: &str, field: &Field) -> bool {
    name.trim().eq_ignore_ascii_case(&field.system_name)
}

fn is_blank(value: &Given<'_>) -> bool {
    match value {
        Given::Nothing => true,
        Given::Text(text) => text.trim().is_empty(),
        Given::Many(texts) => texts.iter().all(|t| t.trim().is_empty()),
        Given::Number(_) | Given::Bool(_) | Given::Nested => false,
    }
}

fn values(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    given: &GivenSignUp<'_>,
    email: Option<&EmailAddress>,
    faults: &mut Vec<Fault>,
) -> Vec<(FieldId, Option<String>)> {
    let mut found: Vec<(FieldId, Option<String>)> = Vec::with_capacity(given.values.len());
    for (name, value) in &given.values {
        if name.trim().eq_ignore_ascii_case("EmailAddress") {
            // Ignored when it says the same, as in Sentori's v2.0.
            let same = matches!(value, Given::Text(text) if EmailAddress::parse(text).ok().as_ref().map(EmailAddress::key) == email.map(EmailAddress::key));
            if !same {
                faults.push(Fault::FieldInvalid(name.to_string(), model::ValueFault::WrongType));
            }
            continue;
        }
        let Some((id, field)) = account.field_by_name(name) else {
            faults.push(Fault::FieldUnknown(name.to_string()));
            continue;
        };
        let on_this_form = !shows_form(given.door) || form.is_some_and(|f| f.fields.iter().any(|(i, _)| *i == id));
        if !on_this_form || !field.on_forms && !is_staff(given) {
            faults.push(Fault::FieldNotOnForms(name.to_string()));
            continue;
        }
        match field.parse(value, id.0 < 100) {
            Ok(value) => match found.iter_mut().find(|(f, _)| *f == id) {
                Some(earlier) => earlier.1 = value,
                None => found.push((id, value)),
            },
            Err(why) => faults.push(Fault::FieldInvalid(name.to_string(), why)),
        }
    }
    found
}

fn tags(account: &AccountSnapshot, given: &GivenSignUp<'_>, faults: &mut Vec<Fault>) -> Vec<TagId> {
    let mut found: Vec<TagId> = Vec::with_capacity(given.tags.len());
    for name in &given.tags {
        let tag = if by_vendor_id(given.door) {
            account.tags.iter().find(|(_, t)| t.spektrix_id.eq_ignore_ascii_case(name.trim())).map(|(id, t)| (*id, t))
        } else {
            account.tag_by_name(name)
        };
        let visible = |t: &model::Tag| {
            is_staff(given)
                || given.door == Door::Sentori
                || account.tag_groups.iter().any(|(_, g)| g.web && g.name == t.group)
        };
        match tag.filter(|(_, t)| visible(t) && !shows_form(given.door)) {
            Some((id, _)) if found.contains(&id) => {}
            Some((id, _)) => found.push(id),
            None => faults.push(Fault::TagUnknown(name.to_string())),
        }
    }
    found
}

fn statements(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    given: &GivenSignUp<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Answer> {
    let mut found: Vec<Answer> = Vec::with_capacity(given.statements.len());
    for answer in &given.statements {
        let wanted: Cow<'_, str> = answer.statement.trim().into();
        let statement = account.statements.iter().find(|(_, s, _)| {
            if by_vendor_id(given.door) {
                s.spektrix_id.eq_ignore_ascii_case(&wanted)
            } else {
                s.key.eq_ignore_ascii_case(&wanted)
            }
        });
        let offered = |id: StatementId, web: bool| match given.door {
            Door::Hosted | Door::Json => form.is_some_and(|f| f.statements.contains(&id)),
            Door::SpektrixWeb => web,
            _ => true,
        };
        match statement.filter(|(id, s, _)| offered(*id, s.web)) {
            Some((id, _, versions)) => {
                let answer = Answer {
                    statement: *id,
                    version: versions.last().map_or(1, |v| v.version),
                    language: given.language.clone(),
                    yes: answer.yes,
                    shown: answer.shown,
                };
                match found.iter_mut().find(|a| a.statement == *id) {
                    Some(earlier) => *earlier = answer,
                    None => found.push(answer),
                }
            }
            None => faults.push(Fault::StatementUnknown(answer.statement.to_string())),
        }
    }
    found
}
