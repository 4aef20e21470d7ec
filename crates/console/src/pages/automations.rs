//! Automations: what starts them, their steps in words, and what would happen to a contact that began one now.

use account_file::format_duration;
use askama::Template;
use model::{AccountSnapshot, Automation, AutomationStep, Condition, EmailAddress, LocalText, Trigger};
use store::ContactKey;

use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};
use crate::words::Words;

struct Row {
    href: String,
    name: String,
    about: String,
}

#[derive(Template)]
#[template(path = "console/automations.html")]
struct List<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
}

/// A step in words; of a mail also what it says.
struct Step {
    after: Option<String>,
    text: String,
    mail: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/automation.html")]
struct Page<'a> {
    shell: &'a Shell,
    name: &'a str,
    id: &'a str,
    repeatable: bool,
    starts: Vec<String>,
    steps: Vec<Step>,
    email: &'a str,
    fault: Option<String>,
    timeline: Option<Vec<(String, String)>>,
}

pub(crate) async fn list(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let rows = account.automations.iter().map(|(_, a)| Row {
        href: ctx.at(&format!("automations/{}", a.external_id)),
        name: a.name.clone(),
        about: format!("{} · {}", a.external_id, t.count("steps-count", a.steps.len() as i64)),
    });
    let rows = rows.collect();
    let shell = ctx.shell(&t.get("nav-automations"), "automations");
    shell::ok(&List { shell: &shell, rows })
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?.clone();
    let (_, automation) = account.automation_by_external_id(ctx.param("id")).ok_or(Fail::NotFound)?;
    let email = ctx.query.get("email");
    let (mut fault, mut timeline) = (None, None);
    if !email.is_empty() {
        match contact(&ctx, email).await? {
            Some(found) => {
                let now = ctx.console.store().ambient().now();
                let events = delivery::timeline(&account, automation, &found, now);
                timeline = Some(events.into_iter().map(|(at, what)| (t.when(at), what)).collect());
            }
            None => fault = Some(t.get("simulate-nobody")),
        }
    }
    let shell = ctx.shell(&automation.name, "automations");
    let page = Page {
        shell: &shell,
        name: &automation.name,
        id: &automation.external_id,
        repeatable: automation.repeatable,
        starts: starts(t, &account, automation),
        steps: steps(t, &account, automation),
        email,
        timeline,
        fault,
    };
    shell::ok(&page)
}

async fn contact(ctx: &Ctx, email: &str) -> Result<Option<store::Contact>, Fail> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(None) };
    let key = ContactKey::Email(email.key().to_owned());
    Ok(ctx.console.store().contact(ctx.account()?.id, key).await?)
}

/// What starts an automation: its own triggers, and the forms that name it.
fn starts(t: Words, account: &AccountSnapshot, automation: &Automation) -> Vec<String> {
    let own = &account.settings.language.0;
    let triggers = automation.start_on.iter().map(|trigger| match trigger {
        Trigger::Tag(tag) => t.one("start-tag", "name", tag),
        Trigger::List(list) => t.one("start-list", "name", &list_name(t, account, list)),
    });
    let named = |name: &Option<String>| name.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(&automation.external_id));
    let forms = account.forms.iter().filter(|f| named(&f.form.actions.automation));
    triggers.chain(forms.map(|f| t.one("start-form", "name", &t.pick(&f.form.name, own)))).collect()
}

fn list_name(t: Words, account: &AccountSnapshot, id: &str) -> String {
    let found = account.list_by_external_id(id);
    found.map_or_else(|| id.to_owned(), |(_, list)| t.pick(&list.name, &account.settings.language.0))
}

fn steps(t: Words, account: &AccountSnapshot, automation: &Automation) -> Vec<Step> {
    let own = &account.settings.language.0;
    let list = |id: &str| list_name(t, account, id);
    let pick = |text: &LocalText| t.pick(text, own);
    let (mut steps, mut after) = (Vec::new(), None);
    for step in &automation.steps {
        let mut mail = None;
        let text = match step {
            AutomationStep::Delay(seconds) => {
                // A pause is told with what comes after it.
                after = Some(t.one("step-after", "time", &time(t, *seconds)));
                continue;
            }
            AutomationStep::SendMail { subject, text, list: only, .. } => {
                mail = Some((pick(subject), pick(text)));
                match only {
                    Some(id) => t.one("step-mail-list", "name", &list(id)),
                    None => t.get("step-mail"),
                }
            }
            AutomationStep::AddTag(tag) => t.one("step-tag", "name", tag),
            AutomationStep::RemoveTag(tag) => t.one("step-untag", "name", tag),
            AutomationStep::JoinList(id) => t.one("step-join", "name", &list(id)),
            AutomationStep::LeaveList(id) => t.one("step-leave", "name", &list(id)),
            AutomationStep::Webhook(url) => t.one("step-call", "url", url),
            AutomationStep::StopIf(condition) => match condition {
                Condition::HasTag(tag) => t.one("stop-has-tag", "name", tag),
                Condition::LacksTag(tag) => t.one("stop-lacks-tag", "name", tag),
                Condition::OnList(id) => t.one("stop-on-list", "name", &list(id)),
                Condition::NotOnList(id) => t.one("stop-not-on-list", "name", &list(id)),
            },
        };
        steps.push(Step { after: after.take(), text, mail });
    }
    if let Some(after) = after {
        steps.push(Step { after: Some(after), text: t.get("step-end"), mail: None });
    }
    steps
}

/// A length of time in words.
fn time(t: Words, seconds: u64) -> String {
    for (one, key) in [(86_400, "time-days"), (3600, "time-hours"), (60, "time-minutes")] {
        if seconds >= one && seconds.is_multiple_of(one) {
            return t.count(key, (seconds / one) as i64);
        }
    }
    format_duration(seconds)
}
