//! One question to `decide`, to be spoilt by a test.

use access::calendar::{Calendar, DayWindow, Schedule, Zone};
use access::decide::{Credential, Decision, Presented, Question, decide};
use access::entry::{Block, Condition, Entry, Grant, ScheduleId, Term};
use access::mode::Lockdown;
use access::passage::Side;
use access::reason::Reason;
use access::settings::{Reading, UnknownTime};
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;

/// 2027-01-15T08:00:00Z, a Friday: 10:00 on the wall in Helsinki.
pub(crate) const NOW: UtcS = UtcS(1_800_000_000);
/// Holds from 10:00 to 11:00 on every day.
pub(crate) const HOURS: ScheduleId = ScheduleId(3);
/// Is listed, and holds at no time.
pub(crate) const NEVER: ScheduleId = ScheduleId(4);
/// The calendar has no such schedule.
pub(crate) const UNLISTED: ScheduleId = ScheduleId(5);

/// All that a decision depends on.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) presented: Presented,
    pub(crate) entry: Option<Entry>,
    pub(crate) credential: Credential,
    pub(crate) calendar: Calendar,
    pub(crate) door: DoorState,
    pub(crate) side: Side,
    pub(crate) generation: Generation,
    pub(crate) utc_s: i64,
    pub(crate) trust: ClockTrust,
}

pub(crate) fn calendar() -> Calendar {
    let hours = DayWindow { from_min: 600, until_min: 660 };
    let daily = Schedule { days: std::array::from_fn(|_| vec![hours]), ..Schedule::default() };
    Calendar {
        zone: Zone::HELSINKI,
        schedules: vec![(HOURS, daily), (NEVER, Schedule::default())],
        ..Calendar::empty()
    }
}

pub(crate) fn until(offset_s: i64) -> Window {
    Window { from: None, until: Some(UtcS(NOW.0 + offset_s)) }
}

pub(crate) fn from(offset_s: i64) -> Window {
    Window { from: Some(UtcS(NOW.0 + offset_s)), until: None }
}

pub(crate) fn asks(case: &mut Case, credential: Credential) {
    case.door.settings.reading = Reading::Sector;
    case.credential = credential;
}

pub(crate) fn needs_right(case: &mut Case, windows: &[Window]) {
    case.term().right_to_practise = Condition::Needed(windows.to_vec());
}

pub(crate) fn needs_employment(case: &mut Case, windows: &[Window]) {
    case.term().employment = Condition::Needed(windows.to_vec());
}

pub(crate) fn granted_in(case: &mut Case, window: Window, schedule: ScheduleId) {
    case.term().grants = vec![Grant { window, schedule }];
}

pub(crate) fn refused_in(case: &mut Case, window: Window, schedule: ScheduleId) {
    case.term().refusals = vec![Grant { window, schedule }];
}

pub(crate) fn exempted_in(case: &mut Case, window: Window, schedule: ScheduleId) {
    case.term().exemptions = vec![Grant { window, schedule }];
}

/// At ten in the evening by a clock that nobody has set, at a door where hours count all the same.
pub(crate) fn hours_count(case: &mut Case) {
    (case.utc_s, case.trust) = (NOW.0 + 12 * 3_600, ClockTrust::Unknown);
    case.door.settings.unknown_time = UnknownTime::Allows;
}

/// Until then, counted from [`NOW`]; until it is lifted if there is no end.
pub(crate) fn locked_down(case: &mut Case, offset_s: Option<i64>) {
    case.door.lockdown = Some(Lockdown { until: offset_s.map(|s| UtcS(NOW.0 + s)) });
}

pub(crate) fn at(case: &mut Case, offset_s: i64) {
    case.utc_s = NOW.0 + offset_s;
}

impl Case {
    /// A listed card that passes.
    pub(crate) fn good() -> Self {
        Self {
            presented: Presented::Classic1k,
            entry: Some(Entry::granting(Uid::new(&[1, 2, 3, 4]).unwrap(), [Window::ALWAYS])),
            credential: Credential::NotAsked,
            calendar: calendar(),
            door: DoorState { generation: Generation(3), ..DoorState::default() },
            side: Side::In,
            generation: Generation(7),
            utc_s: NOW.0,
            trust: ClockTrust::Synchronised,
        }
    }

    pub(crate) fn listed(&mut self) -> &mut Entry {
        self.entry.as_mut().unwrap()
    }

    pub(crate) fn term(&mut self) -> &mut Term {
        self.listed().terms.first_mut().unwrap()
    }

    pub(crate) fn block(&mut self, block: Block) {
        let blocks = &mut self.listed().blocks;
        *blocks = blocks.with(block);
    }

    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            presented: self.presented,
            entry: self.entry.as_ref(),
            credential: self.credential,
            calendar: &self.calendar,
            door: &self.door,
            side: self.side,
            generation: self.generation,
            utc: UtcMs(self.utc_s * 1_000 + 999),
            trust: self.trust,
        }
    }

    pub(crate) fn decision(&self) -> Decision {
        decide(&self.question())
    }

    pub(crate) fn reasons(&self) -> Vec<Reason> {
        self.decision().reasons.iter().collect()
    }
}
