//! Lengths of time as people write them: `7 days`, `15 minutes`.

use jiff::{SpanRelativeTo, Unit};

/// The seconds of a text such as `7 days`, `36 h` or `1 hour 30 minutes`; a day has 24 hours, a week 7 days. The error says what
/// would be right.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let wanted = "must be a length of time such as \"15 minutes\" or \"7 days\"";
    let span: jiff::Span = text.trim().parse().map_err(|_| wanted.to_owned())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err("must count days: months and years differ in length".into());
    }
    let seconds = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).map_err(|_| wanted.to_owned())?;
    if seconds <= 0.0 {
        return Err(wanted.to_owned());
    }
    if seconds.fract() != 0.0 {
        return Err("must be whole seconds".into());
    }
    Ok(seconds as u64)
}

/// The largest unit that fits without a rest: `7 days`, `90 minutes`. [`parse_duration`] reads it back.
pub fn format_duration(seconds: u64) -> String {
    let (one, name) = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        .into_iter()
        .find(|(one, _)| seconds >= *one && seconds.is_multiple_of(*one))
        .unwrap_or((1, "second"));
    let count = seconds / one;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        for (text, seconds, written) in [
            ("7 days", 604_800, "7 days"),
            ("1 week", 604_800, "7 days"),
            ("15 minutes", 900, "15 minutes"),
            ("90m", 5_400, "90 minutes"),
            ("1 hour 30 minutes", 5_400, "90 minutes"),
            (" 1 day ", 86_400, "1 day"),
            ("45s", 45, "45 seconds"),
        ] {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
            assert_eq!(format_duration(seconds), written);
            assert_eq!(parse_duration(written), Ok(seconds));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "soon", "7", "0 days", "-1 day", "1 month", "2 years", "1.5 s", "7 dayz", "999999999999999 days"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
