//! How long things take, as the controller's loop counts it. It is asked by a message: it alone has the figures.

use std::collections::BTreeMap;
use std::time::Duration;

use access::id::DoorId;
use access::latency::Latencies;
use access::time::UtcMs;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Questions that may wait for the loop. Each is answered with some kilobytes a door, and people look one at a time.
const QUEUE: usize = 16;

/// Longest wait for an answer, so that a page is shown whatever becomes of the loop.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// From the look in which a card answered until it was granted or denied.
    Tap,
    /// From a change until it is in force at one door that was there all the while.
    Change,
    /// The same of changes that block a card at the door or take it off its list.
    Revoke,
    /// From a change until it is in force at one door that was away in between.
    Late,
}

impl Measure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Tap, Self::Change, Self::Revoke, Self::Late];

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Tap => "tap",
            Self::Change => "change",
            Self::Revoke => "revoke",
            Self::Late => "late",
        }
    }
}

/// One of each measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerMeasure<T> {
    tap: T,
    change: T,
    revoke: T,
    late: T,
}

impl<T> PerMeasure<T> {
    /// Made for each.
    pub fn each(make: impl Fn(Measure) -> T) -> Self {
        let [tap, change, revoke, late] = Measure::ALL.map(make);
        Self { tap, change, revoke, late }
    }

    /// That of this measure.
    #[must_use]
    pub fn of(&self, measure: Measure) -> &T {
        match measure {
            Measure::Tap => &self.tap,
            Measure::Change => &self.change,
            Measure::Revoke => &self.revoke,
            Measure::Late => &self.late,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, measure: Measure) -> &mut T {
        match measure {
            Measure::Tap => &mut self.tap,
            Measure::Change => &mut self.change,
            Measure::Revoke => &mut self.revoke,
            Measure::Late => &mut self.late,
        }
    }
}

/// All that is known.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// When the counting began.
    pub since: UtcMs,
    /// Where the last hour begins.
    pub hour: UtcMs,
    /// Where the last day begins.
    pub day: UtcMs,
    /// Of the whole site, since the counting began.
    pub totals: PerMeasure<Latencies>,
    /// Of each door.
    pub doors: BTreeMap<DoorId, DoorFigures>,
}

/// What is known of one door.
#[derive(Debug, Clone, Default)]
pub struct DoorFigures {
    /// In the last hour.
    pub hour: PerMeasure<Latencies>,
    /// In the last day.
    pub day: PerMeasure<Latencies>,
    /// Whether it tells of its taps at all: an older agent does not.
    pub tells_taps: bool,
    /// Since when it lacks something that was changed, as far as the controller knows.
    pub waiting_since: Option<UtcMs>,
}

/// Where a question is answered.
pub type Answer = oneshot::Sender<Figures>;

/// Asks whoever counts.
#[derive(Debug, Clone)]
pub struct Ask(mpsc::Sender<Answer>);

/// The way to whoever counts, and the questions that come by it.
#[must_use]
pub fn ask() -> (Ask, mpsc::Receiver<Answer>) {
    let (questions, asked) = mpsc::channel(QUEUE);
    (Ask(questions), asked)
}

impl Ask {
    /// What there is now; nothing if nobody answers in time.
    pub async fn now(&self) -> Option<Figures> {
        let (answer, told) = oneshot::channel();
        let asked = async {
            self.0.send(answer).await.ok()?;
            told.await.ok()
        };
        timeout(ANSWER_WAIT, asked).await.ok().flatten()
    }
}
