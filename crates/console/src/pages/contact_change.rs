//! Changes of a contact: values, and marks with one button each. What is sent is a difference, so that two people at work
//! on the same contact do not undo each other; who edits a value that somebody else has just changed is told.

use intake::{Intake, StaffChange};
use model::{ContactId, EmailAddress, Fault, Given, ListId, Refusal, StatementId, TagId};
use store::Contact;

use super::contact::{self, contact};
use crate::ctx::{Answer, Ctx, Fail};

fn kept(contact: &Contact, id: model::FieldId) -> &str {
    contact.values.iter().find(|(f, _)| *f == id).map_or("", |(_, v)| v)
}

/// Browsers send every end of a line as CR LF.
fn same(a: &str, b: &str) -> bool {
    a == b || a.replace("\r\n", "\n") == b.replace("\r\n", "\n")
}

pub(crate) async fn values(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let found = contact(&ctx).await?;
    let t = ctx.words;
    let (mut change, mut typed, mut bad) = (StaffChange::default(), Vec::new(), false);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (id, field) in &account.fields {
        let name = &field.system_name;
        let Some((_, was)) = ctx.form.iter().find(|(n, _)| n.strip_prefix("was.") == Some(name)) else { continue };
        let many: Vec<&str> =
            ctx.form.iter().filter(|(n, _)| n.strip_prefix("is.") == Some(name)).map(|(_, v)| v.trim()).collect();
        let is_list = contact::control(field) == "choices";
        let given = match many.as_slice() {
            _ if is_list => Given::Many(many.iter().filter(|v| !v.is_empty()).map(|v| (*v).into()).collect()),
            [one] if !one.is_empty() => Given::Text((*one).into()),
            _ => Given::Nothing,
        };
        let shown = many.join(", ");
        let now = kept(&found, *id);
        match Intake::check_value(&account, name, &given) {
            Ok((_, value)) if same(value.as_deref().unwrap_or_default(), was) => {
                // Not touched here, so whatever it is by now stays.
            }
            Ok((_, value)) if !same(now, was) => {
                bad = true;
                let fault = t.one("value-changed-meanwhile", "value", now);
                typed.push((name.clone(), value.unwrap_or_default(), Some(fault)));
            }
            Ok((id, value)) => {
                before.push(format!("{name}: {now}"));
                after.push(format!("{name}: {}", value.as_deref().unwrap_or_default()));
                typed.push((name.clone(), value.clone().unwrap_or_default(), None));
                change.values.push((id, value));
            }
            Err(fault) => {
                bad = true;
                typed.push((name.clone(), shown, Some(told(&ctx, &fault))));
            }
        }
    }
    let email = ctx.form.get("email");
    let renamed = !email.is_empty() && email != found.row.email;
    if renamed && ctx.form.get("was-email") != found.row.email {
        let fault = t.one("value-changed-meanwhile", "value", &found.row.email);
        return contact::page(&ctx, 409, &found, typed, Some(fault)).await;
    }
    if bad {
        return contact::page(&ctx, 422, &found, typed, None).await;
    }
    if renamed {
        let Ok(new) = EmailAddress::parse(email) else {
            return contact::page(&ctx, 422, &found, typed, Some(t.get("email-wrong"))).await;
        };
        change.email = Some(new);
        before.insert(0, found.row.email.clone());
        after.insert(0, email.to_owned());
    }
    let back = ctx.at(&format!("contacts/{}", found.row.id));
    if change == StaffChange::default() {
        return ctx.to(&back, "nothing");
    }
    match ctx.console.intake().staff_change(&account, found.row.id, change, ctx.origin()).await {
        Ok(()) => {}
        Err(Refusal::Duplicate) => {
            return contact::page(&ctx, 422, &found, typed, Some(t.get("email-taken"))).await;
        }
        Err(other) => return Err(other.into()),
    }
    note(&ctx, "contact.edit", found.row.id, before.join("\n"), after.join("\n")).await?;
    ctx.to(&back, "saved")
}

fn told(ctx: &Ctx, fault: &Fault) -> String {
    match fault {
        Fault::FieldInvalid(_, why) => ctx.words.of("value-fault", &format!("{why:?}").to_lowercase()),
        _ => ctx.words.get("value-fault-any"),
    }
}

async fn note(ctx: &Ctx, action: &'static str, id: ContactId, before: String, after: String) -> Result<(), Fail> {
    ctx.note(action, ctx.words.one("contact-number", "number", &id.to_string()), Some(id), before, after).await
}

/// One button: join, leave, tag, untag, agree, withdraw, suppress, release.
pub(crate) async fn mark(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let found = contact(&ctx).await?;
    let id = ctx.form.number("id").unwrap_or(0);
    let mut change = StaffChange::default();
    let language = &account.settings.language.0;
    let (list, tag) = (account.list(ListId(id)), account.tag(TagId(id)));
    let statement = account.statement(StatementId(id));
    let list_name = || list.map(|l| ctx.words.pick(&l.name, language)).ok_or(Fail::NotFound);
    let tag_name = || tag.map(|g| g.name.clone()).ok_or(Fail::NotFound);
    let key = || statement.map(|(s, _)| s.key.clone()).ok_or(Fail::NotFound);
    let (action, before, after) = match ctx.form.get("do") {
        "join" => {
            change.join.push(ListId(id));
            ("contact.join", String::new(), list_name()?)
        }
        "leave" => {
            change.leave.push(ListId(id));
            ("contact.leave", list_name()?, String::new())
        }
        "tag" => {
            change.tag.push(TagId(id));
            ("contact.tag", String::new(), tag_name()?)
        }
        "untag" => {
            change.untag.push(TagId(id));
            ("contact.untag", tag_name()?, String::new())
        }
        "agree" => {
            change.agree.push(StatementId(id));
            ("contact.agree", String::new(), key()?)
        }
        "withdraw" => {
            change.withdraw.push(StatementId(id));
            ("contact.withdraw", key()?, String::new())
        }
        "suppress" => {
            change.suppress = Some(true);
            ("contact.suppress", String::new(), ctx.words.get("state-suppressed"))
        }
        "release" => {
            change.suppress = Some(false);
            ("contact.release", ctx.words.get("state-suppressed"), String::new())
        }
        _ => return Err(Fail::Malformed),
    };
    let of = found.row.id;
    ctx.console.intake().staff_change(&account, of, change, ctx.origin()).await?;
    let back = ctx.at(&format!("contacts/{of}"));
    // Where the person said "this wasn't me" themselves, nobody in the console undoes it.
    if action == "contact.release" && contact(&ctx).await?.row.suppressed_at.is_some() {
        return ctx.to(&back, "still-suppressed");
    }
    note(&ctx, action, of, before, after).await?;
    ctx.to(&back, "saved")
}

pub(crate) async fn resend(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let id = ContactId(ctx.id()?);
    let back = ctx.at(&format!("contacts/{id}"));
    if !ctx.console.intake().staff_resend(&account, id).await? {
        return ctx.to(&back, "nothing-to-send");
    }
    note(&ctx, "contact.resend", id, String::new(), String::new()).await?;
    ctx.to(&back, "sent-again")
}
