//! The account's settings by structured edit: who may embed and redirect, its own domains, the guard, its mail.

use askama::Template;
use model::{AccountSettings, EmailAddress};
use serde_json::Value;
use store::Owed;

use super::file::stored;
use super::form_edit::State;
use crate::ctx::{Answer, Ctx, Fail};
use crate::edit::{self, Edit};
use crate::input::{Draw, Input, Part, Shape, part, required};
use crate::shell::{self, Shell};

const TEXT: Shape = Shape::Line("text");
const MODES: Shape = Shape::Choice(&["off", "log", "enforce"]);

const ORGANISATION: [Part; 8] = [
    required("name", TEXT),
    part("from", TEXT),
    part("language", Shape::Choice(&["en", "cy", "fr", "de", "es", "ar"])),
    part("privacy_url", Shape::Line("url")),
    part("logo_url", Shape::Line("url")),
    part("colour", TEXT),
    part("statement_control", Shape::Choice(&["box", "yes_no"])),
    part("alert_to", Shape::Lines),
];
const SITES: [Part; 3] = [
    part("allowed_origins", Shape::Lines),
    part("allowed_return_hosts", Shape::Lines),
    part("custom_domains", Shape::Lines),
];
const SAFETY: [Part; 7] = [
    part("second_factor", Shape::Tick),
    part("confirm_web_sign_ups", Shape::Tick),
    part("welcome_mail", Shape::Tick),
    part("conceal_duplicates", Shape::Tick),
    part("conceal_existing", Shape::Tick),
    part("conceal_unknown", Shape::Tick),
    part("exempt_networks", Shape::Lines),
];
const GUARD: [Part; 13] = [
    part("guard", MODES),
    part("bot_rules", MODES),
    part("guard_settings.address_limit.count", Shape::Number),
    part("guard_settings.form_limit.count", Shape::Number),
    part("guard_settings.account_limit.count", Shape::Number),
    part("guard_settings.too_fast_ms", Shape::Number),
    part("guard_settings.quick_ms", Shape::Number),
    part("guard_settings.attack_floor", Shape::Number),
    part("guard_settings.attack_factor", Shape::Number),
    part("guard_settings.work_rounds", Shape::Number),
    part("guard_settings.quarantine_days", Shape::Number),
    part("guard_settings.recipients.per_account", Shape::Number),
    part("guard_settings.honeypot", TEXT),
];
const MAIL: [Part; 4] = [
    part("mail.url_env", TEXT),
    part("mail.return_path", Shape::Line("email")),
    part("mail.rate_per_minute", Shape::Number),
    part("mail.bad_address_after", Shape::Number),
];
const ALL: [&[Part]; 5] = [&ORGANISATION, &SITES, &SAFETY, &GUARD, &MAIL];
const GROUPS: [&str; 5] = ["organisation", "sites", "safety", "guard", "mail"];

#[derive(Template)]
#[template(path = "console/settings.html")]
struct Page<'a> {
    shell: &'a Shell,
    groups: Vec<(&'static str, Vec<Input>)>,
    fixed: Vec<(String, String)>,
    was: String,
    state: State,
    own_address: String,
}

/// The settings with every default said, so that a control shows what holds.
fn spelt_out(settings: &AccountSettings) -> Value {
    let mut value = serde_json::to_value(settings).unwrap_or_default();
    value["guard_settings"] = serde_json::to_value(&settings.guard_settings).unwrap_or_default();
    value["statement_control"] = serde_json::to_value(settings.statement_control).unwrap_or_default();
    value
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    page(&ctx, 200, &spelt_out(&stored.settings), &stored.settings, State::default())
}

fn page(ctx: &Ctx, status: u16, value: &Value, now: &AccountSettings, state: State) -> Answer {
    let t = ctx.words;
    let languages = [now.language.0.clone()];
    let draw = Draw { t, family: "setting", languages: &languages };
    let groups = GROUPS.into_iter().zip(ALL).map(|(group, parts)| {
        let mut inputs = draw.inputs(parts, value);
        if let Some(language) = inputs.iter_mut().find(|i| i.name == "language") {
            for (tag, label, _) in &mut language.options {
                *label = crate::input::language_name(tag);
            }
            // A language whose pages do not ship is possible too.
            if !language.options.iter().any(|(.., chosen)| *chosen) {
                language.options.push((language.value.clone(), language.value.clone(), true));
            }
        }
        (group, inputs)
    });
    let groups = groups.collect();
    let shell = ctx.shell(&t.get("nav-settings"), "settings");
    let page = Page {
        shell: &shell,
        groups,
        fixed: vec![(t.get("setting-slug"), now.slug.clone()), (t.get("setting-external-id"), now.external_id.clone())],
        was: edit::mark(&spelt_out(now)),
        state,
        own_address: ctx.who()?.user.email.clone(),
    };
    Ok(shell::page(status, &page))
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let before = spelt_out(&stored.settings);
    let languages = [stored.settings.language.0.clone()];
    let draw = Draw { t: ctx.words, family: "setting", languages: &languages };
    let (mut value, mut faults) = (before.clone(), Vec::new());
    for part in ALL.into_iter().flatten() {
        draw.read(part, &ctx.form, "", &mut value, &mut faults);
    }
    let wrong = |faults: Vec<String>| State { faults, ..State::default() };
    let settings: AccountSettings = match serde_json::from_value(value.clone()) {
        Ok(settings) if faults.is_empty() => settings,
        Ok(_) => return page(&ctx, 422, &value, &stored.settings, wrong(faults)),
        Err(error) => {
            if faults.is_empty() {
                faults.push(error.to_string());
            }
            return page(&ctx, 422, &value, &stored.settings, wrong(faults));
        }
    };
    let planned = match edit::plan(&ctx, &stored, vec![Edit::Settings(Box::new(settings))]) {
        Ok(planned) => planned,
        Err(faults) => return page(&ctx, 422, &value, &stored.settings, wrong(faults)),
    };
    let home = ctx.at("settings");
    if planned.is_empty() {
        return ctx.to(&home, "nothing");
    }
    if ctx.form.get("was") != edit::mark(&before) {
        let conflict = Some(planned.lines());
        return page(&ctx, 409, &value, &stored.settings, State { conflict, ..State::default() });
    }
    if !edit::apply(&ctx, &stored, planned, "settings.change", String::new()).await? {
        let conflict = Some(Vec::new());
        return page(&ctx, 409, &value, &stored.settings, State { conflict, ..State::default() });
    }
    ctx.to(&home, "saved")
}

/// A test message to whoever asks for it, through the outbox like any mail.
pub(crate) async fn test_mail(ctx: Ctx) -> Answer {
    let to = EmailAddress::parse(&ctx.who()?.user.email).map_err(|_| Fail::Malformed)?;
    let delivery = ctx.console.store().owe(ctx.account()?.id, Owed::TestMail { to }).await?;
    ctx.note("mail.test", delivery.to_string(), None, "", "").await?;
    ctx.to(&ctx.at(&format!("deliveries/{delivery}")), "test-mail")
}
