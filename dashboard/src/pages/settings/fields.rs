//! The fields of a door's settings: how they are shown, and how they are read.

use access::entry::ScheduleId;
use access::mode::Unlock;
use access::passage::AreaId;
use access::settings::{Age, Beyond, DoorSettings, ExitButton, Lockout, Reading, SettingsError, Times, UnknownTime};

use crate::form::Form;
use crate::page::Page;

/// A number that the form asks for.
pub(super) struct Number {
    /// The field of the form.
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) unit: Unit,
    pub(super) least: u32,
    pub(super) most: u32,
    /// Whether it may be left empty, which turns off what it is about.
    pub(super) optional: bool,
    pub(super) get: fn(&DoorSettings) -> Option<u32>,
    set: fn(&mut DoorSettings, Option<u32>),
}

/// In what a number is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Kept in milliseconds, entered in seconds with a point or a comma.
    Milliseconds,
    Seconds,
    Times,
}

/// What a time is for: the same three, for most people and for those who need longer.
macro_rules! times {
    ($of:ident, $prefix:literal) => {
        [
            Number {
                name: concat!($prefix, "release"),
                label: "door-release",
                unit: Unit::Milliseconds,
                least: Times::RELEASE_MS_MIN,
                most: Times::RELEASE_MS_MAX,
                optional: false,
                get: |settings| Some(settings.$of.release_ms),
                set: |settings, ms| settings.$of.release_ms = ms.unwrap_or_default(),
            },
            Number {
                name: concat!($prefix, "held_warning"),
                label: "settings-held-warning",
                unit: Unit::Milliseconds,
                least: Times::HELD_MS_MIN,
                most: Times::HELD_MS_MAX,
                optional: false,
                get: |settings| Some(settings.$of.held_warning_ms),
                set: |settings, ms| settings.$of.held_warning_ms = ms.unwrap_or_default(),
            },
            Number {
                name: concat!($prefix, "held_alarm"),
                label: "settings-held-alarm",
                unit: Unit::Milliseconds,
                least: Times::HELD_MS_MIN,
                most: Times::HELD_MS_MAX,
                optional: false,
                get: |settings| Some(settings.$of.held_alarm_ms),
                set: |settings, ms| settings.$of.held_alarm_ms = ms.unwrap_or_default(),
            },
        ]
    };
}

/// For most people.
pub(super) const TIMES: [Number; 3] = times!(times, "");
/// For people who need longer.
pub(super) const LONG_TIMES: [Number; 3] = times!(long_times, "long_");

/// For whom one card is not enough.
pub(super) const SECOND_CARDS: [Number; 2] = [
    Number {
        name: "two_person_s",
        label: "settings-two-person",
        unit: Unit::Seconds,
        least: DoorSettings::SECOND_CARD_S_MIN as u32,
        most: DoorSettings::SECOND_CARD_S_MAX as u32,
        optional: true,
        get: |settings| settings.two_person_s.map(u32::from),
        set: |settings, seconds| settings.two_person_s = seconds.map(short),
    },
    Number {
        name: "escort_s",
        label: "settings-escort",
        unit: Unit::Seconds,
        least: DoorSettings::SECOND_CARD_S_MIN as u32,
        most: DoorSettings::SECOND_CARD_S_MAX as u32,
        optional: true,
        get: |settings| settings.escort_s.map(u32::from),
        set: |settings, seconds| settings.escort_s = seconds.map(short),
    },
];

/// After how many denials a card is locked out, and for how long.
pub(super) const LOCKOUT: [Number; 3] = [
    Number {
        name: "lockout_denials",
        label: "settings-lockout-denials",
        unit: Unit::Times,
        least: Lockout::DENIALS_MIN as u32,
        most: Lockout::DENIALS_MAX as u32,
        optional: false,
        get: |settings| Some(settings.lockout.denials.into()),
        set: |settings, denials| {
            settings.lockout.denials = denials.and_then(|denials| denials.try_into().ok()).unwrap_or(u8::MAX);
        },
    },
    Number {
        name: "lockout_within_s",
        label: "settings-lockout-within",
        unit: Unit::Seconds,
        least: 1,
        most: Lockout::SECONDS_MAX as u32,
        optional: false,
        get: |settings| Some(settings.lockout.within_s.into()),
        set: |settings, seconds| settings.lockout.within_s = seconds.map_or(u16::MAX, short),
    },
    Number {
        name: "lockout_for_s",
        label: "settings-lockout-for",
        unit: Unit::Seconds,
        least: 1,
        most: Lockout::SECONDS_MAX as u32,
        optional: false,
        get: |settings| Some(settings.lockout.for_s.into()),
        set: |settings, seconds| settings.lockout.for_s = seconds.map_or(u16::MAX, short),
    },
];

/// All numbers, in the order of the form.
pub(super) fn numbers() -> impl Iterator<Item = &'static Number> {
    TIMES.iter().chain(&LONG_TIMES).chain(&SECOND_CARDS).chain(&LOCKOUT)
}

/// What is out of a type's bounds is out of the setting's, and is refused there.
fn short(number: u32) -> u16 {
    number.try_into().unwrap_or(u16::MAX)
}

/// A form with these settings in it.
pub(super) fn filled(settings: &DoorSettings) -> Form {
    let mut form = Form::default();
    fill(&mut form, settings);
    form
}

/// Fills in what was not sent: a form that asks for a part leaves the rest as it is.
pub(super) fn fill(form: &mut Form, settings: &DoorSettings) {
    form.fill("reading", || settings.reading.code().to_owned());
    form.fill("exit_button", || settings.exit_button.code().to_owned());
    form.fill("unlock_schedule", || settings.unlock.map_or_else(String::new, |unlock| unlock.schedule.0.to_string()));
    let first = settings.unlock.is_some_and(|unlock| unlock.first_person_in);
    form.fill("first_person_in", || if first { "yes" } else { "no" }.to_owned());
    let area = |area: Option<AreaId>| area.map_or_else(String::new, |area| area.0.to_string());
    form.fill("leads_into", || area(settings.leads_into));
    form.fill("leads_out_of", || area(settings.leads_out_of));
    form.fill("age_limit_s", || settings.age.map_or_else(String::new, |age| age.limit_s.to_string()));
    form.fill("age_beyond", || settings.age.map_or(Beyond::GoesOn, |age| age.beyond).code().to_owned());
    form.fill("unknown_time", || settings.unknown_time.code().to_owned());
    for number in numbers() {
        form.fill(number.name, || (number.get)(settings).map_or_else(String::new, |value| number.unit.entered(value)));
    }
}

/// What was entered; what is wrong with it stands in the form.
pub(super) fn read(form: &mut Form) -> Option<DoorSettings> {
    let reading = code(form, "reading", Reading::from_code);
    let exit_button = code(form, "exit_button", ExitButton::from_code);
    let first = code(form, "first_person_in", |code| ["no", "yes"].iter().position(|known| *known == code));
    let schedule = choice(form, "unlock_schedule", "unknown-schedule").map(ScheduleId);
    let beyond = code(form, "age_beyond", Beyond::from_code).unwrap_or(Beyond::GoesOn);
    let unknown_time = code(form, "unknown_time", UnknownTime::from_code).unwrap_or(UnknownTime::Denies);
    let mut settings = DoorSettings {
        age: choice(form, "age_limit_s", "not-a-number").map(|limit_s| Age { limit_s, beyond }),
        unknown_time,
        unlock: schedule.map(|schedule| Unlock { schedule, first_person_in: first == Some(1) }),
        leads_into: choice(form, "leads_into", "unknown-area").map(AreaId),
        leads_out_of: choice(form, "leads_out_of", "unknown-area").map(AreaId),
        reading: reading.unwrap_or(Reading::UidOnly),
        exit_button: exit_button.unwrap_or(ExitButton::Releases),
        ..DoorSettings::default()
    };
    for number in numbers() {
        number.read(form, &mut settings);
    }
    if !form.failed()
        && let Err(wrong) = settings.check()
    {
        refused(form, wrong);
    }
    (!form.failed()).then_some(settings)
}

/// What the settings have against their values when each is within its own bounds.
fn refused(form: &mut Form, SettingsError(what): SettingsError) {
    let field = numbers().map(|number| number.name).find(|name| *name == what.strip_suffix("_ms").unwrap_or(what));
    match what {
        "held_alarm_ms" | "long_held_alarm_ms" => {
            form.problem_in(field.unwrap_or("held_alarm"), "alarm-before-warning");
        }
        "leads_out_of" => form.problem_in("leads_out_of", "same-area"),
        "age_limit_s" => form.problem_in("age_limit_s", "out-of-range"),
        _ => form.problem_in(field.unwrap_or("reading"), "out-of-range"),
    }
}

fn code<T>(form: &mut Form, field: &'static str, from_code: impl Fn(&str) -> Option<T>) -> Option<T> {
    let found = from_code(form.value(field));
    if found.is_none() {
        form.problem_in(field, "unknown-code");
    }
    found
}

/// A thing that may be left out.
fn choice<T: std::str::FromStr>(form: &mut Form, field: &'static str, unknown: &str) -> Option<T> {
    let text = form.optional(field)?;
    let found = text.parse().ok();
    if found.is_none() {
        form.problem_in(field, unknown);
    }
    found
}

impl Number {
    /// What it is called, with its unit.
    pub(super) fn labelled(&self, page: &Page) -> String {
        let label = page.tr(self.label);
        if self.unit == Unit::Times { label } else { page.tr1("label-seconds", "label", &label) }
    }

    fn read(&self, form: &mut Form, settings: &mut DoorSettings) {
        let text = form.value(self.name).to_owned();
        if text.is_empty() && self.optional {
            return (self.set)(settings, None);
        }
        match self.unit.read(&text) {
            None => form.problem_in(self.name, if text.is_empty() { "empty" } else { "not-a-number" }),
            Some(value) if !(self.least..=self.most).contains(&value) => form.problem_in(self.name, "out-of-range"),
            Some(value) => (self.set)(settings, Some(value)),
        }
    }
}

impl Unit {
    /// As people enter it.
    fn read(self, text: &str) -> Option<u32> {
        match self {
            Self::Milliseconds => milliseconds(text),
            Self::Seconds | Self::Times => text.parse().ok(),
        }
    }

    /// The same with the decimal mark of the reader's language.
    pub(super) fn shown(self, page: &Page, value: u32) -> String {
        self.entered(value).replace('.', &page.tr("decimal-mark"))
    }

    pub(super) fn entered(self, value: u32) -> String {
        match self {
            Self::Milliseconds => seconds(value),
            Self::Seconds | Self::Times => value.to_string(),
        }
    }
}

/// As people enter it, with a point or a comma.
fn milliseconds(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(part)
}

fn seconds(ms: u32) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_as_they_are_written() {
        for (text, ms) in [("5", 5_000), ("0.5", 500), ("2,25", 2_250), ("120", 120_000), ("3.001", 3_001)] {
            assert_eq!(milliseconds(text), Some(ms), "{text}");
            assert_eq!(milliseconds(&seconds(ms)), Some(ms), "{text}");
        }
        for text in ["", "x", "-1", "1.2.3", "1e3", "0.0001", "99999999999"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_form_shows_it_reads_again() {
        let settings = DoorSettings {
            reading: Reading::RollingLenient,
            times: Times { release_ms: 2_500, held_warning_ms: 20_000, held_alarm_ms: 41_001 },
            long_times: Times { release_ms: 20_000, held_warning_ms: 60_000, held_alarm_ms: 90_000 },
            exit_button: ExitButton::Shunts,
            unlock: Some(Unlock { schedule: ScheduleId(4), first_person_in: true }),
            two_person_s: Some(20),
            escort_s: Some(30),
            lockout: Lockout { denials: 7, within_s: 90, for_s: 120 },
            leads_into: Some(AreaId(2)),
            age: Some(Age { limit_s: 12_345, beyond: Beyond::ExemptOnly }),
            unknown_time: UnknownTime::Allows,
            leads_out_of: Some(AreaId(3)),
        };
        let of_any_age = DoorSettings { age: None, ..settings };
        for settings in [settings, of_any_age, DoorSettings::default()] {
            let mut form = filled(&settings);
            assert_eq!(read(&mut form), Some(settings), "{:?}", form.problems());
        }
    }

    #[test]
    fn every_bound_is_held_by_the_field_that_it_is_of() {
        for number in numbers() {
            for value in [number.least - 1, number.most + 1] {
                let mut form = Form::with(&[(number.name, number.unit.entered(value))]);
                fill(&mut form, &DoorSettings::default());
                assert_eq!(read(&mut form), None, "{} {value}", number.name);
                assert_eq!(form.problem(number.name), "out-of-range", "{} {value}", number.name);
            }
        }
    }

    #[test]
    fn what_does_not_go_together_is_said_at_a_field_of_the_form() {
        for (fields, field, problem) in [
            (vec![("held_warning", "40"), ("held_alarm", "40")], "held_alarm", "alarm-before-warning"),
            (vec![("long_held_warning", "80"), ("long_held_alarm", "70")], "long_held_alarm", "alarm-before-warning"),
            (vec![("leads_into", "2"), ("leads_out_of", "2")], "leads_out_of", "same-area"),
            (vec![("leads_into", "x")], "leads_into", "unknown-area"),
            (vec![("unlock_schedule", "x")], "unlock_schedule", "unknown-schedule"),
            (vec![("exit_button", "x")], "exit_button", "unknown-code"),
            (vec![("release", "")], "release", "empty"),
            (vec![("age_limit_s", "299")], "age_limit_s", "out-of-range"),
            (vec![("age_limit_s", "x")], "age_limit_s", "not-a-number"),
            (vec![("age_beyond", "x")], "age_beyond", "unknown-code"),
            (vec![("unknown_time", "x")], "unknown_time", "unknown-code"),
            (vec![("escort_s", "2.5")], "escort_s", "not-a-number"),
        ] {
            let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            let mut form = Form::with(&fields);
            fill(&mut form, &DoorSettings::default());
            assert_eq!(read(&mut form), None, "{fields:?}");
            assert_eq!(form.problem(field), problem, "{fields:?}");
        }
    }
}
