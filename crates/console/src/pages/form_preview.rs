//! A form as its visitors see it, in a frame of the console: it runs no script and is sent nowhere but to the trial, which
//! says what would happen and does none of it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use delivery::mail::{Confirmation, confirmation};
use doors::pages::{self, FieldError, FormView, Page, Reading, Slots, Texts, Typed};
use model::{AccountSnapshot, Refusal, ResolvedForm, SignUp, SignUpKind};

use crate::ctx::{Answer, Ctx, Fail};
use crate::shell;
use crate::words::Words;

/// Most bytes of a form that is tried out.
const MOST: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "console/trial.html")]
struct Trial<'a> {
    t: Words,
    styles: &'static str,
    tag: &'a str,
    message: String,
    leads_to: Option<String>,
    mail: Option<Mail>,
    facts: Vec<Fact>,
    confirmed: String,
    confirmed_leads_to: Option<String>,
    again: String,
}

struct Mail {
    from: String,
    to: String,
    subject: String,
    text: String,
}

/// A label and what stands beside it.
struct Fact {
    label: String,
    values: Vec<String>,
}

fn response(page: Page) -> Response {
    let status = axum::http::StatusCode::from_u16(page.status).unwrap_or_default();
    let policy = page.policy.clone();
    let headers = [("content-type", "text/html; charset=utf-8".to_owned()), ("content-security-policy", policy)];
    shell::framed((status, headers, page.html).into_response())
}

/// The form's page; `action` is where it is sent.
pub(crate) fn drawn(
    ctx: &Ctx,
    account: &AccountSnapshot,
    form: &ResolvedForm,
    language: &str,
    action: &str,
) -> Response {
    redrawn(ctx, account, form, language, action, &Typed::default(), Vec::new())
}

fn texts(ctx: &Ctx, account: &AccountSnapshot, form: &ResolvedForm, language: &str) -> Texts {
    let chosen = Some(language).filter(|l| !l.is_empty());
    pages::for_form(account, form, pages::Asked { chosen, accept: Some(ctx.words.tag()) }).0
}

fn redrawn(
    ctx: &Ctx,
    account: &AccountSnapshot,
    form: &ResolvedForm,
    language: &str,
    action: &str,
    typed: &Typed,
    errors: Vec<FieldError>,
) -> Response {
    let texts = texts(ctx, account, form, language);
    let view = FormView::build(account, form, texts, &Slots::default(), typed, errors);
    response(pages::form_page(account, form, &view, &[], action))
}

fn trial(ctx: &Ctx, form: &ResolvedForm) -> String {
    ctx.at(&format!("forms/{}/try", form.form.external_id))
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let form = account.form_by_external_id(ctx.param("id")).ok_or(Fail::NotFound)?;
    Ok(drawn(&ctx, &account, form, ctx.query.get("language"), &trial(&ctx, form)))
}

/// A test sign-up: checked like any other, and then only talked about.
pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let form = account.form_by_external_id(ctx.param("id")).ok_or(Fail::NotFound)?;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(ctx.form.iter()).finish();
    let origin = ctx.origin();
    let reading = Reading { account: &account, form, honeypot: None, origin: &origin, limit: MOST };
    let submission = pages::read_urlencoded(body.as_bytes(), reading).map_err(|_| Fail::Malformed)?;
    let language = submission.given.language.clone().unwrap_or_default();
    let texts = texts(&ctx, &account, form, &language);
    match ctx.console.intake().try_out(&account, submission.given) {
        Ok(sign_up) => Ok(told(&ctx, &account, form, texts, &sign_up)),
        Err(Refusal::Faults(faults)) => {
            let errors = pages::field_errors(&faults, &account, Some(form), texts);
            Ok(redrawn(&ctx, &account, form, &language, &trial(&ctx, form), &submission.typed, errors))
        }
        Err(other) => Err(other.into()),
    }
}

fn told(ctx: &Ctx, account: &AccountSnapshot, form: &ResolvedForm, texts: Texts, sign_up: &SignUp) -> Response {
    let t = ctx.words;
    let own = &account.settings.language.0;
    let set = &form.form.signup;
    let said = |text: &Option<model::LocalText>, key: &str| {
        let own = text.as_ref().map(|m| m.pick(texts.tag(), own)).filter(|m| !m.is_empty());
        own.map_or_else(|| texts.get(key), str::to_owned)
    };
    let waits = form.form.require_confirmation;
    let mail = waits.then(|| {
        let base = ctx.console.doors().links.base();
        let confirmation = Confirmation {
            account: &account.settings,
            form: &form.form,
            kind: SignUpKind::Signup,
            language: texts.tag(),
            confirm_link: &format!("{base}/confirm/…"),
            not_me_link: &format!("{base}/not-me/…"),
        };
        let mail = confirmation::render(&confirmation, &|_| None);
        let from = account.settings.from.clone().unwrap_or_else(|| t.get("sender-standard"));
        Mail { from, to: sign_up.email.given().to_owned(), subject: mail.subject, text: mail.text }
    });
    let target = |url: &Option<String>| pages::redirect(&account.settings, url.as_deref()).map(str::to_owned);
    let trial = Trial {
        t,
        styles: crate::assets::styles_url(),
        tag: t.tag(),
        message: said(&set.submission_message, if waits { "submitted-pending" } else { "submitted-applied" }),
        leads_to: target(&set.submission_url),
        mail,
        facts: facts(ctx, account, form, sign_up),
        confirmed: set.confirmed_message.as_ref().map(|m| m.pick(texts.tag(), own).to_owned()).unwrap_or_default(),
        confirmed_leads_to: target(&set.confirmed_url),
        again: ctx.at(&format!("forms/{}/preview", form.form.external_id)),
    };
    shell::framed(shell::page(200, &trial))
}

/// What would be kept and done.
fn facts(ctx: &Ctx, account: &AccountSnapshot, form: &ResolvedForm, sign_up: &SignUp) -> Vec<Fact> {
    let t = ctx.words;
    let own = &account.settings.language.0;
    let mut facts = vec![Fact { label: t.get("email"), values: vec![sign_up.email.given().to_owned()] }];
    let mut add = |label: String, values: Vec<String>| {
        let values: Vec<String> = values.into_iter().filter(|v| !v.is_empty()).collect();
        if !values.is_empty() {
            facts.push(Fact { label, values });
        }
    };
    for (id, value) in &sign_up.wish.values {
        let label = account.field(*id).map_or_else(String::new, |f| t.pick(&f.label, own));
        add(label, value.clone().into_iter().collect());
    }
    let lists = sign_up.wish.lists.iter().chain(&form.action_lists);
    let lists = lists.filter_map(|id| Some(t.pick(&account.list(*id)?.name, own)));
    add(t.get("form-joins-these"), lists.collect());
    let answers = sign_up.wish.statements.iter().filter_map(|answer| {
        let (statement, _) = account.statement(answer.statement)?;
        let said = t.get(if answer.yes { "said-yes" } else { "said-no" });
        let version = t.one("version", "number", &answer.version.to_string());
        Some(format!("{said}: “{}” ({version})", t.pick(&statement.text, own)))
    });
    add(t.get("statements"), answers.collect());
    add(t.get("tags"), form.action_tags.iter().filter_map(|id| Some(account.tag(*id)?.name.clone())).collect());
    add(t.get("form-alerts"), form.form.actions.alert_to.clone());
    add(t.get("form-automation"), form.form.actions.automation.clone().into_iter().collect());
    facts
}
