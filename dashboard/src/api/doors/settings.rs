//! The JSON of how a door is set up: the same to read and to write, so that a program changes one field of what it
//! has read.

use access::entry::ScheduleId;
use access::mode::Unlock;
use access::passage::AreaId;
use access::settings::{Age, Beyond, DoorSettings, ExitButton, Lockout, Reading, Times, UnknownTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::openapi::all_required;
use crate::fault::Fault;

/// How a door is set up. No field may be left out: one that is forgotten must not turn off what protects somebody.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DoorSettings", transform = all_required)]
pub(in crate::api) struct SettingsShape {
    reading: String,
    release_ms: u32,
    held_warning_ms: u32,
    held_alarm_ms: u32,
    long_release_ms: u32,
    long_held_warning_ms: u32,
    long_held_alarm_ms: u32,
    exit_button: String,
    #[serde(deserialize_with = "Option::deserialize")]
    unlock_schedule: Option<u16>,
    first_person_in: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    two_person_s: Option<u16>,
    #[serde(deserialize_with = "Option::deserialize")]
    escort_s: Option<u16>,
    lockout_denials: u8,
    lockout_within_s: u16,
    lockout_for_s: u16,
    #[serde(deserialize_with = "Option::deserialize")]
    age_limit_s: Option<u32>,
    age_beyond: String,
    unknown_time: String,
    #[serde(deserialize_with = "Option::deserialize")]
    leads_into: Option<u32>,
    #[serde(deserialize_with = "Option::deserialize")]
    leads_out_of: Option<u32>,
}

impl From<&DoorSettings> for SettingsShape {
    fn from(settings: &DoorSettings) -> Self {
        let (times, long, lockout) = (settings.times, settings.long_times, settings.lockout);
        Self {
            reading: settings.reading.code().to_owned(),
            release_ms: times.release_ms,
            held_warning_ms: times.held_warning_ms,
            held_alarm_ms: times.held_alarm_ms,
            long_release_ms: long.release_ms,
            long_held_warning_ms: long.held_warning_ms,
            long_held_alarm_ms: long.held_alarm_ms,
            exit_button: settings.exit_button.code().to_owned(),
            unlock_schedule: settings.unlock.map(|unlock| unlock.schedule.0),
            first_person_in: settings.unlock.is_some_and(|unlock| unlock.first_person_in),
            two_person_s: settings.two_person_s,
            escort_s: settings.escort_s,
            lockout_denials: lockout.denials,
            lockout_within_s: lockout.within_s,
            lockout_for_s: lockout.for_s,
            age_limit_s: settings.age.map(|age| age.limit_s),
            age_beyond: settings.age.map_or(Beyond::GoesOn, |age| age.beyond).code().to_owned(),
            unknown_time: settings.unknown_time.code().to_owned(),
            leads_into: settings.leads_into.map(|area| area.0),
            leads_out_of: settings.leads_out_of.map(|area| area.0),
        }
    }
}

impl SettingsShape {
    /// # Errors
    /// [`Fault::Invalid`] for a code that is none. The bounds are checked where the settings are kept.
    pub(super) fn read(&self) -> Result<DoorSettings, Fault> {
        let unknown = |field| Fault::Invalid { field, problem: "unknown-code" };
        let beyond = Beyond::from_code(&self.age_beyond).ok_or(unknown("age_beyond"))?;
        Ok(DoorSettings {
            reading: Reading::from_code(&self.reading).ok_or(unknown("reading"))?,
            times: Times {
                release_ms: self.release_ms,
                held_warning_ms: self.held_warning_ms,
                held_alarm_ms: self.held_alarm_ms,
            },
            long_times: Times {
                release_ms: self.long_release_ms,
                held_warning_ms: self.long_held_warning_ms,
                held_alarm_ms: self.long_held_alarm_ms,
            },
            exit_button: ExitButton::from_code(&self.exit_button).ok_or(unknown("exit_button"))?,
            unlock: self
                .unlock_schedule
                .map(|schedule| Unlock { schedule: ScheduleId(schedule), first_person_in: self.first_person_in }),
            two_person_s: self.two_person_s,
            escort_s: self.escort_s,
            lockout: Lockout {
                denials: self.lockout_denials,
                within_s: self.lockout_within_s,
                for_s: self.lockout_for_s,
            },
            leads_into: self.leads_into.map(AreaId),
            leads_out_of: self.leads_out_of.map(AreaId),
            age: self.age_limit_s.map(|limit_s| Age { limit_s, beyond }),
            unknown_time: UnknownTime::from_code(&self.unknown_time).ok_or(unknown("unknown_time"))?,
        })
    }
}

/// What the database has against settings, at the field that the API calls it by.
pub(super) fn fault(fault: Fault) -> Fault {
    match fault {
        Fault::Invalid { field: "unlock" | "schedule", problem } => {
            Fault::Invalid { field: "unlock_schedule", problem }
        }
        other => other,
    }
}
