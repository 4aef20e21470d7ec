//! A form as it comes back: an urlencoded or JSON body, read into the domain's words. Names that the form does not have
//! are ignored; whether values fit is for the intake to say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{AccountSnapshot, Caller, Door, FieldKind, Given, GivenAnswer, GivenSignUp, Origin, ResolvedForm, Shown};

use crate::challenge_answers::{ChallengeAnswers, honeypot_of};

use super::body::{BodyFault, MOST_NAMES, essence, urlencoded};
use super::texts::Texts;

/// Bytes kept of one value that tells where a person came from.
const MOST_SOURCE: usize = 500;
/// Names of `utm_*` kept.
const MOST_UTM: usize = 20;

/// The hidden control of an address that the form has asked about.
pub const ASKED_ABOUT: &str = "asked_about";

/// What was typed, by control name, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Every value of a name.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The last value of a name: where a name is repeated, what was meant to be single counts as written last.
    pub fn last(&self, name: &str) -> Option<String> {
        self.all(name).last().cloned()
    }

    /// Adds a value.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.entry(name.to_owned()).or_default().push(value.into());
    }
}

/// A form that was sent.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// The wish, for the intake.
    pub given: GivenSignUp<'a>,
    /// What was typed, in case the form must be shown again.
    pub typed: Typed,
    /// Answers to challenges.
    pub challenge: ChallengeAnswers,
    /// Whether a statement's wording changed since the form was shown: then show it again, do not accept.
    pub wording_changed: bool,
    /// The address that the form has already asked about, when it looked like a slip.
    pub asked_about: Option<String>,
}

/// What a body is read against.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'r> {
    /// The account.
    pub account: &'r AccountSnapshot,
    /// The form.
    pub form: &'r ResolvedForm,
    /// The name of the honeypot, where the guard uses one.
    pub honeypot: Option<&'r str>,
    /// Where the request came from: client address, agent. Page, referrer and source are added here.
    pub origin: &'r Origin,
    /// Most bytes of a body.
    pub limit: usize,
}

/// The ticket in a body, which tells how the honeypot is called; nothing where the body cannot be read.
pub fn ticket_in(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Ticket {
        ticket: String,
    }
    match essence(content_type).as_str() {
        "application/x-www-form-urlencoded" => {
            form_urlencoded::parse(body).find(|(name, _)| name == "ticket").map(|(_, ticket)| ticket.into_owned())
        }
        "application/json" => serde_json::from_slice::<Ticket>(body).ok().map(|t| t.ticket),
        _ => None,
    }
}

/// Reads a body by its content type.
pub fn read<'a>(content_type: Option<&str>, body: &'a [u8], reading: Reading<'_>) -> Result<Submission<'a>, BodyFault> {
    match essence(content_type).as_str() {
        "application/x-www-form-urlencoded" => read_urlencoded(body, reading),
        "application/json" => read_json(body, reading),
        _ => Err(BodyFault::ContentType),
    }
}

/// Reads the body of the hosted form, or of a plain HTML form on another site.
pub fn read_urlencoded<'a>(body: &'a [u8], reading: Reading<'_>) -> Result<Submission<'a>, BodyFault> {
    let pairs = urlencoded(body, reading.limit)?;
    let pairs = pairs.into_iter().map(|(name, value)| (name, Given::Text(value)));
    Ok(submission(Door::Hosted, pairs.collect(), reading))
}

/// Reads a JSON object with the control names as keys; lists and check lists as arrays or one text.
pub fn read_json<'a>(body: &'a [u8], reading: Reading<'_>) -> Result<Submission<'a>, BodyFault> {
    if body.len() > reading.limit {
        return Err(BodyFault::TooLarge);
    }
    let text = std::str::from_utf8(body).map_err(|_| BodyFault::NotUtf8)?;
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|_| BodyFault::Malformed)?;
    if object.len() > MOST_NAMES {
        return Err(BodyFault::Malformed);
    }
    let pairs = object.into_iter().flat_map(|(name, value)| {
        let values = match value {
            serde_json::Value::Array(values) if values.iter().all(serde_json::Value::is_string) => values,
            other => vec![other],
        };
        values.into_iter().map(move |value| (Cow::Owned(name.clone()), given(value)))
    });
    Ok(submission(Door::Json, pairs.collect(), reading))
}

fn given(value: serde_json::Value) -> Given<'static> {
    match value {
        serde_json::Value::Null => Given::Nothing,
        serde_json::Value::Bool(yes) => Given::Bool(yes),
        serde_json::Value::Number(number) => Given::Number(number.to_string()),
        serde_json::Value::String(text) => Given::Text(text.into()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Given::Nested,
    }
}

/// `yes` and `no` as forms and programs write them; anything else is no answer.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|w| text.trim().eq_ignore_ascii_case(w));
    if is(&["yes", "true", "1", "on"]) {
        Some(true)
    } else if is(&["no", "false", "0", "off"]) {
        Some(false)
    } else {
        None
    }
}

type Pairs<'a> = Vec<(Cow<'a, str>, Given<'a>)>;

fn submission<'a>(door: Door, pairs: Pairs<'a>, reading: Reading<'_>) -> Submission<'a> {
    let Reading { account, form, .. } = reading;
    let mut form_values: BTreeMap<usize, Vec<Given<'a>>> = BTreeMap::new();
    let mut email = Cow::Borrowed("");
    let mut lists: Vec<Cow<'a, str>> = Vec::new();
    let mut answers: BTreeMap<usize, bool> = BTreeMap::new();
    let mut typed = Typed::default();
    let mut challenge = ChallengeAnswers::default();
    let honeypots = [reading.honeypot, honeypot_of(account)];
    let mut origin = reading.origin.clone();
    let (mut language, mut wordings, mut asked_about) = (None, None, None);

    for (name, value) in pairs {
        let as_text = plain(&value);
        // Names of ours are lower case and exact; a field's SystemName is PascalCase and matches in any case.
        match name.as_ref() {
            own if challenge.take(own, as_text.clone(), &honeypots) => {}
            "language" => language = as_text.filter(|tag| Texts::shipped().any(|shipped| shipped == tag)),
            "wordings" => wordings = as_text,
            ASKED_ABOUT => asked_about = as_text,
            "source" => origin.source = as_text.map(short).filter(|s| !s.is_empty()).or(origin.source),
            "page" => origin.page = as_text.map(short).filter(|s| !s.is_empty()).or(origin.page),
            "referrer" => origin.referrer = as_text.map(short).filter(|s| !s.is_empty()).or(origin.referrer),
            utm if utm.starts_with("utm_") => {
                if let Some(text) = as_text.map(short).filter(|t| !t.is_empty() && origin.utm.len() < MOST_UTM) {
                    origin.utm.insert(short(utm.to_owned()), text);
                }
            }
            other if other.eq_ignore_ascii_case("EmailAddress") => {
                typed.push("EmailAddress", as_text.unwrap_or_default());
                email = match value {
                    Given::Text(text) => text,
                    _ => Cow::Borrowed(""),
                };
            }
            other if other.eq_ignore_ascii_case("MailingLists") => {
                for list in as_text.iter().flat_map(|t| t.split(',')).map(str::trim).filter(|l| !l.is_empty()) {
                    typed.push("MailingLists", list);
                    if !lists.iter().any(|l| l.eq_ignore_ascii_case(list)) {
                        lists.push(Cow::Owned(list.to_owned()));
                    }
                }
            }
            other => {
                if let Some(at) = statement_at(account, form, other) {
                    let answer = match &value {
                        Given::Bool(yes) => Some(*yes),
                        _ => as_text.as_deref().and_then(yes_no),
                    };
                    if let Some(yes) = answer {
                        answers.insert(at, yes);
                    }
                    if let (Some(key), Some(text)) = (statement_key(account, form, at), as_text) {
                        typed.push(&super::form_view::statement_name(key), text);
                    }
                } else if let Some(at) = field_at(account, form, other) {
                    if let Some(field) = account.field(form.fields[at].0) {
                        typed.push(&field.system_name, as_text.unwrap_or_default());
                    }
                    form_values.entry(at).or_default().push(value);
                }
            }
        }
    }

    let values = values(account, form, form_values);
    let (shown_by_us, wording_changed) = wordings_match(account, form, wordings.as_deref());
    // Only our own page is proof of what a person saw: a caller of the JSON form draws it itself.
    let shown = if door == Door::Hosted && shown_by_us { Shown::ByUs } else { Shown::Declared };
    let statements = answers
        .into_iter()
        .filter_map(|(at, yes)| {
            let key = statement_key(account, form, at)?;
            Some(GivenAnswer { statement: Cow::Owned(key.to_owned()), yes, shown })
        })
        .collect();
    origin.source = origin.source.or_else(|| form.form.source.clone());
    let given = GivenSignUp {
        door,
        caller: Caller::Public,
        form: Some(Cow::Owned(form.form.external_id.clone())),
        email,
        values,
        lists,
        tags: Vec::new(),
        statements,
        confirm: None,
        language,
        origin,
    };
    Submission { given, typed, challenge, wording_changed, asked_about }
}

/// The values to hand on. A blank that nobody demanded is left out: an empty control on a sign-up form does not mean
/// that what is known should be forgotten. A blank that is demanded is handed on, to be named as a fault.
fn values<'a>(
    account: &AccountSnapshot,
    form: &ResolvedForm,
    mut given: BTreeMap<usize, Vec<Given<'a>>>,
) -> Vec<(Cow<'a, str>, Given<'a>)> {
    let mut values = Vec::new();
    for (at, (id, required)) in form.fields.iter().enumerate() {
        let Some(field) = account.field(*id) else { continue };
        let mut all = given.remove(&at).unwrap_or_default();
        let several = field.kind == FieldKind::CheckList && all.iter().all(|v| matches!(v, Given::Text(_)));
        let value = if several && all.len() > 1 {
            Given::Many(all.into_iter().filter_map(|v| if let Given::Text(t) = v { Some(t) } else { None }).collect())
        } else {
            all.pop().unwrap_or(Given::Nothing)
        };
        let blank = matches!(&value, Given::Nothing) || matches!(&value, Given::Text(t) if t.trim().is_empty());
        if *required || !blank {
            values.push((Cow::Owned(field.system_name.clone()), value));
        }
    }
    values
}

/// Whether our page showed the statements, and whether one of them has another wording by now.
fn wordings_match(account: &AccountSnapshot, form: &ResolvedForm, wordings: Option<&str>) -> (bool, bool) {
    let Some(wordings) = wordings else { return (false, false) };
    let mut changed = false;
    for id in &form.statements {
        let Some((statement, versions)) = account.statement(*id) else { continue };
        let now = versions.last().map_or(1, |v| v.version).to_string();
        let shown = wordings.split(' ').filter_map(|w| w.rsplit_once(':')).find(|(key, _)| *key == statement.key);
        changed |= shown.is_none_or(|(_, version)| version != now);
    }
    (!changed, changed)
}

fn statement_at(account: &AccountSnapshot, form: &ResolvedForm, name: &str) -> Option<usize> {
    let prefix = "Statement_";
    let key = name.get(..prefix.len()).filter(|p| p.eq_ignore_ascii_case(prefix)).map(|_| &name[prefix.len()..])?;
    let (id, _) = account.statement_by_key(key)?;
    form.statements.iter().position(|s| *s == id)
}

fn statement_key<'s>(account: &'s AccountSnapshot, form: &ResolvedForm, at: usize) -> Option<&'s str> {
    account.statement(*form.statements.get(at)?).map(|(s, _)| s.key.as_str())
}

fn field_at(account: &AccountSnapshot, form: &ResolvedForm, name: &str) -> Option<usize> {
    let (id, _) = account.field_by_name(name)?;
    form.fields.iter().position(|(f, _)| *f == id)
}

fn plain(value: &Given<'_>) -> Option<String> {
    match value {
        Given::Text(text) => Some(text.clone().into_owned()),
        Given::Number(digits) => Some(digits.clone()),
        Given::Bool(yes) => Some(yes.to_string()),
        Given::Nothing | Given::Many(_) | Given::Nested => None,
    }
}

/// Cuts what nobody types by hand, and leaves out what cannot be kept.
fn short(mut text: String) -> String {
    text.retain(|c| !c.is_control());
    if text.len() > MOST_SOURCE {
        let end = (0..=MOST_SOURCE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// What a hosted form should carry on from the address it was opened at: `utm_*`, `source`, and the page before it.
pub fn source_of(query: Option<&str>, page: &str, referrer: Option<&str>) -> BTreeMap<String, String> {
    let mut source = BTreeMap::new();
    for (name, value) in urlencoded(query.unwrap_or_default().as_bytes(), 8192).unwrap_or_default() {
        let kept = name == "source" || name.starts_with("utm_") && source.len() < MOST_UTM;
        let value = short(value.into_owned());
        if kept && !value.is_empty() {
            source.insert(short(name.into_owned()), value);
        }
    }
    let mut add = |name: &str, value: &str| {
        let value = short(value.to_owned());
        if !value.is_empty() {
            source.insert(name.to_owned(), value);
        }
    };
    add("page", page);
    add("referrer", referrer.unwrap_or_default());
    source
}
