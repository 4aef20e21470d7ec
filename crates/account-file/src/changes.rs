//! What differs between two definitions, in words: `fields[2].label "x" → "y"`.

use serde_json::Value;

/// One line for each difference. Paths count from 0, as in the file's own lists; the order of keys never counts.
pub(crate) fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", old, new, &mut lines);
    lines
}

fn compare(path: &str, old: &Value, new: &Value, lines: &mut Vec<String>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Object(before), Value::Object(after)) => {
            let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let nothing = &Value::Null;
                compare(&path, before.get(key).unwrap_or(nothing), after.get(key).unwrap_or(nothing), lines);
            }
        }
        (Value::Array(before), Value::Array(after)) => compare_lists(path, before, after, lines),
        // A whole part that comes or goes is told key by key.
        (Value::Null, Value::Object(after)) if !after.is_empty() => {
            compare(path, &Value::Object(serde_json::Map::new()), new, lines);
        }
        (Value::Object(before), Value::Null) if !before.is_empty() => {
            compare(path, old, &Value::Object(serde_json::Map::new()), lines);
        }
        (Value::Null, Value::Array(after)) => compare_lists(path, &[], after, lines),
        (Value::Array(before), Value::Null) => compare_lists(path, before, &[], lines),
        (Value::Null, new) => lines.push(format!("{path} {} (was not set)", short(new))),
        (old, Value::Null) => lines.push(format!("{path} not set any more (was {})", short(old))),
        (Value::String(before), Value::String(after)) => {
            let (before, after) = around_difference(before, after);
            lines.push(format!("{path} {before} → {after}"));
        }
        (old, new) => lines.push(format!("{path} {} → {}", short(old), short(new))),
    }
}

/// Lists of plain values: what came, what went, or the order. Lists of tables: place by place between what is alike at both ends.
fn compare_lists(path: &str, old: &[Value], new: &[Value], lines: &mut Vec<String>) {
    let plain = |values: &[Value]| values.iter().all(|v| !v.is_object() && !v.is_array());
    if plain(old) && plain(new) {
        lines.extend(new.iter().filter(|v| !old.contains(v)).map(|v| format!("{path} + {}", short(v))));
        lines.extend(old.iter().filter(|v| !new.contains(v)).map(|v| format!("{path} - {}", short(v))));
        if old.len() == new.len() && old.iter().all(|v| new.contains(v)) {
            lines.push(format!("{path} in another order"));
        }
        return;
    }
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    for (i, pair) in old.iter().zip(new).enumerate() {
        compare(&format!("{path}[{}]", start + i), pair.0, pair.1, lines);
    }
    for (i, gone) in old.iter().enumerate().skip(new.len()) {
        lines.push(format!("{path}[{}] - {}", start + i, short(gone)));
    }
    for (i, added) in new.iter().enumerate().skip(old.len()) {
        lines.push(format!("{path}[{}] + {}", start + i, short(added)));
    }
}

const MOST: usize = 60;

/// A value on one line, not endless.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start}…")
}

/// Two texts, long ones cut to where they begin to differ.
fn around_difference(old: &str, new: &str) -> (String, String) {
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let long = old.chars().count().max(new.chars().count()) > MOST;
    let from = if long { same.saturating_sub(12) } else { 0 };
    let show = |text: &str| {
        let shown: String = text.chars().skip(from).take(MOST).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if text.chars().count() > from + MOST { "…" } else { "" };
        Value::from(format!("{before}{shown}{after}")).to_string()
    };
    (show(old), show(new))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_read_like_sentences() {
        let long = "word ".repeat(30);
        for (old, new, lines) in [
            (json!({ "a": 1, "b": 2 }), json!({ "b": 2, "a": 1 }), vec![]),
            (json!({ "label": "x" }), json!({ "label": "y" }), vec![r#"label "x" → "y""#]),
            (json!({ "label": "x" }), json!({ "label": { "en": "x" } }), vec![r#"label "x" → {"en":"x"}"#]),
            (json!({}), json!({ "hint": "x" }), vec![r#"hint "x" (was not set)"#]),
            (json!({ "a": { "lists": ["A"] } }), json!({}), vec![r#"a.lists - "A""#]),
            (json!({ "t": ["A", "B"] }), json!({ "t": ["B", "C"] }), vec![r#"t + "C""#, r#"t - "A""#]),
            (json!({ "t": ["A", "B"] }), json!({ "t": ["B", "A"] }), vec!["t in another order"]),
            (
                json!({ "f": [{ "n": 1 }, { "n": 2 }, { "n": 3 }] }),
                json!({ "f": [{ "n": 1 }, { "n": 9 }, { "n": 3 }] }),
                vec!["f[1].n 2 → 9"],
            ),
            (json!({ "f": [{ "n": 1 }] }), json!({ "f": [{ "n": 0 }, { "n": 1 }] }), vec![r#"f[0] + {"n":0}"#]),
            (
                json!({ "t": format!("{long}one") }),
                json!({ "t": format!("{long}two") }),
                vec![r#"t "…d word word one" → "…d word word two""#],
            ),
        ] {
            assert_eq!(differences(&old, &new), lines, "{old} {new}");
        }
    }
}
