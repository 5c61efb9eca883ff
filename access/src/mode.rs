//! How a door behaves for the time being, and which of several wishes wins.
//!
//! ```text
//!   lockdown of the door, an area or the site     LockedDown   beats everything
//!   an operator's order, until a time             Unlocked or Locked
//!   the door's schedule, perhaps after somebody   Unlocked
//!   nothing of these                              Normal
//! ```
//!
//! What ends, ends by the door's own clock. A door that does not know the time counts from the latest time that it
//! has known, so what keeps people out lasts rather longer. What lets people in without a card needs a time that is
//! sure: signed by the controller in this boot, or of a clock with a battery. A machine without a clock of its own starts
//! with the time at which it was switched off, and the evening's power cut would unlock the door by the afternoon's
//! schedule; and the network's time is whatever somebody on the network says.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::entry::ScheduleId;
use crate::time::{ClockTrust, UtcS};

/// How a door behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Cards decide.
    Normal,
    /// No card passes but those that a rule exempts; exits stay free.
    LockedDown,
    /// The lock is released and stays so.
    Unlocked,
    /// Cards decide, and the schedule does not unlock.
    Locked,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Normal, Self::LockedDown, Self::Unlocked, Self::Locked];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::LockedDown => "locked-down",
            Self::Unlocked => "unlocked",
            Self::Locked => "locked",
        }
    }

    /// The mode with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }
}

/// What an operator has ordered for a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// `true` unlocks, `false` locks.
    pub unlock: bool,
    /// When it ends.
    pub until: UtcS,
}

impl Order {
    /// Longest time that a door may be ordered to stand unlocked or locked, in seconds: a long weekend. What is to
    /// last longer is a schedule.
    pub const LENGTH_S_MAX: i64 = 5 * 24 * 3_600;
}

/// A lockdown that reaches a door. Several make one, which ends with the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockdown {
    /// When it ends; only when it is lifted if there is none.
    pub until: Option<UtcS>,
}

impl Lockdown {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { until: self.until.zip(other.until).map(|(one, two)| one.max(two)) }
    }

    /// Whether it holds at this second.
    #[must_use]
    pub fn holds(self, at: UtcS) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

/// A door that a schedule unlocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    /// During this; [`ScheduleId::ALWAYS`] does not unlock.
    pub schedule: ScheduleId,
    /// Only after a card has been granted in this time: nobody is to walk into a house where nobody is.
    pub first_person_in: bool,
}

/// What the mode depends on besides the door's state.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Civil time.
    pub at: UtcS,
    /// How far it is trusted.
    pub trust: ClockTrust,
    /// Whether it is one that nobody on the way can have set: see [`crate::reckon::Reckoner::is_sure`].
    pub sure: bool,
    /// The schedules of the whitelist in force.
    pub calendar: &'a Calendar,
    /// Whether a card has been granted since the schedule began to hold.
    pub first_person_is_in: bool,
}

/// The mode that wins.
#[must_use]
pub fn mode(lockdown: Option<Lockdown>, order: Option<Order>, unlock: Option<Unlock>, moment: &Moment<'_>) -> Mode {
    let sure = moment.sure && moment.trust == ClockTrust::Synchronised;
    if lockdown.is_some_and(|lockdown| lockdown.holds(moment.at)) {
        return Mode::LockedDown;
    }
    match order.filter(|order| moment.at < order.until) {
        Some(order) if !order.unlock => return Mode::Locked,
        Some(_) if sure => return Mode::Unlocked,
        Some(_) | None => {}
    }
    let unlocks = |unlock: &Unlock| {
        sure && unlock.schedule != ScheduleId::ALWAYS
            && moment.calendar.holds(unlock.schedule, moment.at)
            && (moment.first_person_is_in || !unlock.first_person_in)
    };
    if unlock.as_ref().is_some_and(unlocks) { Mode::Unlocked } else { Mode::Normal }
}
