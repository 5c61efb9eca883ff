//! Times of certificates and lists (RFC 5280, 4.1.2.5): UTCTime and GeneralizedTime, in UTC, to
//! the second, and nothing else.

use crate::der::{self, DerFault, Element, Walker};

const FAULT: DerFault = DerFault::Value("a time");

/// Unix seconds of the next element.
pub(crate) fn take(walker: &mut Walker<'_>) -> Result<i64, DerFault> {
    let element = walker.any()?;
    read(&element)
}

/// Unix seconds of the next element, if that is a time.
pub(crate) fn take_if(walker: &mut Walker<'_>) -> Result<Option<i64>, DerFault> {
    let element = match walker.take_if(der::UTC_TIME)? {
        Some(element) => Some(element),
        None => walker.take_if(der::GENERALIZED_TIME)?,
    };
    element.as_ref().map(read).transpose()
}

/// A time as RFC 3339 writes it, for the text of faults.
pub(crate) fn text(at_s: i64) -> String {
    let (days, second) = (at_s.div_euclid(86_400), at_s.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn read(element: &Element<'_>) -> Result<i64, DerFault> {
    let (year, rest) = match element.tag {
        der::UTC_TIME => {
            let (digits, rest) = element.content.split_at_checked(2).ok_or(FAULT)?;
            // Two digits cover 1950 to 2049 (RFC 5280, 4.1.2.5.1).
            let year = number(digits)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        der::GENERALIZED_TIME => {
            let (digits, rest) = element.content.split_at_checked(4).ok_or(FAULT)?;
            (number(digits)?, rest)
        }
        found => return Err(DerFault::Tag { wanted: der::UTC_TIME, found }),
    };
    let digits = rest.strip_suffix(b"Z").filter(|digits| digits.len() == 10).ok_or(FAULT)?;
    let mut pairs = digits.chunks_exact(2).map(number);
    let mut next = || pairs.next().ok_or(FAULT)?;
    let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    let exists = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !exists || hour > 23 || minute > 59 || second > 59 {
        return Err(FAULT);
    }
    Ok(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

fn number(digits: &[u8]) -> Result<i64, DerFault> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + i64::from(digit - b'0')),
        _ => Err(FAULT),
    })
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, years counted from March so that the
/// leap day is the last of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(tag: u8, text: &str) -> Result<i64, DerFault> {
        read(&Element { tag, content: text.as_bytes(), raw: &[] })
    }

    #[test]
    fn both_encodings_give_unix_seconds() {
        for (tag, written, expected_s, shown) in [
            (der::UTC_TIME, "700101000000Z", 0, "1970-01-01T00:00:00Z"),
            (der::UTC_TIME, "491231235959Z", 2_524_607_999, "2049-12-31T23:59:59Z"),
            (der::UTC_TIME, "500101000000Z", -631_152_000, "1950-01-01T00:00:00Z"),
            (der::UTC_TIME, "240229120000Z", 1_709_208_000, "2024-02-29T12:00:00Z"),
            (der::GENERALIZED_TIME, "20500101000000Z", 2_524_608_000, "2050-01-01T00:00:00Z"),
            (der::GENERALIZED_TIME, "20000229000000Z", 951_782_400, "2000-02-29T00:00:00Z"),
        ] {
            assert_eq!(read_text(tag, written), Ok(expected_s), "{written}");
            assert_eq!(text(expected_s), shown);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (tag, written) in [
            (der::UTC_TIME, "230229120000Z"),
            (der::UTC_TIME, "241301000000Z"),
            (der::UTC_TIME, "240001000000Z"),
            (der::UTC_TIME, "240100000000Z"),
            (der::UTC_TIME, "240101240000Z"),
            (der::UTC_TIME, "240101006000Z"),
            (der::UTC_TIME, "240101000060Z"),
            (der::UTC_TIME, "2401010000Z"),
            (der::UTC_TIME, "240101000000+0200"),
            (der::UTC_TIME, "24010100000 Z"),
            (der::UTC_TIME, ""),
            (der::GENERALIZED_TIME, "20240101000000.5Z"),
            (der::GENERALIZED_TIME, "19000229000000Z"),
            (der::GENERALIZED_TIME, "20240101000000"),
            (der::INTEGER, "240101000000Z"),
        ] {
            assert!(read_text(tag, written).is_err(), "{written}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_is_its_own_inverse() {
        for day in -100_000..100_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }
}
