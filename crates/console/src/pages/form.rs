//! One form: how it looks, and how to put it on a site.

use askama::Template;

use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

struct Snippet {
    title: String,
    hint: String,
    code: String,
}

#[derive(Template)]
#[template(path = "console/form.html")]
struct Page<'a> {
    shell: &'a Shell,
    name: &'a str,
    id: &'a str,
    url: &'a str,
    languages: Vec<(&'static str, String)>,
    disabled: bool,
    snippets: Vec<Snippet>,
    facts: Vec<(String, String)>,
    contacts: String,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let found = account.form_by_external_id(ctx.param("id")).ok_or(Fail::NotFound)?;
    let language = &account.settings.language.0;
    let name = t.pick(&found.form.name, language);
    let (slug, id) = (&account.settings.slug, &found.form.external_id);
    let base = ctx.console.doors().links.base();
    let url = format!("{base}/{slug}/forms/{id}");
    let (_, languages) = doors::pages::for_form(account, found, doors::pages::Asked::default());
    let snippet = |key: &str, code: String| Snippet {
        title: t.get(&format!("snippet-{key}")),
        hint: t.get(&format!("snippet-{key}-hint")),
        code,
    };
    let snippets = vec![
        snippet("link", format!("<a href=\"{url}\">{}</a>", name.replace('&', "&amp;").replace('<', "&lt;"))),
        snippet(
            "element",
            format!(
                "<script src=\"{base}/embed.js\" async></script>\n<vestibule-form client=\"{slug}\" form=\"{id}\"></vestibule-form>"
            ),
        ),
        snippet(
            "iframe",
            format!(
                "<iframe src=\"{url}\" title=\"{}\" width=\"100%\" height=\"700\"></iframe>",
                name.replace('"', "&quot;")
            ),
        ),
    ];
    let names = |names: Vec<String>| if names.is_empty() { "–".to_owned() } else { names.join(", ") };
    let fields = found.fields.iter().filter_map(|(id, required)| {
        let label = t.pick(&account.field(*id)?.label, language);
        Some(if *required { format!("{label} *") } else { label })
    });
    let list = |id: &model::ListId| Some(t.pick(&account.list(*id)?.name, language));
    let statements = found.statements.iter().filter_map(|id| Some(account.statement(*id)?.0.key.clone()));
    let tags = found.action_tags.iter().filter_map(|id| Some(account.tag(*id)?.name.clone()));
    let facts = vec![
        (t.get("form-fields"), names(fields.collect())),
        (t.get("form-lists"), names(found.lists.iter().filter_map(list).collect())),
        (t.get("statements"), names(statements.collect())),
        (t.get("form-confirm"), t.get(if found.form.require_confirmation { "true" } else { "false" })),
        (t.get("form-joins"), names(found.action_lists.iter().filter_map(list).collect())),
        (t.get("form-tags"), names(tags.collect())),
        (t.get("form-alerts"), names(found.form.actions.alert_to.clone())),
        (t.get("form-automation"), names(found.form.actions.automation.clone().into_iter().collect())),
    ];
    let shell = ctx.shell(&name, "forms");
    shell::ok(&Page {
        shell: &shell,
        name: &name,
        id,
        url: &url,
        languages: languages.into_iter().map(|tag| (tag, crate::input::language_name(tag))).collect(),
        disabled: found.form.disabled,
        snippets,
        facts,
        contacts: format!("{}?form={}", ctx.at("contacts"), found.id),
    })
}
