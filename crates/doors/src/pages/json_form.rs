//! The same form as JSON: the description that the embedded form is drawn from, and the answers to a post.

use model::{AccountSnapshot, Outcome, Refusal, ResolvedForm};

use super::controls::Control;
use super::faults::{FieldError, field_errors};
use super::form_view::{FormView, StatementView};
use super::page::Brand;
use super::texts::Texts;

/// An answer as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: String,
}

const JSON: &str = "application/json";
/// RFC 9457, section 3.
const PROBLEM: &str = "application/problem+json";

fn answer(status: u16, content_type: &'static str, body: &impl serde::Serialize) -> JsonAnswer {
    // Serialising plain structs of texts into a string has nothing that can fail.
    let body = serde_json::to_string(body).unwrap_or_else(|_| "{}".into());
    JsonAnswer { status, content_type, retry_after: None, body }
}

#[derive(serde::Serialize)]
struct Description<'a> {
    client: &'a str,
    form: &'a str,
    name: &'a str,
    account: &'a str,
    language: &'a str,
    dir: &'a str,
    languages: &'a [&'static str],
    action: &'a str,
    fields: &'a [Control],
    lists: Option<&'a Control>,
    statements: &'a [StatementView],
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_url: Option<&'a str>,
    /// The account's colour, readable on a light ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    accent: Option<String>,
    /// To be sent back unchanged: ticket, language, wordings.
    hidden: std::collections::BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    honeypot: Option<&'a str>,
    texts: Words,
}

/// The words around the controls, so that a script needs none of its own.
#[derive(serde::Serialize)]
struct Words {
    submit: String,
    required_note: String,
    statements: String,
    yes: String,
    no: String,
    choose: String,
    privacy: String,
    faults_one: String,
    faults: String,
    honeypot: String,
    try_again: String,
    checking: String,
}

/// The description of a form (200). `action` is the address to post to, in full.
pub fn description(
    account: &AccountSnapshot,
    form: &ResolvedForm,
    view: &FormView,
    languages: &[&'static str],
    action: &str,
) -> JsonAnswer {
    let t = view.texts;
    let brand = Brand::of(&account.settings);
    let hidden: std::collections::BTreeMap<_, _> =
        view.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let words = Words {
        submit: t.get("form-send"),
        required_note: t.get("required-note"),
        statements: t.get("statements-legend"),
        yes: t.get("yes"),
        no: t.get("no"),
        choose: t.get("choose"),
        privacy: t.get("privacy-link"),
        faults_one: t.count("faults-title", "count", 1),
        faults: t.get("error-422"),
        honeypot: t.get("honeypot-label"),
        try_again: t.get("error-503"),
        checking: t.get("challenge-working"),
    };
    let body = Description {
        client: &account.settings.slug,
        form: &form.form.external_id,
        name: &view.name,
        account: &brand.name,
        language: t.tag(),
        dir: t.dir(),
        languages,
        action,
        fields: &view.fields,
        lists: view.lists.as_ref(),
        statements: &view.statements,
        privacy_url: brand.privacy_url.as_deref(),
        accent: brand.colour.map(|c| format!("#{}", c.on_light().hex())),
        ticket: hidden.get("ticket").copied(),
        hidden,
        honeypot: view.honeypot.as_deref(),
        texts: words,
    };
    answer(200, JSON, &body)
}

#[derive(serde::Serialize)]
struct Accepted<'a> {
    status: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<&'a str>,
}

/// The answer to a sign-up that was accepted: 202 `pending` or 200 `applied`. A quiet outcome looks like what the form
/// would have answered otherwise, so that a bot learns nothing.
pub fn accepted(outcome: &Outcome, form: &ResolvedForm, message: &str, redirect: Option<&str>) -> JsonAnswer {
    let pending = match outcome {
        Outcome::Applied { .. } => false,
        Outcome::Pending { .. } => true,
        Outcome::Quiet { .. } => form.form.require_confirmation,
    };
    let (status, word) = if pending { (202, "pending") } else { (200, "applied") };
    answer(status, JSON, &Accepted { status: word, message, redirect })
}

#[derive(serde::Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<ChallengeOffer>,
}

/// Where and what to solve: fetch `url`, do the work, send the same body again with the solution as `name`.
#[derive(serde::Serialize)]
struct ChallengeOffer {
    kind: &'static str,
    url: String,
    name: &'static str,
}

/// A refusal as a problem.
pub fn refused(refusal: &Refusal, account: &AccountSnapshot, form: Option<&ResolvedForm>, t: Texts) -> JsonAnswer {
    let errors = match refusal {
        Refusal::Faults(faults) => field_errors(faults, account, form, t),
        _ => Vec::new(),
    };
    let status = refusal_status(refusal);
    let challenge = matches!(refusal, Refusal::Challenge).then(|| {
        let form = form.map_or_else(String::new, |f| format!("?form={}", f.form.external_id));
        ChallengeOffer { kind: "altcha", url: format!("/{}/challenge{form}", account.settings.slug), name: "altcha" }
    });
    let mut answer = problem_with(status, &errors, refusal_minutes(refusal), challenge, t);
    answer.retry_after = retry_after(refusal);
    answer
}

/// A problem that the door itself found: an unreadable body, faults of the form, a status with the built-in words.
pub fn problem(status: u16, errors: &[FieldError], minutes: u64, t: Texts) -> JsonAnswer {
    problem_with(status, errors, minutes, None, t)
}

fn problem_with(
    status: u16,
    errors: &[FieldError],
    minutes: u64,
    challenge: Option<ChallengeOffer>,
    t: Texts,
) -> JsonAnswer {
    let (title, detail) = match &challenge {
        Some(_) => (t.get("challenge-title"), t.get("challenge-again")),
        None => super::error_page::words(status, minutes, t),
    };
    answer(status, PROBLEM, &Problem { kind: "about:blank", title, status, detail, errors, challenge })
}

/// The HTTP status of a refusal.
pub fn refusal_status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::Faults(faults) if faults.contains(&model::Fault::FormUnknown) => 404,
        Refusal::Faults(_) | Refusal::Duplicate => 422,
        Refusal::NotFound => 404,
        Refusal::Expired => 410,
        // A link that was followed before shows its message again.
        Refusal::Used => 200,
        Refusal::Challenge | Refusal::Blocked => 403,
        Refusal::TooMany(_) => 429,
        Refusal::Busy(_) | Refusal::Unavailable(_) => 503,
        Refusal::Internal => 500,
    }
}

/// `Retry-After` of a refusal, in seconds, at least one.
pub fn retry_after(refusal: &Refusal) -> Option<u64> {
    match refusal {
        Refusal::TooMany(wait) | Refusal::Busy(wait) | Refusal::Unavailable(wait) => Some(wait.as_secs().max(1)),
        Refusal::Faults(_)
        | Refusal::Challenge
        | Refusal::Blocked
        | Refusal::Duplicate
        | Refusal::NotFound
        | Refusal::Expired
        | Refusal::Used
        | Refusal::Internal => None,
    }
}

/// The wait in minutes, rounded up, as people are told it.
pub fn refusal_minutes(refusal: &Refusal) -> u64 {
    retry_after(refusal).unwrap_or(0).div_ceil(60).max(1)
}

/// Whether a client would rather have JSON than a page: it names `application/json` and ranks it above HTML.
pub fn wants_json(accept: Option<&str>) -> bool {
    let rank = |kind: &str| {
        accept.unwrap_or_default().split(',').find_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            pieces.next().filter(|t| t.eq_ignore_ascii_case(kind))?;
            Some(pieces.find_map(|p| p.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0))
        })
    };
    match (rank("application/json"), rank("text/html")) {
        (Some(json), Some(html)) => json > html,
        (Some(json), None) => json > 0.0,
        (None, _) => false,
    }
}
