//! The reader's supervisor: it brings the chip up, looks into the field, and brings the chip up again.
//!
//! ```text
//!                                answers              holds its settings
//!  Absent ──── hard reset ──▶ (Probing) ──────────▶ ───────────────────▶ Ready ◀──────────────────┐
//!    ▲  ▲                         │ no                                     │                      │
//!    │  └── wait 0.1, 0.2 … 1 s ──┘                                        │ a look or a check    │
//!    │                                                                     ▼ fails                │
//!    │        does not come up, or the third failure in a row             Degraded ── soft reset, ┘
//!    └───────────────────────────────────────────────────────────────────  field off and on
//! ```
//!
//! Absent is *blind*, and is told; what a soft reset cures within a look is not worth a human's time. All time is
//! the reader's own and no step waits longer than a bounded operation, so the same code runs against an emulated
//! chip in virtual time: [`Watch::turn`] does one thing and says what to wait for.

use std::time::Duration;

use access::decide::Presented;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;

use super::chip::{Chip, ChipError};
use super::encode::Ended;
use super::presence::{News, Presence};
use super::select::Sight;
use super::tap::{Findings, Task};
use super::{Hardware, Job, Report};
use access::encode::{ChipClass, Outcome, Stage};

/// Wait between two looks while somebody holds a card there.
const BUSY_INTERVAL: Duration = Duration::from_millis(5);

/// A card that lies there for so long has been forgotten, and is looked at no more often than an empty field.
const BUSY_LONGEST: Duration = Duration::from_secs(3);

/// Shortest wait, however long a look took: other threads of a small board want to live.
const INTERVAL_SHORTEST: Duration = Duration::from_millis(1);

/// Time between two checks of the chip's registers: eight reads.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// Failures in a row that a soft reset is tried for.
const SOFT_RESETS: u32 = 2;

/// First and longest wait before a chip that does not answer is tried again. With the hard reset itself a
/// reader sees again within two seconds of the fault's end.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LONGEST: Duration = Duration::from_secs(1);

/// What the reader did, and what to wait for.
#[derive(Debug)]
pub struct Turn {
    /// For the loop.
    pub report: Option<Report>,
    /// Then.
    pub then: Then,
}

/// What a turn ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Come again after this time.
    Wait(Duration),
    /// Tell [`Watch::follow`] what is wanted of the card that came, or [`Watch::let_go`].
    Verdict,
}

/// A reader, step by step.
pub struct Watch<S: SpiDevice> {
    hardware: Hardware<S>,
    state: State<S>,
    presence: Presence,
    number: u64,
    card: Option<Uid>,
    told_blind: bool,
    failures: u32,
    busy_since: Option<Duration>,
    begun: Duration,
    check_due: Duration,
}

enum State<S: SpiDevice> {
    Absent { retry: Duration },
    Ready(Box<Chip<S>>),
    Degraded(Box<Chip<S>>),
}

impl<S: SpiDevice> Watch<S> {
    /// A reader that has not been tried.
    #[must_use]
    pub fn new(hardware: Hardware<S>) -> Self {
        Self {
            hardware,
            state: State::Absent { retry: RETRY_FIRST },
            presence: Presence::default(),
            number: 0,
            card: None,
            told_blind: false,
            failures: 0,
            busy_since: None,
            begun: Duration::ZERO,
            check_due: Duration::ZERO,
        }
    }

    /// One step: bringing the chip up, or one look.
    pub fn turn(&mut self) -> Turn {
        self.begun = (self.hardware.now)();
        match std::mem::replace(&mut self.state, State::Absent { retry: RETRY_FIRST }) {
            State::Absent { retry } => self.probe(retry),
            State::Degraded(chip) => match chip.restart() {
                Ok(chip) => self.ready(Box::new(chip)),
                Err(reason) => self.blind(&reason.to_string(), RETRY_FIRST),
            },
            State::Ready(chip) => self.look(chip),
        }
    }

    /// The card that came is read as the loop wants it.
    pub fn follow(&mut self, task: &Task) -> Option<Report> {
        let State::Ready(chip) = &mut self.state else { return None };
        let begun = (self.hardware.now)();
        let (findings, chip_result) = match &self.card {
            Some(uid) => chip.credential(uid, task),
            None => (Findings::UNREADABLE, Ok(())),
        };
        let took = (self.hardware.now)().saturating_sub(begun);
        let halted = chip_result.and_then(|()| chip.halt());
        self.note(halted);
        Some(Report::Read { number: self.number, findings, took })
    }

    /// The number of the card that came last.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Nothing more is wanted of the card that came.
    pub fn let_go(&mut self) {
        if let State::Ready(chip) = &mut self.state {
            let halted = chip.halt();
            self.note(halted);
        }
    }

    /// Writes a card. A reader that is blind leaves the card as it is.
    pub fn encode(&mut self, job: &Job, tell: &mut dyn FnMut(Stage)) -> Report {
        let State::Ready(chip) = &mut self.state else {
            let ended = Ended { outcome: Outcome::Untouched, chip: ChipClass::Unknown };
            return Report::Encoded { job: job.id, ended };
        };
        let (ended, chip_result) = chip.encode(&job.uid, &job.work, tell);
        let halted = chip_result.and_then(|()| chip.halt());
        self.note(halted);
        Report::Encoded { job: job.id, ended }
    }

    fn probe(&mut self, retry: Duration) -> Turn {
        let started = (self.hardware.bus)().and_then(|bus| Chip::start(bus).map_err(|error| error.to_string()));
        match started {
            Ok(chip) => {
                self.failures = 0;
                let turn = self.ready(Box::new(chip));
                // Only a reader that was never tried, or was told to be blind, is brought up here.
                let blind = std::mem::take(&mut self.told_blind);
                Turn { report: Some(if blind { Report::Recovered } else { Report::Ready }), ..turn }
            }
            Err(reason) => self.blind(&reason, (retry * 2).min(RETRY_LONGEST)),
        }
    }

    fn ready(&mut self, chip: Box<Chip<S>>) -> Turn {
        self.state = State::Ready(chip);
        self.check_due = self.begun + CHECK_EVERY;
        Turn { report: None, then: Then::Wait(INTERVAL_SHORTEST) }
    }

    fn blind(&mut self, reason: &str, retry: Duration) -> Turn {
        tracing::warn!(reason, "the reader does not answer");
        let news = !std::mem::replace(&mut self.told_blind, true);
        self.state = State::Absent { retry };
        self.failures = 0;
        Turn { report: news.then_some(Report::Blind), then: Then::Wait(retry) }
    }

    /// What went wrong decides where the chip goes on.
    fn failed(&mut self, chip: Box<Chip<S>>, reason: &ChipError) -> Turn {
        self.failures += 1;
        if self.failures > SOFT_RESETS {
            return self.blind(&reason.to_string(), RETRY_FIRST);
        }
        tracing::debug!(%reason, failures = self.failures, "the reader chip is set up anew");
        self.state = State::Degraded(chip);
        Turn { report: None, then: Then::Wait(INTERVAL_SHORTEST) }
    }

    fn look(&mut self, mut chip: Box<Chip<S>>) -> Turn {
        let sight = match self.look_and_check(&mut chip) {
            Ok(sight) => sight,
            Err(reason) => return self.failed(chip, &reason),
        };
        self.failures = 0;
        let came = match self.presence.observe(sight) {
            Some(News::Came(presented, uid)) => Some((presented, uid)),
            Some(News::Left) => {
                self.state = State::Ready(chip);
                return Turn { report: Some(Report::Left), then: self.wait() };
            }
            None => None,
        };
        if let Some((presented, uid)) = came {
            self.state = State::Ready(chip);
            return self.came(presented, uid);
        }
        match if sight == Sight::Empty { Ok(()) } else { chip.halt() } {
            Ok(()) => {
                self.state = State::Ready(chip);
                Turn { report: None, then: self.wait() }
            }
            Err(reason) => self.failed(chip, &reason),
        }
    }

    /// The check comes before the look, since afterwards a card may be selected.
    fn look_and_check(&mut self, chip: &mut Chip<S>) -> Result<Sight, ChipError> {
        if self.begun >= self.check_due {
            self.check_due = self.begun + CHECK_EVERY;
            chip.check()?;
        }
        chip.look()
    }

    fn came(&mut self, presented: Presented, uid: Option<Uid>) -> Turn {
        self.number += 1;
        self.card = uid;
        let took = (self.hardware.now)().saturating_sub(self.begun);
        let at = tokio::time::Instant::now();
        Turn { report: Some(Report::Came { number: self.number, presented, uid, took, at }), then: Then::Verdict }
    }

    /// Until the next look is due, counted from the last one's beginning.
    fn wait(&mut self) -> Then {
        let now = (self.hardware.now)();
        let busy = self.presence.is_busy();
        let since = *self.busy_since.get_or_insert(now);
        if !busy {
            self.busy_since = None;
        }
        let short = busy && now.saturating_sub(since) < BUSY_LONGEST;
        let interval = if short { BUSY_INTERVAL } else { self.hardware.interval };
        let used = if short { Duration::ZERO } else { now.saturating_sub(self.begun) };
        Then::Wait(interval.saturating_sub(used).max(INTERVAL_SHORTEST))
    }

    /// After work on a card. Whether the chip is blind the next look finds.
    fn note(&mut self, result: Result<(), ChipError>) {
        let Err(reason) = result else { return };
        tracing::debug!(%reason, "the reader chip failed at a card, and is set up anew");
        self.failures += 1;
        if let State::Ready(chip) = std::mem::replace(&mut self.state, State::Absent { retry: RETRY_FIRST }) {
            self.state = State::Degraded(chip);
        }
    }
}
