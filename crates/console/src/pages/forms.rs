//! The account's forms.

use askama::Template;

use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};

struct Row {
    href: String,
    name: String,
    id: String,
    disabled: bool,
    about: String,
}

#[derive(Template)]
#[template(path = "console/forms.html")]
struct Forms<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let language = &account.settings.language.0;
    let rows = account.forms.iter().map(|f| Row {
        href: ctx.at(&format!("forms/{}", f.form.external_id)),
        name: t.pick(&f.form.name, language),
        id: f.form.external_id.clone(),
        disabled: f.form.disabled,
        about: [t.count("fields-count", f.fields.len() as i64), t.count("lists-count", f.lists.len() as i64)]
            .join(" · "),
    });
    let rows = rows.collect();
    let shell = ctx.shell(&t.get("nav-forms"), "forms");
    shell::ok(&Forms { shell: &shell, rows })
}
