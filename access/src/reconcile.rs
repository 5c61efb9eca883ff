//! Whether the journal of a door is the one that the controller knows.
//!
//! A box whose card was copied back from an image cannot know it: its journal looks whole, and is behind, or goes on
//! otherwise than the one that the controller has heard of. So a door reports nothing after a connection before the
//! controller has told it the link of the newest event that it has, and that link is the door's own. Since a link seals
//! everything before it, one that fits says that all fits.
//!
//! ```text
//!   connected ──▶ asking ── link of the newest event there is ours ─────────────▶ agreed ──▶ events are sent
//!                  │   ▲                                                            │
//!                  │   └── the controller has less than it had acknowledged ────────┤
//!                  │                                                                │
//!                  └── it has more than there is, or another link ◀─────────────────┘
//!                          │
//!                          ▼
//!                      searching: by halves, for the last event that both have ──▶ a new epoch begins, and is asked about
//! ```
//!
//! Each question is the `probe` of a [`Status`](crate::message::Status), each answer the [`Receipt`] of its
//! [`Confirmation`](crate::confirm::Confirmation). A site that was restored from a backup has less than it had
//! acknowledged; then the door sends again what it still holds.

use crate::chain::Link;
use crate::confirm::Receipt;
use crate::event::EpochCause;

/// Acknowledged events that a door keeps, so that a site which is restored from a backup hears of them again: some weeks
/// of a usual door, some days of the busiest.
pub const KEEP_ACKNOWLEDGED: u64 = 100_000;

/// Rounds that a search takes at most: the halves of the longest journal.
pub const ROUNDS_MAX: u32 = u64::BITS;

/// What a door holds of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// The event before the oldest that it holds; 0 if it holds all. Of this one it still knows the link.
    pub before: u64,
    /// Through which event it believes that the controller has everything.
    pub acknowledged: u64,
    /// The newest event; 0 if there is none.
    pub head: u64,
}

/// What is to be done after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Nothing,
    /// To ask again, with another probe.
    Ask,
    /// To report what follows this event, or the oldest that the door still holds: the controller has all before, whatever
    /// it had acknowledged.
    Agreed {
        /// The newest event that the controller has.
        through: u64,
    },
    /// To begin a new epoch, into which goes what the door holds after `common`.
    Begin {
        /// The last event that both have, or the last that the door does not hold any more.
        common: u64,
        /// Why.
        cause: EpochCause,
    },
}

/// Finds out, for one connection after the other, whether the two agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconcile(State);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Asking {
        probe: u64,
    },
    Searching {
        /// The highest event that is common as far as it is known.
        common: u64,
        /// The lowest that is not.
        differs: u64,
        cause: EpochCause,
    },
    Agreed,
    /// A new epoch has been ordered and is not in force.
    Beginning,
}

impl Reconcile {
    /// Before the first connection. `beginning` if a new epoch had been ordered when the agent ended.
    #[must_use]
    pub fn new(beginning: bool) -> Self {
        Self(if beginning { State::Beginning } else { State::Asking { probe: 0 } })
    }

    /// There is a new connection, and perhaps another controller at the other end.
    pub fn connected(&mut self, held: &Held) {
        if self.0 != State::Beginning {
            self.0 = State::Asking { probe: held.acknowledged.min(held.head) };
        }
    }

    /// The new epoch is in force; `held` is of it.
    pub fn begun(&mut self, held: &Held) {
        self.0 = State::Agreed;
        self.connected(held);
    }

    /// The new epoch could not be ordered: the two compare anew.
    pub fn not_begun(&mut self, held: &Held) {
        self.begun(held);
    }

    /// Whether events may be sent, and acknowledgements believed: one that was on its way may be of events that another
    /// copy of this journal has sent.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.0 == State::Agreed
    }

    /// What the next status asks about.
    #[must_use]
    pub fn probe(&self, held: &Held) -> u64 {
        match self.0 {
            State::Asking { probe } => probe,
            State::Searching { common, differs, .. } => middle(common, differs),
            State::Agreed | State::Beginning => held.acknowledged.min(held.head),
        }
    }

    /// The controller has answered. `own` is the link of the event [`Receipt::probe`] in the door's own journal, if it
    /// still knows it. The receipt must be of the door's epoch, and the answer to one of its own nonces.
    pub fn answer(&mut self, receipt: &Receipt, held: &Held, own: Option<Link>) -> Verdict {
        let Receipt { through, probe, .. } = *receipt;
        let differs = own.is_some_and(|own| self.differs(receipt, own));
        match self.0 {
            State::Beginning => Verdict::Nothing,
            // The answer to a question from before.
            State::Asking { probe: asked } if probe != asked => Verdict::Nothing,
            State::Asking { .. } | State::Agreed if differs => self.search(held.before, probe, cause(through, held)),
            State::Asking { .. } => self.compare(probe, through, held),
            // What was acknowledged when the door asked is not there any more; or there is more than it has.
            State::Agreed if through < probe || through > held.head => self.compare(probe, through, held),
            State::Agreed => Verdict::Nothing,
            State::Searching { common, differs, .. } if probe != middle(common, differs) => Verdict::Nothing,
            State::Searching { common, cause, .. } if differs || probe > through => self.search(common, probe, cause),
            State::Searching { differs, cause, .. } => self.search(probe, differs, cause),
        }
    }

    /// Whether both have the event that was asked about, and not the same.
    fn differs(&self, receipt: &Receipt, own: Link) -> bool {
        let Receipt { through, probe, link, .. } = *receipt;
        // Before the first event there is the same in every journal.
        if probe == 0 || probe > through {
            return false;
        }
        // What had gone before it could be told is missing in the log, and nothing else is: a link that is not there is
        // none of ours when there must be one.
        let searching = matches!(self.0, State::Searching { .. });
        link.map_or(probe == through || searching, |link| link != own)
    }

    /// The event that was asked about is the same at both, or only one of them has it.
    fn compare(&mut self, probe: u64, through: u64, held: &Held) -> Verdict {
        if through > held.head {
            return if probe == held.head { self.begin(held.head, EpochCause::Behind) } else { self.ask(held.head) };
        }
        // What the door does not hold any more it cannot compare, and it cannot send it either.
        if probe == through || through == 0 || through < held.before {
            self.0 = State::Agreed;
            return Verdict::Agreed { through };
        }
        self.ask(through)
    }

    fn ask(&mut self, probe: u64) -> Verdict {
        self.0 = State::Asking { probe };
        Verdict::Ask
    }

    fn search(&mut self, common: u64, differs: u64, cause: EpochCause) -> Verdict {
        if differs.saturating_sub(common) <= 1 {
            return self.begin(common, cause);
        }
        self.0 = State::Searching { common, differs, cause };
        Verdict::Ask
    }

    fn begin(&mut self, common: u64, cause: EpochCause) -> Verdict {
        self.0 = State::Beginning;
        Verdict::Begin { common, cause }
    }
}

/// Above `common`, below `differs`, if anything is.
fn middle(common: u64, differs: u64) -> u64 {
    common.saturating_add(differs.saturating_sub(common) / 2)
}

fn cause(through: u64, held: &Held) -> EpochCause {
    if through > held.head { EpochCause::Behind } else { EpochCause::Forked }
}
