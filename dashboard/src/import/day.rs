//! Days as people write them: 2026-11-24 and 24.11.2026.

use access::time::{UtcMs, UtcS};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use crate::when;

/// Years that a register may mean. What is outside is a slip of the hand; 9999 is how some write "for good".
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// The day, if it is one.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let date = if text.contains('.') { dotted(text) } else { dashed(text) }?;
    YEARS.contains(&chrono::Datelike::year(&date)).then_some(date)
}

/// The first second of a day in a zone. Where a zone's clock skips midnight, the first that there is.
pub(crate) fn begins(day: NaiveDate, zone: Tz) -> Option<UtcS> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=3)
        .find_map(|hours| zone.from_local_datetime(&(midnight + chrono::Duration::hours(hours))).earliest())
        .map(|at| UtcS(at.timestamp()))
}

/// The first second after a day: whoever works until the 24th works on the 24th.
pub(crate) fn ends(day: NaiveDate, zone: Tz) -> Option<UtcS> {
    begins(day.checked_add_days(Days::new(1))?, zone)
}

/// A time to the second in RFC 3339, or a day, of which its first second is meant.
pub(crate) fn instant(text: &str, zone: Tz) -> Option<UtcMs> {
    when::from_rfc3339(text).or_else(|| Some(UtcMs(begins(day(text)?, zone)?.0.saturating_mul(1000))))
}

fn dashed(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

fn dotted(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('.').map(|part| part.trim());
    let mut number = |longest: usize| {
        let part = parts.next()?;
        let good = (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (day, month, year) = (number(2)?, number(2)?, number(4).filter(|year| *year > 999)?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Helsinki;

    #[test]
    fn days_are_read_as_finns_and_machines_write_them() {
        let wanted = NaiveDate::from_ymd_opt(2026, 2, 4);
        for text in ["2026-02-04", "04.02.2026", "4.2.2026", "4. 2. 2026"] {
            assert_eq!(day(text), wanted, "{text}");
        }
        for text in [
            "",
            "2026-2-4",
            "4.2.26",
            "2/4/2026",
            "29.2.2027",
            "2026-02-30",
            "1.1.1899",
            "9999-12-31",
            "4.2.2026.",
            "+4.2.2026",
            "tomorrow",
            "4.2.2026 12:00",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_day_counts_whole_also_when_clocks_change() {
        for (text, seconds) in
            [("2026-11-24", 86_400), ("2026-03-29", 23 * 3600), ("2026-10-25", 25 * 3600), ("2028-02-29", 86_400)]
        {
            let day = day(text).unwrap();
            assert_eq!(ends(day, Helsinki).unwrap().0 - begins(day, Helsinki).unwrap().0, seconds, "{text}");
        }
    }
}
