//! Controls for the parts of a definition: each part is named by its path (`signup.confirmation_text`) and has a shape;
//! the same table shows it and reads it back. What a page does not show stays as it is.

use std::collections::BTreeMap;

use doors::pages::Texts;
use serde_json::{Map, Value, json};

use crate::ctx::Pairs;
use crate::words::Words;

/// What a part looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One line; the type of the browser's input.
    Line(&'static str),
    /// One line in every language.
    Words,
    /// Several lines in every language.
    Areas,
    /// Several entries, one a line.
    Lines,
    /// One of these; an empty one stands for nothing said.
    Choice(&'static [&'static str]),
    /// Yes or no, no when left out.
    Tick,
    /// Yes or no, yes when left out.
    TickOn,
    /// Some of these.
    Ticks(&'static [&'static str]),
    /// A whole number.
    Number,
    /// A length of time, kept in seconds.
    Time,
    /// What cannot be changed.
    Fixed,
}

/// A part of a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) key: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

pub(crate) const fn part(key: &'static str, shape: Shape) -> Part {
    Part { key, shape, required: false }
}

pub(crate) const fn required(key: &'static str, shape: Shape) -> Part {
    Part { key, shape, required: true }
}

/// An option: value, label, whether it is chosen.
pub(crate) type Choice = (String, String, bool);

/// A wording in one language.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    pub(crate) tag: String,
    pub(crate) language: String,
    pub(crate) value: String,
}

/// A control as `templates/console/input.html` draws it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    pub(crate) control: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) placeholder: String,
    pub(crate) options: Vec<Choice>,
    pub(crate) texts: Vec<Wording>,
    pub(crate) checked: bool,
    pub(crate) required: bool,
}

/// Who draws: the words, the family of labels, and the languages of texts, the account's own first.
#[derive(Clone, Copy)]
pub(crate) struct Draw<'a> {
    pub(crate) t: Words,
    pub(crate) family: &'a str,
    pub(crate) languages: &'a [String],
}

/// The word of hosted pages for the name of their language.
const OWN_NAME: &str = "language-name";

/// What a language calls itself, where its pages ship; else its tag.
pub(crate) fn language_name(tag: &str) -> String {
    let base = tag.split('-').next().unwrap_or(tag);
    if Texts::shipped().any(|shipped| shipped.eq_ignore_ascii_case(base)) && base == tag {
        Texts::of(tag).get(OWN_NAME)
    } else {
        tag.to_owned()
    }
}

pub(crate) fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, key| &value[key])
}

/// Puts something at a path, or takes away what is there; tables come and go with what they hold.
pub(crate) fn put(value: &mut Value, path: &str, new: Option<Value>) {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Some(keys) = value.as_object_mut() else { return };
    match (path.split_once('.'), new) {
        (None, Some(new)) => {
            keys.insert(path.to_owned(), new);
        }
        (None, None) => {
            keys.remove(path);
        }
        (Some((key, _)), None) if !keys.contains_key(key) => {}
        (Some((key, rest)), new) => {
            let inner = keys.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            put(inner, rest, new);
            if inner.as_object().is_some_and(Map::is_empty) {
                keys.remove(key);
            }
        }
    }
}

/// The wordings of a text, by language; one wording for all counts as the account's language.
pub(crate) fn wordings(value: &Value, own: &str) -> BTreeMap<String, String> {
    match value {
        Value::String(text) => BTreeMap::from([(own.to_owned(), text.clone())]),
        Value::Object(texts) => {
            texts.iter().filter_map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// A text out of wordings. One wording in the account's own language serves all, unless it stood by language before.
fn text_of(wordings: BTreeMap<String, String>, own: &str, was: &Value) -> Option<Value> {
    let only_own = wordings.len() == 1 && wordings.contains_key(own) && !was.is_object();
    match wordings {
        none if none.is_empty() => None,
        mut one if only_own => one.remove(own).map(Value::String),
        several => Some(json!(several)),
    }
}

/// The languages that texts at these paths are worded in, the account's own first.
pub(crate) fn languages<'p>(value: &Value, paths: impl Iterator<Item = &'p str>, own: &str) -> Vec<String> {
    let mut found = vec![own.to_owned()];
    for path in paths {
        for tag in wordings(at(value, path), own).into_keys() {
            if !found.contains(&tag) {
                found.push(tag);
            }
        }
    }
    found
}

fn lines_of(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// A browser sends every end of a line as CR LF.
pub(crate) fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

impl Draw<'_> {
    pub(crate) fn own(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }

    /// The control of a part, named below a prefix.
    pub(crate) fn input(&self, part: &Part, value: &Value, prefix: &str) -> Input {
        let t = self.t;
        let word = part.key.rsplit('.').next().unwrap_or(part.key).replace('_', "-");
        let known = |kind: &str| {
            t.known(&format!("{kind}-{}-{word}", self.family)).or_else(|| t.known(&format!("{kind}-{word}")))
        };
        let found = at(value, part.key);
        let text = match found {
            Value::String(text) => text.clone(),
            Value::Number(number) if part.shape == Shape::Time => {
                number.as_u64().map(account_file::format_duration).unwrap_or_default()
            }
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let mut input = Input {
            name: format!("{prefix}{}", part.key),
            id: format!("{prefix}{}", part.key).replace(['.', '_'], "-"),
            label: known("part").unwrap_or_else(|| word.clone()),
            hint: known("hint").unwrap_or_default(),
            value: text,
            required: part.required,
            ..Input::default()
        };
        let options = |names: &[&str], chosen: &dyn Fn(&str) -> bool| -> Vec<Choice> {
            names
                .iter()
                .map(|n| {
                    let key = if n.is_empty() { "unsaid" } else { n };
                    let label = t.known(&format!("choice-{word}-{}", key.replace(['_', '.'], "-")));
                    ((*n).to_owned(), label.unwrap_or_else(|| t.of("choice", key)), chosen(n))
                })
                .collect()
        };
        match part.shape {
            Shape::Line(kind) => (input.control, input.kind) = ("line", kind),
            Shape::Number => (input.control, input.kind) = ("line", "number"),
            Shape::Time => (input.control, input.kind) = ("line", "text"),
            Shape::Fixed => input.control = "fixed",
            Shape::Words | Shape::Areas => {
                input.control = if part.shape == Shape::Words { "words" } else { "areas" };
                let texts = wordings(found, self.own());
                input.texts = self
                    .languages
                    .iter()
                    .map(|tag| Wording {
                        tag: tag.clone(),
                        language: language_name(tag),
                        value: texts.get(tag).cloned().unwrap_or_default(),
                    })
                    .collect();
            }
            Shape::Lines => (input.control, input.value) = ("lines", lines_of(found).join("\n")),
            Shape::Choice(names) => {
                input.control = "choice";
                let chosen = input.value.clone();
                input.options = options(names, &|n| n == chosen);
            }
            Shape::Tick => (input.control, input.checked) = ("tick", found.as_bool().unwrap_or(false)),
            Shape::TickOn => (input.control, input.checked) = ("tick", found.as_bool().unwrap_or(true)),
            Shape::Ticks(names) => {
                let chosen = lines_of(found);
                (input.control, input.options) = ("ticks", options(names, &|n| chosen.iter().any(|c| c == n)));
            }
        }
        input
    }

    pub(crate) fn inputs(&self, parts: &[Part], value: &Value) -> Vec<Input> {
        parts.iter().map(|part| self.input(part, value, "")).collect()
    }

    /// Reads a part back into a definition. What cannot be read stays in the definition as it was typed, and is told.
    pub(crate) fn read(&self, part: &Part, pairs: &Pairs, prefix: &str, value: &mut Value, faults: &mut Vec<String>) {
        let name = format!("{prefix}{}", part.key);
        let text = pairs.get(&name).to_owned();
        let given = (!text.is_empty() || part.required).then(|| Value::String(text.clone()));
        let new = match part.shape {
            Shape::Fixed => return,
            Shape::Line(_) | Shape::Choice(_) => given,
            Shape::Tick | Shape::TickOn => Some(Value::Bool(text == "yes")),
            Shape::Number | Shape::Time if text.is_empty() => None,
            Shape::Number => match text.parse::<i64>() {
                Ok(number) => Some(number.into()),
                Err(_) => {
                    let label = self.input(part, value, prefix).label;
                    faults.push(self.t.one("fault-number", "label", &label));
                    given
                }
            },
            Shape::Time => match account_file::parse_duration(&text) {
                Ok(seconds) => Some(seconds.into()),
                Err(_) => {
                    let label = self.input(part, value, prefix).label;
                    faults.push(self.t.one("fault-time", "label", &label));
                    given
                }
            },
            Shape::Words | Shape::Areas => {
                let mut found = BTreeMap::new();
                for tag in self.languages {
                    let typed = plain(pairs.raw(&format!("{name}.{tag}")));
                    let typed = if part.shape == Shape::Words { typed.trim().to_owned() } else { typed };
                    if !typed.trim().is_empty() {
                        found.insert(tag.clone(), typed);
                    }
                }
                let was = at(value, part.key).clone();
                text_of(found, self.own(), &was).or_else(|| part.required.then(|| Value::String(String::new())))
            }
            Shape::Lines => {
                let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
                (!lines.is_empty() || part.required).then(|| json!(lines))
            }
            Shape::Ticks(names) => {
                let chosen: Vec<&str> =
                    pairs.iter().filter(|(n, v)| *n == name && names.contains(v)).map(|(_, v)| v).collect();
                (!chosen.is_empty()).then(|| json!(chosen))
            }
        };
        put(value, part.key, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(languages: &[String]) -> Draw<'_> {
        Draw { t: Words::asked(None, "en"), family: "form", languages }
    }

    #[test]
    fn what_is_shown_reads_back_as_it_was() {
        let languages = ["en".to_owned(), "cy".to_owned()];
        let draw = draw(&languages);
        let value = json!({
            "name": { "cy": "Cylchlythyr", "en": "Newsletter" }, "source": "site", "kept": 7,
            "confirm_within": 129_600, "signup": { "submission_message": "Hello,\n\nthere\n" },
            "actions": { "alert_to": ["a@b.example", "c@d.example"] }, "disabled": true,
        });
        let parts = [
            part("name", Shape::Words),
            part("source", Shape::Line("text")),
            part("confirm_within", Shape::Time),
            part("signup.submission_message", Shape::Areas),
            part("signup.submission_url", Shape::Line("url")),
            part("actions.alert_to", Shape::Lines),
            part("disabled", Shape::Tick),
        ];
        let mut body = form_urlencoded::Serializer::new(String::new());
        for input in draw.inputs(&parts, &value) {
            for text in &input.texts {
                body.append_pair(&format!("{}.{}", input.name, text.tag), &text.value.replace('\n', "\r\n"));
            }
            if input.control == "tick" && input.checked {
                body.append_pair(&input.name, "yes");
            } else if input.texts.is_empty() {
                body.append_pair(&input.name, &input.value.replace('\n', "\r\n"));
            }
        }
        let pairs = Pairs::read(body.finish().as_bytes());
        let (mut read, mut faults) = (value.clone(), Vec::new());
        for part in &parts {
            draw.read(part, &pairs, "", &mut read, &mut faults);
        }
        assert_eq!((read, faults), (value, Vec::new()));
    }

    #[test]
    fn what_is_emptied_goes_and_what_is_wrong_is_told() {
        let languages = ["en".to_owned()];
        let draw = draw(&languages);
        let mut value = json!({ "guard": { "quick_ms": 5 }, "name": "Old", "confirm_within": 60 });
        let pairs = Pairs::read(b"guard.quick_ms=&name.en=&confirm_within=soon&guard.x=1e3");
        let mut faults = Vec::new();
        for part in [
            part("guard.quick_ms", Shape::Number),
            required("name", Shape::Words),
            part("confirm_within", Shape::Time),
            part("guard.x", Shape::Number),
        ] {
            draw.read(&part, &pairs, "", &mut value, &mut faults);
        }
        assert_eq!(value, json!({ "name": "", "confirm_within": "soon", "guard": { "x": "1e3" } }));
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
