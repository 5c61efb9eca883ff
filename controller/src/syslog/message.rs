//! One message: RFC 5424, in the frames of RFC 5425 (its length, a space, the message).
//!
//! ```text
//! 312 <86>1 2026-11-30T11:16:03.123Z kulku.hospital.example kulku 1234 granted [kulku@32473 kind="event" row="17" …] ﻿granted ward
//! ```

use std::fmt::{Display, Write as _};

use access::time::UtcMs;
use chrono::{DateTime, Datelike as _, SecondsFormat};

/// Longest message, in bytes, without its length in front: what every receiver should take (RFC 5425, 4.3.1).
pub(super) const MESSAGE_LENGTH_MAX: usize = 8 * 1024;

/// Longest structured data, in bytes, so that the head and something of the text have room beside it.
const DATA_LENGTH_MAX: usize = 7 * 1024;

/// Longest text of a person in it, in bytes before it is escaped; more is cut off, and an ellipsis says so.
const TEXT_LENGTH_MAX: usize = 512;

/// Longest list of codes in it: all reasons that there are.
const LIST_LENGTH_MAX: usize = 2 * 1024;

/// Longest MSGID.
const ID_LENGTH_MAX: usize = 32;

/// Messages of security and authorisation.
const AUTHPRIV: u8 = 10;

/// What programs are called, here and in the structured data.
const NAME: &str = "kulku";

/// Stands for what there is none of.
const NIL: &str = "-";

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Critical = 2,
    Error = 3,
    Warning = 4,
    Notice = 5,
    Informational = 6,
}

/// What is the same in every message.
pub(super) struct Head {
    /// This machine.
    pub(super) host: Option<String>,
    /// In the name of the structured data.
    pub(super) enterprise: u32,
    /// This process.
    pub(super) process: u32,
}

/// A message.
pub(super) struct Message {
    severity: Severity,
    at: Option<UtcMs>,
    id: String,
    data: String,
    text: String,
}

impl Message {
    /// Of a kind, which happened at a time, if it is known when.
    pub(super) fn new(severity: Severity, at: Option<UtcMs>, id: &str) -> Self {
        let id: String = id.chars().filter(char::is_ascii_graphic).take(ID_LENGTH_MAX).collect();
        let text = id.clone();
        Self { severity, at, id: if id.is_empty() { NIL.to_owned() } else { id }, data: String::new(), text }
    }

    /// Adds a value of a person's or somebody else's making.
    pub(super) fn text(self, name: &'static str, value: &str) -> Self {
        self.value(name, &cut(value, TEXT_LENGTH_MAX))
    }

    /// Adds a number or a code of ours.
    pub(super) fn with(self, name: &'static str, value: impl Display) -> Self {
        self.text(name, &value.to_string())
    }

    /// Adds it if it is there.
    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds codes; nothing if there are none.
    pub(super) fn list(self, name: &'static str, codes: impl Iterator<Item = &'static str>) -> Self {
        let list = codes.collect::<Vec<_>>().join(",");
        if list.is_empty() { self } else { self.value(name, &cut(&list, LIST_LENGTH_MAX)) }
    }

    /// Says more in the text behind the structured data.
    pub(super) fn say(mut self, word: &str) -> Self {
        if !word.is_empty() {
            self.text.push(' ');
            self.text.push_str(word);
        }
        self
    }

    /// A value in the structured data, with what would end it escaped (RFC 5424, 6.3.3). What has no more room is left out.
    fn value(mut self, name: &'static str, value: &str) -> Self {
        let mut added = format!(" {name}=\"");
        for character in value.chars() {
            match character {
                '"' | '\\' | ']' => added.extend(['\\', character]),
                _ => added.push(plain(character)),
            }
        }
        added.push('"');
        if self.data.len() + added.len() <= DATA_LENGTH_MAX {
            self.data.push_str(&added);
        }
        self
    }

    /// Writes it as a frame.
    pub(super) fn frame(&self, head: &Head, frames: &mut Vec<u8>) {
        let priority = AUTHPRIV * 8 + self.severity as u8;
        let host = head.host.as_deref().unwrap_or(NIL);
        let mut message = format!(
            "<{priority}>1 {} {host} {NAME} {} {} [{NAME}@{}{}]",
            stamp(self.at),
            head.process,
            self.id,
            head.enterprise,
            self.data
        );
        // The mark of UTF-8, which is asked for in front of a text and nowhere else (6.4).
        message.push_str(" \u{FEFF}");
        let room = MESSAGE_LENGTH_MAX.saturating_sub(message.len());
        let text: String = self.text.chars().map(plain).collect();
        message.push_str(&cut(&text, room));
        frames.extend_from_slice(message.len().to_string().as_bytes());
        frames.push(b' ');
        frames.extend_from_slice(message.as_bytes());
    }
}

/// What would begin a new line is none, for a receiver that hands messages on line by line.
fn plain(character: char) -> char {
    if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') { ' ' } else { character }
}

/// At most so many bytes of a text.
fn cut(text: &str, most: usize) -> String {
    const MORE: char = '…';
    if text.len() <= most {
        return text.to_owned();
    }
    let mut cut =
        text.get(..text.floor_char_boundary(most.saturating_sub(MORE.len_utf8()))).unwrap_or_default().to_owned();
    if most >= MORE.len_utf8() {
        cut.push(MORE);
    }
    cut
}

/// A time as RFC 5424 has it, in UTC with milliseconds; nothing for one that has no year of four digits.
pub(super) fn stamp(at: Option<UtcMs>) -> String {
    let time = at.and_then(|at| DateTime::from_timestamp_millis(at.0));
    match time.filter(|time| (0..=9_999).contains(&time.year())) {
        Some(time) => time.to_rfc3339_opts(SecondsFormat::Millis, true),
        None => NIL.to_owned(),
    }
}

/// Bytes as digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::received::{self, Received};
    use super::*;

    const HEAD: Head = Head { host: None, enterprise: 32_473, process: 7 };

    fn sent(message: &Message) -> Received {
        let mut frames = Vec::new();
        message.frame(&HEAD, &mut frames);
        let (length, rest) = received::length(&frames).unwrap();
        assert_eq!(length, rest.len(), "one frame, and nothing behind it");
        assert!(length <= MESSAGE_LENGTH_MAX, "{length}");
        received::parse(rest)
    }

    #[test]
    fn a_message_stands_as_the_document_shows_it() {
        let at = Some(UtcMs(1_796_037_363_123));
        let message = Message::new(Severity::Notice, at, "denied").with("row", 17).text("door", "ward").say("ward");
        let mut frames = Vec::new();
        message.frame(&Head { host: Some("kulku.example".to_owned()), ..HEAD }, &mut frames);
        let told = "<85>1 2026-11-30T11:16:03.123Z kulku.example kulku 7 denied \
                    [kulku@32473 row=\"17\" door=\"ward\"] \u{FEFF}denied ward";
        assert_eq!(String::from_utf8(frames).unwrap(), format!("{} {told}", told.len()));
    }

    #[test]
    fn a_time_that_no_calendar_of_four_digits_has_is_left_open() {
        for at in [i64::MIN, i64::MAX, 253_402_300_800_000, -62_167_219_200_001] {
            assert_eq!(stamp(Some(UtcMs(at))), "-");
        }
        assert_eq!(stamp(Some(UtcMs(253_402_300_799_999))), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn hostile_texts_stay_in_their_places() {
        for text in [
            "]",
            "\"",
            "\\",
            "\\\"",
            "\\\\]",
            "a\"] \u{FEFF}b\n<86>1 - - - - - -",
            "\r\n12 <0>1",
            "\0\u{7f}\u{85}\u{2028}",
            "\u{FEFF}",
            "",
        ] {
            let message = Message::new(Severity::Notice, None, "x").text("name", text).with("after", 1).say(text);
            let parsed = sent(&message);
            let plain: String = text.chars().map(super::plain).collect();
            assert_eq!(parsed.value("name"), Some(plain.as_str()), "{text:?}");
            assert_eq!(parsed.value("after"), Some("1"));
            assert_eq!(parsed.params.len(), 2, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn whatever_people_are_called_a_message_is_one_message_and_bounded(
            texts in proptest::collection::vec(
                prop_oneof![".{0,40}", "[\\]\"\\\\\\r\\n ]{0,900}", "[ä\u{1F6AA}]{0,900}", "\\PC{0,3000}"], 0..8),
            id in ".{0,60}",
            at in any::<i64>(),
        ) {
            const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let mut message = Message::new(Severity::Critical, Some(UtcMs(at)), &id).with("first", 1);
            for (name, text) in NAMES.into_iter().zip(&texts) {
                message = message.text(name, text).say(text);
            }
            let parsed = sent(&message);
            prop_assert_eq!(parsed.priority, 82);
            prop_assert_eq!(parsed.value("first"), Some("1"));
            prop_assert!(!parsed.whole.chars().any(char::is_control));
            for (name, text) in NAMES.into_iter().zip(&texts) {
                // What had no more room is left out.
                let Some(told) = parsed.value(name) else { continue };
                let plain: String = text.chars().map(super::plain).collect();
                prop_assert!(told == plain || told.strip_suffix('…').is_some_and(|part| plain.starts_with(part)));
            }
        }
    }
}
