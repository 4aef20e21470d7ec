//! The `Date` header of signed calls.

use model::Timestamp;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `ddd, dd MMM yyyy HH:mm:ss GMT`. The weekday is not checked, because the vendor's own example has a wrong one;
/// days may have one digit.
pub fn parse(text: &str) -> Option<Timestamp> {
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    let (weekday, rest) = text.trim_matches([' ', '\t']).split_once(',')?;
    if weekday.len() < 3 || !weekday.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let mut parts = rest.split(' ').filter(|p| !p.is_empty());
    let day = number(parts.next()?, 1..=2)?;
    let month = parts.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let year = number(parts.next()?, 4..=4)?;
    let mut time = parts.next()?.split(':').map(|t| number(t, 2..=2));
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    if time.next().is_some() || !parts.next()?.eq_ignore_ascii_case("GMT") || parts.next().is_some() {
        return None;
    }
    let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let time =
        jiff::civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0)
            .ok()?;
    let moment = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Some(Timestamp(moment.as_microsecond()))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    (digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read_whatever_the_weekday() {
        let at = Some(Timestamp(1_603_265_280_000_000));
        for text in [
            "Wed, 21 Oct 2020 07:28:00 GMT",
            "Mon, 21 Oct 2020 07:28:00 GMT",
            "wed, 21 oct 2020 07:28:00 gmt",
            " Wed, 21 Oct 2020 07:28:00 GMT ",
        ] {
            assert_eq!(parse(text), at, "{text}");
        }
        assert_eq!(parse("Thu, 1 Oct 2020 00:00:00 GMT"), parse("Thu, 01 Oct 2020 00:00:00 GMT"));
        assert!(parse("Thu, 1 Oct 2020 00:00:00 GMT").is_some());
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "now",
            "2020-10-21T07:28:00Z",
            "21 Oct 2020 07:28:00 GMT",
            "Wed, 32 Oct 2020 07:28:00 GMT",
            "Tue, 30 Feb 2021 07:28:00 GMT",
            "Wed, 21 Oct 2020 24:28:00 GMT",
            "Wed, 21 Oct 2020 07:28:00 +0100",
            "Wed, 21 Oct 2020 07:28:00",
            "Wed, 21 Oct 2020 07:28:00 GMT GMT",
            "Wed, 21 Oct 2020 07:28:00 GMT\r\nX: y",
            "Wed, 21 Öct 2020 07:28:00 GMT",
            "Wed,\0 21 Oct 2020 07:28:00 GMT",
            "Wed, -1 Oct 2020 07:28:00 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
