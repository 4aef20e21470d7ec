//! A form while it is edited: its definition as JSON, read from the editor's controls over what it was before, and the
//! steps that only rearrange it.

use model::{AccountSnapshot, Form, ResolvedForm};
use serde_json::{Value, json};

use crate::ctx::{Ctx, Pairs};
use crate::input::{self, Choice, Draw, Input, Part, Shape, part, required};

const NEW_ID: [Part; 1] = [required("external_id", Shape::Line("text"))];
const OLD_ID: [Part; 1] = [part("external_id", Shape::Fixed)];
const BASICS: [Part; 3] = [
    required("name", Shape::Words),
    part("language", Shape::Choice(&["", "en", "cy", "fr", "de", "es", "ar"])),
    part("source", Shape::Line("text")),
];
const CONFIRMING: [Part; 3] = [
    part("require_confirmation", Shape::TickOn),
    part("confirm_mode", Shape::Choice(&["auto", "button"])),
    part("confirm_within", Shape::Time),
];
const ALERTS: [Part; 1] = [part("actions.alert_to", Shape::Lines)];
const AUTOMATION: Part = part("actions.automation", Shape::Choice(&[]));
const SIGNUP: [Part; 7] = [
    part("signup.submission_message", Shape::Areas),
    part("signup.submission_url", Shape::Line("url")),
    part("signup.confirmation_subject", Shape::Words),
    part("signup.confirmation_text", Shape::Areas),
    part("signup.confirmation_html", Shape::Areas),
    part("signup.confirmed_message", Shape::Areas),
    part("signup.confirmed_url", Shape::Line("url")),
];
const UPDATE: [Part; 7] = [
    part("update.submission_message", Shape::Areas),
    part("update.submission_url", Shape::Line("url")),
    part("update.confirmation_subject", Shape::Words),
    part("update.confirmation_text", Shape::Areas),
    part("update.confirmation_html", Shape::Areas),
    part("update.confirmed_message", Shape::Areas),
    part("update.confirmed_url", Shape::Line("url")),
];
const GUARD: [Part; 7] = [
    part("guard.form_limit.count", Shape::Number),
    part("guard.address_limit.count", Shape::Number),
    part("guard.too_fast_ms", Shape::Number),
    part("guard.quick_ms", Shape::Number),
    part("guard.work_rounds", Shape::Number),
    part("guard.attack_floor", Shape::Number),
    part("guard.attack_factor", Shape::Number),
];
const ON_A_FORM: [Part; 2] = [part("label", Shape::Words), part("hint", Shape::Words)];
/// Seconds that limits of a form count over, where it says nothing else.
const LIMIT_SECONDS: u32 = 600;
/// Seconds that alerts can be gathered for.
const DIGESTS: [u64; 4] = [900, 3600, 14_400, 86_400];

/// A form while it is edited.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) definition: Value,
    pub(crate) faults: Vec<String>,
    languages: Vec<String>,
    /// The rows of its fields, as the page that was sent called them.
    rows: Vec<String>,
    existing: bool,
}

/// A field of the form as a row.
pub(crate) struct Row {
    pub(crate) key: usize,
    pub(crate) field: String,
    pub(crate) label: String,
    pub(crate) required: bool,
    pub(crate) is_address: bool,
    pub(crate) inputs: Vec<Input>,
    pub(crate) first: bool,
    pub(crate) last: bool,
    pub(crate) touched: bool,
}

/// A statement that can be shown: key, wording, whether it is.
pub(crate) type StatementChoice = (String, String, bool);

/// A list and what the form does with it: id, name, options.
pub(crate) type ListChoice = (String, String, Vec<Choice>);

/// Everything the editor draws.
pub(crate) struct Editor {
    pub(crate) id: Vec<Input>,
    pub(crate) basics: Vec<Input>,
    pub(crate) rows: Vec<Row>,
    pub(crate) more_fields: Vec<(String, String)>,
    pub(crate) lists: Vec<ListChoice>,
    pub(crate) statements: Vec<StatementChoice>,
    pub(crate) confirming: Vec<Input>,
    pub(crate) tags: Vec<(String, Vec<Choice>)>,
    pub(crate) alerts: Vec<Input>,
    pub(crate) signup: Vec<Input>,
    pub(crate) update: Vec<Input>,
    pub(crate) guard: Vec<Input>,
    pub(crate) languages: String,
    pub(crate) more_languages: Vec<(String, String)>,
}

impl Editor {
    /// Whether the form has words of its own for someone new.
    pub(crate) fn has_messages(&self) -> bool {
        self.signup.iter().any(|i| !i.value.is_empty() || i.texts.iter().any(|w| !w.value.is_empty()))
    }
}

fn names(value: &Value, path: &str) -> Vec<String> {
    input::at(value, path).as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// What is chosen: what was chosen before keeps its order, what is new follows in that of the account. What the account
/// has no longer goes.
fn chosen(before: &[String], all: &[&str], is: impl Fn(&str) -> bool) -> Option<Value> {
    let known = |name: &str| all.iter().any(|a| a.eq_ignore_ascii_case(name));
    let mut kept: Vec<&str> = before.iter().map(String::as_str).filter(|b| is(b) && known(b)).collect();
    kept.extend(all.iter().filter(|a| is(a) && !before.iter().any(|b| b.eq_ignore_ascii_case(a))));
    (!kept.is_empty()).then(|| json!(kept))
}

impl Draft {
    /// A form as it is, or a new one.
    pub(crate) fn of(definition: Value, account: &AccountSnapshot, existing: bool) -> Self {
        let own = &account.settings.language.0;
        let words = BASICS.iter().chain(&SIGNUP).chain(&UPDATE);
        let words = words.filter(|p| matches!(p.shape, Shape::Words | Shape::Areas)).map(|p| p.key);
        let mut languages = input::languages(&definition, words, own);
        for field in definition["fields"].as_array().into_iter().flatten() {
            let more = input::languages(field, ["label", "hint"].into_iter(), own);
            let new: Vec<String> = more.into_iter().filter(|l| !languages.contains(l)).collect();
            languages.extend(new);
        }
        let rows = (0..definition["fields"].as_array().map_or(0, Vec::len)).map(|n| n.to_string()).collect();
        Self { definition, faults: Vec::new(), languages, rows, existing }
    }

    /// Reads what the editor sent over what the form was.
    pub(crate) fn read(self, ctx: &Ctx, account: &AccountSnapshot) -> Self {
        let pairs = &ctx.form;
        let mut languages = self.languages;
        for tag in pairs.get("languages").split(' ').take(20) {
            let fits = tag.len() <= 20 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !tag.is_empty() && fits && !languages.iter().any(|l| l == tag) {
                languages.push(tag.to_owned());
            }
        }
        let mut faults = Vec::new();
        let draw = Draw { t: ctx.words, family: "form", languages: &languages };
        let mut form = self.definition.clone();
        let id: &[Part] = if self.existing { &[] } else { &NEW_ID };
        for part in id.iter().chain(&BASICS).chain(&CONFIRMING).chain(&ALERTS).chain(&SIGNUP).chain(&UPDATE) {
            draw.read(part, pairs, "", &mut form, &mut faults);
        }
        draw.read(&AUTOMATION, pairs, "", &mut form, &mut faults);
        for part in &GUARD {
            draw.read(part, pairs, "", &mut form, &mut faults);
        }
        for limit in ["guard.form_limit", "guard.address_limit"] {
            let count = input::at(&form, limit)["count"].is_null();
            let seconds = input::at(&form, limit)["seconds"].is_null();
            match (count, seconds) {
                (true, _) => input::put(&mut form, limit, None),
                (_, true) => input::put(&mut form, &format!("{limit}.seconds"), Some(LIMIT_SECONDS.into())),
                _ => {}
            }
        }
        input::put(&mut form, "actions.alert", pairs.get("alert").parse::<u64>().ok().map(|s| json!({ "digest": s })));
        let (rows, fields) = read_fields(pairs, draw, &self.definition, &mut faults);
        form["fields"] = fields;
        choose(pairs, account, &mut form);
        Self { definition: form, faults, languages, rows, existing: self.existing }
    }

    /// A step that only rearranges; where the page then stands, or nothing for a step of another kind.
    pub(crate) fn rearrange(&mut self, what: &str, pairs: &Pairs) -> bool {
        let Some(fields) = self.definition["fields"].as_array_mut() else { return false };
        let (step, key) = what.split_once('-').unwrap_or((what, ""));
        let row = self.rows.iter().position(|r| r == key);
        match (step, row) {
            ("up", Some(n)) if n > 0 => fields.swap(n, n - 1),
            ("down", Some(n)) if n + 1 < fields.len() => fields.swap(n, n + 1),
            ("off", Some(n)) if n < fields.len() => {
                fields.remove(n);
            }
            ("up" | "down", Some(_)) => {}
            ("add", _) if key == "field" => {
                let new = pairs.get("new-field");
                if !new.is_empty() && !fields.iter().any(|f| f["field"] == new) {
                    fields.push(json!({ "field": new }));
                }
            }
            ("add", _) if key == "language" => {
                let new = pairs.get("new-language").to_owned();
                let fits = (2..=20).contains(&new.len()) && new.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                if fits && !self.languages.contains(&new) {
                    self.languages.push(new);
                }
            }
            _ => return false,
        }
        self.rows = (0..fields.len()).map(|n| n.to_string()).collect();
        true
    }

    /// The form as visitors would see it; nothing while it cannot be read.
    pub(crate) fn resolved(&self, account: &AccountSnapshot) -> Option<ResolvedForm> {
        let form: Form = serde_json::from_value(self.definition.clone()).ok()?;
        Some(account.resolve_form(model::FormId(0), form))
    }

    pub(crate) fn editor(&self, ctx: &Ctx, account: &AccountSnapshot, touched: Option<&str>) -> Editor {
        let t = ctx.words;
        let draw = Draw { t, family: "form", languages: &self.languages };
        let form = &self.definition;
        let own = draw.own();
        let mut basics = draw.inputs(&BASICS, form);
        if let Some(language) = basics.iter_mut().find(|i| i.name == "language") {
            for (value, label, _) in language.options.iter_mut().filter(|(value, ..)| !value.is_empty()) {
                *label = input::language_name(value);
            }
        }
        let mut alerts = draw.inputs(&ALERTS, form);
        alerts.push(self.digest(t));
        let mut automation = draw.input(&AUTOMATION, form, "");
        let chosen = automation.value.clone();
        automation.options = vec![(String::new(), t.get("none"), chosen.is_empty())];
        automation.options.extend(
            account
                .automations
                .iter()
                .map(|(_, a)| (a.external_id.clone(), a.name.clone(), a.external_id.eq_ignore_ascii_case(&chosen))),
        );
        alerts.push(automation);
        let mut guard = draw.inputs(&GUARD, form);
        let standard = &account.settings.guard_settings;
        let standards = [
            standard.form_limit.count,
            standard.address_limit.count,
            standard.too_fast_ms,
            standard.quick_ms,
            standard.work_rounds,
            standard.attack_floor,
            standard.attack_factor,
        ];
        for (input, standard) in guard.iter_mut().zip(standards) {
            input.placeholder = standard.to_string();
        }
        let said = |name: &str| names(form, name);
        let (offered, joined) = (said("lists"), said("actions.lists"));
        let has = |all: &[String], name: &str| all.iter().any(|a| a.eq_ignore_ascii_case(name));
        let lists = account.lists.iter().map(|(_, list)| {
            let id = list.external_id.clone();
            let state = if has(&offered, &id) {
                "offer"
            } else if has(&joined, &id) {
                "join"
            } else {
                ""
            };
            let options = [("", "not"), ("offer", "offer"), ("join", "join")]
                .into_iter()
                .map(|(value, key)| (value.to_owned(), t.of("list", key), value == state));
            (id, t.pick(&list.name, own), options.collect())
        });
        let shown = said("statements");
        let statements = account
            .statements
            .iter()
            .map(|(_, s, _)| (s.key.clone(), t.pick(&s.text, own), has(&shown, &s.key)))
            .collect();
        let given = said("actions.tags");
        let tags = account.tag_groups.iter().map(|(_, group)| {
            let of = account.tags.iter().filter(|(_, tag)| tag.group == group.name);
            let choices = of.map(|(_, tag)| (tag.name.clone(), tag.name.clone(), has(&given, &tag.name)));
            (group.name.clone(), choices.collect())
        });
        let fields = form["fields"].as_array().cloned().unwrap_or_default();
        let rows: Vec<Row> = fields
            .iter()
            .enumerate()
            .map(|(n, field)| {
                let name = field["field"].as_str().unwrap_or_default();
                let label = label_of(ctx, account, name, own);
                let mut inputs = Vec::new();
                for part in &ON_A_FORM {
                    let mut input = draw.input(part, field, &format!("f.{n}."));
                    if part.key == "label" && input.texts.iter().all(|w| w.value.is_empty()) {
                        input.placeholder.clone_from(&label);
                    }
                    inputs.push(input);
                }
                Row {
                    key: n,
                    field: name.to_owned(),
                    label,
                    required: field["required"].as_bool().unwrap_or(false),
                    is_address: name == "EmailAddress",
                    inputs,
                    first: n == 0,
                    last: n + 1 == fields.len(),
                    touched: touched == Some(name),
                }
            })
            .collect();
        let free = |name: &str| !rows.iter().any(|r| r.field.eq_ignore_ascii_case(name));
        let mut more_fields: Vec<(String, String)> = account
            .fields
            .iter()
            .filter(|(_, f)| f.on_forms && free(&f.system_name))
            .map(|(_, f)| (f.system_name.clone(), t.pick(&f.label, own)))
            .collect();
        if free("EmailAddress") {
            more_fields.push(("EmailAddress".to_owned(), t.get("field-address")));
        }
        let shipped = doors::pages::Texts::shipped().filter(|tag| !self.languages.iter().any(|l| l == tag));
        Editor {
            id: draw.inputs(if self.existing { &OLD_ID } else { &NEW_ID }, form),
            basics,
            more_fields,
            lists: lists.collect(),
            statements,
            confirming: draw.inputs(&CONFIRMING, form),
            tags: tags.collect(),
            alerts,
            signup: draw.inputs(&SIGNUP, form),
            update: draw.inputs(&UPDATE, form),
            guard,
            languages: self.languages.join(" "),
            more_languages: shipped.map(|tag| (tag.to_owned(), input::language_name(tag))).collect(),
            rows,
        }
    }

    /// The field that a step moved.
    pub(crate) fn moved(&self, what: &str) -> Option<String> {
        let (step, key) = what.split_once('-')?;
        let fields = self.definition["fields"].as_array()?;
        let found = match step {
            "up" | "down" => fields.get(self.rows.iter().position(|r| r == key)?)?,
            _ => return None,
        };
        found["field"].as_str().map(str::to_owned)
    }

    /// When alerts go out.
    fn digest(&self, t: crate::words::Words) -> Input {
        let now = input::at(&self.definition, "actions.alert.digest").as_u64();
        let mut all: Vec<u64> = DIGESTS.into_iter().chain(now).collect();
        all.sort_unstable();
        all.dedup();
        let mut options = vec![(String::new(), t.get("alert-each"), now.is_none())];
        options.extend(all.into_iter().map(|seconds| {
            let every = if seconds % 3600 == 0 {
                t.count("every-hours", (seconds / 3600) as i64)
            } else {
                t.count("every-minutes", (seconds / 60) as i64)
            };
            (seconds.to_string(), every, now == Some(seconds))
        }));
        let label = t.get("part-alert");
        Input { control: "choice", name: "alert".into(), id: "alert".into(), label, options, ..Input::default() }
    }
}

fn label_of(ctx: &Ctx, account: &AccountSnapshot, name: &str, own: &str) -> String {
    match account.field_by_name(name) {
        Some((_, field)) => ctx.words.pick(&field.label, own),
        None if name == "EmailAddress" => ctx.words.get("field-address"),
        None => name.to_owned(),
    }
}

/// The fields in the order in which the page held them; what it did not show of them stays.
fn read_fields(pairs: &Pairs, draw: Draw<'_>, before: &Value, faults: &mut Vec<String>) -> (Vec<String>, Value) {
    let (mut rows, mut fields) = (Vec::new(), Vec::new());
    let sent = pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("f.")?, value)));
    for (row, field) in sent.filter(|(row, _)| row.bytes().all(|b| b.is_ascii_digit())) {
        let known = before["fields"].as_array().into_iter().flatten().find(|f| f["field"] == field);
        let mut new = known.cloned().unwrap_or_else(|| json!({ "field": field }));
        for part in &ON_A_FORM {
            draw.read(part, pairs, &format!("f.{row}."), &mut new, faults);
        }
        let required = pairs.get(&format!("f.{row}.required")) == "yes";
        input::put(&mut new, "required", required.then_some(Value::Bool(true)));
        rows.push(row.to_owned());
        fields.push(new);
    }
    (rows, Value::Array(fields))
}

/// Lists, statements and tags.
fn choose(pairs: &Pairs, account: &AccountSnapshot, form: &mut Value) {
    let lists: Vec<&str> = account.lists.iter().map(|(_, l)| l.external_id.as_str()).collect();
    for (path, state) in [("lists", "offer"), ("actions.lists", "join")] {
        let is = |id: &str| pairs.get(&format!("list.{id}")) == state;
        let new = chosen(&names(form, path), &lists, is);
        input::put(form, path, new);
    }
    let keys: Vec<&str> = account.statements.iter().map(|(_, s, _)| s.key.as_str()).collect();
    let tags: Vec<&str> = account.tags.iter().map(|(_, t)| t.name.as_str()).collect();
    for (path, all, name) in [("statements", keys, "statement"), ("actions.tags", tags, "tag")] {
        let is = |key: &str| pairs.iter().any(|(n, v)| n == name && v.eq_ignore_ascii_case(key));
        let new = chosen(&names(form, path), &all, is);
        input::put(form, path, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_what_is_new_follows() {
        let before = ["B".to_owned(), "A".to_owned(), "gone".to_owned()];
        for (picked, wanted) in
            [(&["A", "B", "C", "gone"][..], Some(json!(["B", "A", "C"]))), (&["A"], Some(json!(["A"]))), (&[], None)]
        {
            assert_eq!(chosen(&before, &["A", "B", "C"], |n| picked.contains(&n)), wanted);
        }
    }

    #[test]
    fn rows_move_by_the_names_that_the_page_gave_them() {
        let definition = json!({ "fields": [{ "field": "A" }, { "field": "B" }, { "field": "C" }] });
        let order = |draft: &Draft| {
            let fields = draft.definition["fields"].as_array().cloned().unwrap_or_default();
            fields.iter().map(|f| f["field"].as_str().unwrap_or_default().to_owned()).collect::<String>()
        };
        for (what, pairs, wanted) in [
            ("up-5", "", "BAC"),
            ("down-5", "", "ACB"),
            ("up-9", "", "ABC"),
            ("off-7", "", "AB"),
            ("up-1", "", "ABC"),
            ("add-field", "new-field=D", "ABCD"),
            ("add-field", "new-field=A", "ABC"),
            ("save", "", "ABC"),
        ] {
            let rows = ["9", "5", "7"].map(str::to_owned).to_vec();
            let (faults, languages) = (Vec::new(), vec!["en".to_owned()]);
            let mut draft = Draft { definition: definition.clone(), faults, languages, rows, existing: true };
            draft.rearrange(what, &Pairs::read(pairs.as_bytes()));
            assert_eq!(order(&draft), wanted, "{what}");
        }
    }
}
