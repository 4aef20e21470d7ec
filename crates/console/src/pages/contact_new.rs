//! A contact added by hand: through the same door of the intake as everything else that staff do.

use askama::Template;
use model::{Caller, Door, EmailAddress, Fault, Given, GivenSignUp, Outcome, Refusal};
use store::ContactKey;

use crate::ctx::{Answer, Ctx, Fail};
use crate::input::Input;
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/contact_new.html")]
struct Page<'a> {
    shell: &'a Shell,
    email: &'a str,
    inputs: Vec<Input>,
    lists: Vec<(String, String, bool)>,
    confirm: bool,
    faults: Vec<String>,
    known: Option<String>,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    page(&ctx, 200, Vec::new(), None)
}

fn page(ctx: &Ctx, status: u16, faults: Vec<String>, known: Option<String>) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let own = &account.settings.language.0;
    let inputs = account.fields.iter().filter(|(id, _)| matches!(id.0, 1..=3)).map(|(_, field)| Input {
        control: "line",
        kind: "text",
        name: field.system_name.clone(),
        id: field.system_name.clone(),
        label: t.pick(&field.label, own),
        value: ctx.form.get(&field.system_name).to_owned(),
        ..Input::default()
    });
    let chosen = |id: &str| ctx.form.iter().any(|(n, v)| n == "list" && v == id);
    let lists = account
        .lists
        .iter()
        .map(|(_, list)| (list.external_id.clone(), t.pick(&list.name, own), chosen(&list.external_id)));
    let (inputs, lists) = (inputs.collect(), lists.collect());
    let shell = ctx.shell(&t.get("contact-new"), "contacts");
    let page = Page {
        shell: &shell,
        email: ctx.form.get("email"),
        inputs,
        lists,
        confirm: status == 200 || ctx.form.get("confirm") == "yes",
        faults,
        known,
    };
    Ok(shell::page(status, &page))
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let store = ctx.console.store();
    let Ok(email) = EmailAddress::parse(ctx.form.get("email")) else {
        return page(&ctx, 422, vec![ctx.words.get("email-wrong")], None);
    };
    let key = ContactKey::Email(email.key().to_owned());
    if let Some(known) = store.contact(account.id, key.clone()).await? {
        let href = ctx.at(&format!("contacts/{}", known.row.id));
        return page(&ctx, 422, vec![ctx.words.get("contact-known")], Some(href));
    }
    let named = account.fields.iter().filter(|(id, _)| matches!(id.0, 1..=3)).map(|(_, f)| f.system_name.clone());
    let values = named.filter_map(|name| {
        let value = ctx.form.get(&name).to_owned();
        (!value.is_empty()).then(|| (name.into(), Given::Text(value.into())))
    });
    let lists = ctx.form.iter().filter(|(name, _)| *name == "list").map(|(_, id)| id.to_owned().into());
    let given = GivenSignUp {
        door: Door::Console,
        caller: Caller::Credentials,
        form: None,
        email: email.given().to_owned().into(),
        values: values.collect(),
        lists: lists.collect(),
        tags: Vec::new(),
        statements: Vec::new(),
        confirm: Some(ctx.form.get("confirm") == "yes"),
        language: None,
        origin: ctx.origin(),
    };
    match ctx.console.intake().sign_up(&account, given).await {
        Ok(Outcome::Applied { contact, .. } | Outcome::Pending { contact, .. }) => {
            ctx.note("contact.add", contact.to_string(), Some(contact), "", "").await?;
            ctx.to(&ctx.at(&format!("contacts/{contact}")), "made")
        }
        Ok(Outcome::Quiet { sign_up }) => ctx.to(&ctx.at(&format!("sign-ups/{sign_up}")), ""),
        Err(Refusal::Faults(faults)) => {
            let told = faults.iter().map(|fault| match fault {
                Fault::Email(_) => ctx.words.get("email-wrong"),
                _ => ctx.words.get("value-fault-any"),
            });
            page(&ctx, 422, told.collect(), None)
        }
        Err(other) => Err(Fail::Refused(other)),
    }
}
