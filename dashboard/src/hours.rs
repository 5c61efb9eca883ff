//! The windows of a day as people type them: `07:00-12:00, 13:00-16:30, 22:00-06:00`.
//!
//! An end that is not after its beginning is on the next day. Times have a colon or, as in Finland, a point.

use std::fmt::Write as _;

use access::calendar::{DayWindow, WINDOWS_A_DAY_MAX};

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;

/// What is wrong with the windows of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Which window, counted from 1 as typed.
    pub(crate) window: usize,
    /// How it was typed.
    pub(crate) text: String,
    /// The stable code of what is wrong.
    pub(crate) code: &'static str,
}

/// Reads the windows of one day, in the order of their beginnings. Nothing, or a dash, is none.
///
/// # Errors
/// The first window that is wrong: `window-shape`, `window-clock`, `window-empty`, `window-overlaps` or
/// `windows-too-many`.
pub(crate) fn read(text: &str) -> Result<Vec<DayWindow>, Wrong> {
    if ["", "-", "–"].contains(&text.trim()) {
        return Ok(Vec::new());
    }
    let mut windows = Vec::new();
    for (number, part) in text.split([',', ';']).enumerate() {
        let wrong = |code| Wrong { window: number + 1, text: part.trim().to_owned(), code };
        if number >= WINDOWS_A_DAY_MAX {
            return Err(wrong("windows-too-many"));
        }
        windows.push((window(part).map_err(wrong)?, number + 1, part.trim()));
    }
    windows.sort_unstable();
    for pair in windows.windows(2) {
        if let [(before, ..), (window, number, text)] = pair
            && window.from_min < before.until_min
        {
            return Err(Wrong { window: *number, text: (*text).to_owned(), code: "window-overlaps" });
        }
    }
    Ok(windows.into_iter().map(|(window, ..)| window).collect())
}

/// The windows of one day as [`read`] takes them.
pub(crate) fn written(windows: &[DayWindow]) -> String {
    windows.iter().enumerate().fold(String::new(), |mut text, (number, window)| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{}", if number == 0 { "" } else { ", " }, one(*window));
        text
    })
}

/// A time of the day, as its minute; 24:00 is no such time.
pub(crate) fn minute(text: &str) -> Option<u16> {
    minutes(text).ok().filter(|minute| *minute < DAY_MIN)
}

/// A minute of the day as [`minute`] takes it.
pub(crate) fn of_minute(minute: u16) -> String {
    clock(minute)
}

/// One window.
fn one(window: DayWindow) -> String {
    let over_midnight = window.until_min > DAY_MIN && window.until_min - DAY_MIN < window.from_min;
    let until = if over_midnight { window.until_min - DAY_MIN } else { window.until_min };
    format!("{}-{}", clock(window.from_min), clock(until))
}

/// Minutes since midnight as a clock shows them.
fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn window(text: &str) -> Result<DayWindow, &'static str> {
    let (from, until) = text.split_once(['-', '–', '—']).ok_or("window-shape")?;
    let (from_min, until_min) = (minutes(from)?, minutes(until)?);
    if from_min == DAY_MIN {
        return Err("window-clock");
    }
    if from_min == until_min {
        return Err("window-empty");
    }
    let until_min = if until_min < from_min { until_min + DAY_MIN } else { until_min };
    Ok(DayWindow { from_min, until_min })
}

fn minutes(text: &str) -> Result<u16, &'static str> {
    let (hours, minutes) = text.trim().split_once([':', '.']).ok_or("window-shape")?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten().ok_or("window-shape")
    };
    let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
    let all = hours * 60 + minutes;
    if minutes < 60 && all <= DAY_MIN { Ok(all) } else { Err("window-clock") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(u16, u16)> {
        read(text).unwrap().iter().map(|window| (window.from_min, window.until_min)).collect()
    }

    #[test]
    fn windows_are_read_as_people_type_them_and_written_so_that_they_can_be_read_again() {
        for (text, expected, again) in [
            ("", vec![], ""),
            (" - ", vec![], ""),
            ("07:00-12:00", vec![(420, 720)], "07:00-12:00"),
            ("13.00 – 16.30;7.05-12:00", vec![(425, 720), (780, 990)], "07:05-12:00, 13:00-16:30"),
            ("22:00-06:00", vec![(1320, 1800)], "22:00-06:00"),
            ("00:00-24:00", vec![(0, 1440)], "00:00-24:00"),
            ("20:00-00:00", vec![(1200, 1440)], "20:00-24:00"),
            ("07:00-12:00,12:00-13:00", vec![(420, 720), (720, 780)], "07:00-12:00, 12:00-13:00"),
        ] {
            assert_eq!(pairs(text), expected, "{text}");
            assert_eq!(written(&read(text).unwrap()), again, "{text}");
            assert_eq!(read(again), read(text), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_the_window_in_which_it_is() {
        for (text, window, code) in [
            ("7-12", 1, "window-shape"),
            ("07:00", 1, "window-shape"),
            ("07:00-12:00,", 2, "window-shape"),
            ("07:00-12:00, x", 2, "window-shape"),
            ("+7:00-12:00", 1, "window-shape"),
            ("07:00-25:00", 1, "window-clock"),
            ("25:00-26:00", 1, "window-clock"),
            ("24:00-06:00", 1, "window-clock"),
            ("07:60-12:00", 1, "window-clock"),
            ("07:00-24:01", 1, "window-clock"),
            ("07:00-07:00", 1, "window-empty"),
            ("07:00-12:00, 11:59-13:00", 2, "window-overlaps"),
            ("11:00-13:00, 07:00-12:00", 1, "window-overlaps"),
            ("22:00-06:00, 23:00-23:30", 2, "window-overlaps"),
        ] {
            let wrong = read(text).unwrap_err();
            assert_eq!((wrong.window, wrong.code), (window, code), "{text}");
        }
        let nine = ["07:00-08:00"; 9].join(",");
        assert_eq!(read(&nine).unwrap_err().code, "windows-too-many");
    }
}
