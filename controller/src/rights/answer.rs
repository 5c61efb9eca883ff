//! From a register's answer to rows.

use access::time::{UtcMs, UtcS, Window};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use db::site::{IMPORT_ROWS_MAX, RightRow};
use serde::{Deserialize, Deserializer};

/// Why an answer cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerFault {
    #[error("the answer has more than {bound} bytes; have the register answer for this site's people only")]
    Large { bound: usize },
    #[error("the answer has {rows} rows and at most {IMPORT_ROWS_MAX} are taken; have it answer for fewer people")]
    Many { rows: usize },
    /// The parser's words could repeat a name out of the answer, so only the place is told.
    #[error("the answer is not as docs/API.md describes it, at line {line}, column {column}")]
    Shape { line: usize, column: usize },
    #[error("row {row}: {key} is neither a date such as 2026-12-31 nor an RFC 3339 time")]
    Time { row: u32, key: &'static str },
}

/// One right. All keys have to be there: an end that was forgotten would be a right for ever.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    person: String,
    profession: String,
    #[serde(deserialize_with = "given")]
    from: Option<String>,
    #[serde(deserialize_with = "given")]
    until: Option<String>,
    checked: String,
}

/// serde takes a missing key for null unless it is told how to read it.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Reads an answer. Rows are counted from 1.
pub(super) fn read(bytes: &[u8], source: &str, zone: Tz, now: UtcMs) -> Result<Vec<RightRow>, AnswerFault> {
    let rights: Vec<Right> = serde_json::from_slice(bytes)
        .map_err(|error| AnswerFault::Shape { line: error.line(), column: error.column() })?;
    if rights.len() > IMPORT_ROWS_MAX {
        return Err(AnswerFault::Many { rows: rights.len() });
    }
    (1..).zip(rights).map(|(row, right)| one(row, right, source, zone, now)).collect()
}

fn one(row: u32, right: Right, source: &str, zone: Tz, now: UtcMs) -> Result<RightRow, AnswerFault> {
    let time = |key, text: Option<&str>, days| {
        text.map(|text| instant(text, zone, days).ok_or(AnswerFault::Time { row, key })).transpose()
    };
    let checked = DateTime::parse_from_rfc3339(&right.checked)
        .map_err(|_| AnswerFault::Time { row, key: "checked" })?
        .timestamp_millis();
    Ok(RightRow {
        row,
        // The last day is one on which the right still holds.
        window: Window {
            from: time("from", right.from.as_deref(), 0)?,
            until: time("until", right.until.as_deref(), 1)?,
        },
        person: right.person,
        profession: right.profession,
        source: source.to_owned(),
        // A register whose clock is ahead has not looked in the future.
        checked: UtcMs(checked.min(now.0)),
    })
}

/// A time as it is, or the midnight at which a date begins, so many days later.
fn instant(text: &str, zone: Tz, days: u64) -> Option<UtcS> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(UtcS(time.timestamp()));
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.checked_add_days(Days::new(days))?;
    let midnight = date.and_time(NaiveTime::MIN);
    // Some zones skip midnight when their summer begins.
    let hours = (0..4).filter_map(|hour| midnight.checked_add_signed(chrono::TimeDelta::hours(hour)));
    let begins = hours.filter_map(|local| zone.from_local_datetime(&local).earliest()).next()?;
    Some(UtcS(begins.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcMs = UtcMs(1_798_761_600_000);

    fn rows(json: &str) -> Result<Vec<RightRow>, AnswerFault> {
        read(json.as_bytes(), "register", chrono_tz::Europe::Helsinki, NOW)
    }

    fn right(from: &str, until: &str) -> String {
        format!(
            r#"[{{"person":"E1","profession":"nurse","from":{from},"until":{until},"checked":"2026-11-24T10:00:00Z"}}]"#
        )
    }

    #[test]
    fn dates_are_of_the_sites_zone_and_the_last_day_counts() {
        let read = rows(&right("\"2026-03-29\"", "\"2026-10-25\"")).unwrap();
        let row = read.first().unwrap();
        // Both nights change the clock: the first midnight is still +2, the last one again.
        let at = |text: &str| Some(UtcS(DateTime::parse_from_rfc3339(text).unwrap().timestamp()));
        assert_eq!(row.window.from, at("2026-03-29T00:00:00+02:00"));
        assert_eq!(row.window.until, at("2026-10-26T00:00:00+02:00"));
        assert_eq!((row.row, row.source.as_str(), row.person.as_str()), (1, "register", "E1"));
        assert_eq!(row.checked, UtcMs(1_795_514_400_000));
    }

    #[test]
    fn times_are_taken_as_they_are_and_null_is_open() {
        let read = rows(&right("null", "\"2026-10-25T12:00:00+03:00\"")).unwrap();
        let window = read.first().unwrap().window;
        assert_eq!((window.from, window.until), (None, Some(UtcS(1_792_918_800))));
        assert!(rows("[]").unwrap().is_empty());
    }

    #[test]
    fn a_midnight_that_a_zone_skips_is_the_first_hour_that_there_is() {
        let begins = instant("2024-04-26", chrono_tz::Africa::Cairo, 0).unwrap();
        assert_eq!(begins.0, DateTime::parse_from_rfc3339("2024-04-26T01:00:00+03:00").unwrap().timestamp());
    }

    #[test]
    fn what_is_not_as_described_is_refused_with_its_place_and_without_names() {
        let cases = [
            ("", "line"),
            ("{}", "line 1"),
            ("[{\"person\":\"Maija\"}]", "line 1"),
            // An end that is missing, or called otherwise, is no right for ever.
            (r#"[{"person":"Maija","profession":"nurse","from":null,"checked":"2026-11-24T10:00:00Z"}]"#, "line 1"),
            (&right("null", "null").replace("\"until\"", "\"untill\""), "line 1"),
            (&right("null", "\"31.12.2026\""), "row 1: until"),
            (&right("\"2026-02-30\"", "null"), "row 1: from"),
            (&right("null", "null").replace("2026-11-24T10:00:00Z", "yesterday"), "row 1: checked"),
        ];
        for (json, named) in cases {
            let message = rows(json).unwrap_err().to_string();
            assert!(message.contains(named) && !message.contains("Maija"), "{message}");
        }
    }

    #[test]
    fn a_check_in_the_future_is_one_of_now() {
        let read = rows(&right("null", "null").replace("2026-11-24", "2036-11-24")).unwrap();
        assert_eq!(read.first().unwrap().checked, NOW);
    }
}
