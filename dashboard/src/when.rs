//! Civil time in the site's zone: how people read it and how they enter it.

use access::calendar::Date;
use access::time::{UtcMs, UtcS, Window};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::import::day;
use crate::language::Lang;

/// What a `datetime-local` field holds and takes.
const FIELD: &str = "%Y-%m-%dT%H:%M";
/// The same with seconds, which some browsers send.
const FIELD_SECONDS: &str = "%Y-%m-%dT%H:%M:%S";
/// What a `date` field holds and takes.
const DAY: &str = "%Y-%m-%d";

/// An instant as a person reads it, to the second.
pub(crate) fn shown(at: UtcMs, zone: Tz, lang: Lang) -> String {
    utc(at).map_or_else(String::new, |at| at.with_timezone(&zone).format(&lang.say("format-instant")).to_string())
}

/// An instant as a person reads it, to the minute.
pub(crate) fn shown_minute(at: UtcS, zone: Tz, lang: Lang) -> String {
    utc(UtcMs(at.0.saturating_mul(1000)))
        .map_or_else(String::new, |at| at.with_timezone(&zone).format(&lang.say("format-minute")).to_string())
}

/// The time of the day alone, to the minute.
pub(crate) fn shown_clock(at: UtcMs, zone: Tz, lang: Lang) -> String {
    utc(at).map_or_else(String::new, |at| at.with_timezone(&zone).format(&lang.say("format-clock")).to_string())
}

/// A day as a person reads it.
pub(crate) fn date(date: Date, lang: Lang) -> String {
    let (year, month, day) = date.ymd();
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .map_or_else(String::new, |date| date.format(&lang.say("format-day")).to_string())
}

/// An instant for programs: RFC 3339 in UTC, with milliseconds.
pub(crate) fn rfc3339(at: UtcMs) -> String {
    utc(at).map_or_else(String::new, |at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// The same to the second.
pub(crate) fn rfc3339_second(at: UtcS) -> String {
    utc(UtcMs(at.0.saturating_mul(1000)))
        .map_or_else(String::new, |at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// Reads RFC 3339 with any offset.
pub(crate) fn from_rfc3339(text: &str) -> Option<UtcMs> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| UtcMs(at.timestamp_millis()))
}

/// An instant as a `datetime-local` field holds it.
pub(crate) fn field(at: Option<UtcS>, zone: Tz) -> String {
    at.and_then(|at| utc(UtcMs(at.0.saturating_mul(1000))))
        .map_or_else(String::new, |at| at.with_timezone(&zone).format(FIELD).to_string())
}

/// Reads a `datetime-local` field. Nothing entered is an open end.
///
/// # Errors
/// The code of what is wrong: not a time, or an hour that the spring night leaves out. Of the hour that
/// the autumn night has twice, the first is meant.
pub(crate) fn from_field(text: &str, zone: Tz) -> Result<Option<UtcS>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let local = NaiveDateTime::parse_from_str(text, FIELD)
        .or_else(|_| NaiveDateTime::parse_from_str(text, FIELD_SECONDS))
        .map_err(|_| "not-a-time")?;
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(Some(UtcS(at.timestamp()))),
        LocalResult::None => Err("no-such-hour"),
    }
}

/// A window as a person reads it.
pub(crate) fn window(window: Window, zone: Tz, lang: Lang) -> String {
    let show = |at| shown_minute(at, zone, lang);
    match (window.from, window.until) {
        (None, None) => lang.say("window-always"),
        (Some(from), None) => lang.say_with("window-from", &[("from", show(from).into())]),
        (None, Some(until)) => lang.say_with("window-until", &[("until", show(until).into())]),
        (Some(from), Some(until)) => {
            lang.say_with("window-between", &[("from", show(from).into()), ("until", show(until).into())])
        }
    }
}

/// A window whose ends are days of a zone, as a person reads it: its last day is the one before its end. One
/// with an end within a day is shown to the minute.
pub(crate) fn days(window: Window, zone: Tz, lang: Lang) -> String {
    let from = window.from.map(|from| whole_day(from, zone));
    let until = window.until.map(|until| whole_day(until, zone).and_then(|day| day.pred_opt()));
    if matches!(from, Some(None)) || matches!(until, Some(None)) {
        return self::window(window, zone, lang);
    }
    let show = |day: NaiveDate| day.format(&lang.say("format-day")).to_string();
    match (from.flatten(), until.flatten()) {
        (None, None) => lang.say("window-always"),
        (Some(from), None) => lang.say_with("window-from", &[("from", show(from).into())]),
        (None, Some(until)) => lang.say_with("days-until", &[("until", show(until).into())]),
        (Some(from), Some(until)) => {
            lang.say_with("window-between", &[("from", show(from).into()), ("until", show(until).into())])
        }
    }
}

/// The last day before an end, as a person reads it.
pub(crate) fn last_day_shown(until: UtcS, zone: Tz, lang: Lang) -> String {
    match whole_day(until, zone).and_then(|day| day.pred_opt()) {
        Some(day) => day.format(&lang.say("format-day")).to_string(),
        None => shown_minute(until, zone, lang),
    }
}

/// The first day of a window as a `date` field holds it.
pub(crate) fn first_day(window: Window, zone: Tz) -> String {
    window.from.and_then(|from| day_of(from, zone)).map_or_else(String::new, |day| day.format(DAY).to_string())
}

/// The last day of a window as a `date` field holds it.
pub(crate) fn last_day(window: Window, zone: Tz) -> String {
    let last = window.until.map(|until| UtcS(until.0.saturating_sub(1)));
    last.and_then(|last| day_of(last, zone)).map_or_else(String::new, |day| day.format(DAY).to_string())
}

/// The first second of the day that a field names; none if it is empty.
///
/// # Errors
/// It names no day.
pub(crate) fn from_day(text: &str, zone: Tz) -> Result<Option<UtcS>, &'static str> {
    edge(text, zone, day::begins)
}

/// The first second after the day that a field names; none if it is empty.
///
/// # Errors
/// It names no day.
pub(crate) fn until_day(text: &str, zone: Tz) -> Result<Option<UtcS>, &'static str> {
    edge(text, zone, day::ends)
}

/// The window that two days name. An end whose day is the one that was shown for the window of before stays at its
/// second: who was ended this noon is not let in until midnight because somebody corrects a title.
///
/// # Errors
/// The field that names no day.
pub(crate) fn days_kept(from: &str, until: &str, before: Window, zone: Tz) -> Result<Window, &'static str> {
    let (entered_from, entered_until) = (from_day(from, zone), until_day(until, zone));
    let same_from = entered_from == from_day(&first_day(before, zone), zone);
    let same_until = entered_until == until_day(&last_day(before, zone), zone);
    Ok(Window {
        from: if same_from { before.from } else { entered_from.map_err(|_| "from")? },
        until: if same_until { before.until } else { entered_until.map_err(|_| "until")? },
    })
}

fn edge(text: &str, zone: Tz, edge: fn(NaiveDate, Tz) -> Option<UtcS>) -> Result<Option<UtcS>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    day::day(text).and_then(|day| edge(day, zone)).map(Some).ok_or("not-a-date")
}

/// The day that begins at an instant, if one does.
fn whole_day(at: UtcS, zone: Tz) -> Option<NaiveDate> {
    day_of(at, zone).filter(|day| day::begins(*day, zone) == Some(at))
}

fn day_of(at: UtcS, zone: Tz) -> Option<NaiveDate> {
    utc(UtcMs(at.0.saturating_mul(1000))).map(|at| at.with_timezone(&zone).date_naive())
}

fn utc(at: UtcMs) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::format::{Item, StrftimeItems};
    use chrono_tz::Europe::Helsinki;

    #[test]
    fn every_language_has_formats_that_chrono_understands() {
        for lang in Lang::ALL {
            for key in ["format-instant", "format-minute", "format-day"] {
                let format = lang.say(key);
                assert!(!StrftimeItems::new(&format).any(|item| matches!(item, Item::Error)), "{lang:?} {format}");
            }
        }
    }

    #[test]
    fn a_field_is_read_in_the_sites_zone_and_shown_the_same() {
        let at = from_field("2026-11-24T15:57", Helsinki).unwrap();
        assert_eq!(at.map(rfc3339_second).as_deref(), Some("2026-11-24T13:57:00Z"));
        assert_eq!(field(at, Helsinki), "2026-11-24T15:57");
        assert_eq!(from_field(" ", Helsinki), Ok(None));
        assert_eq!(from_field("tomorrow", Helsinki), Err("not-a-time"));
    }

    #[test]
    fn the_spring_night_lacks_an_hour_and_the_autumn_night_has_one_twice() {
        assert_eq!(from_field("2027-03-28T03:30", Helsinki), Err("no-such-hour"));
        let at = from_field("2026-10-25T03:30", Helsinki).unwrap();
        assert_eq!(at.map(rfc3339_second).as_deref(), Some("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn instants_far_away_are_shown_as_nothing_and_do_not_panic() {
        for at in [i64::MIN, i64::MAX] {
            assert_eq!(shown(UtcMs(at), Helsinki, Lang::Fi), "");
            assert_eq!(rfc3339_second(UtcS(at)), "");
        }
    }
}
