//! Taps at the emulated door: somebody lays cards on the field, and is told what the person saw.
//!
//! ```text
//!            laid down           decided              shown               field empty
//!  Queued ─────────────▶ Laid ─────────────▶ Decided ──────▶ Shown ──────────────────▶ answered
//!                          │ hold time and a second are over                             ▲
//!                          └─────────────────────────────────────────────────────────────┘
//! ```
//!
//! One tap is under way at a time, as at a real reader; the others wait, also for a reader that is still
//! coming up.
//!
//! A card that is held for as long as the reader surely needs is not taken off before the reader has seen
//! it: on a busy machine the reader's thread may sleep longer than a reader's own chip ever would. A shorter
//! hold is exact.

use std::collections::VecDeque;
use std::time::Duration;

use access::decide::Decision;
use access::reason::{Reason, Reasons};
use access::signal::Signal;
use access::time::MonoMs;
use mfrc522_emulator::{CardId, Emulator, MAX_CARDS, VirtualCard};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::cards::{Cards, NotHere};

/// Taps that may wait for the one under way.
pub const TAPS_MAX: usize = 64;

/// Longest time that a card may be held, in milliseconds.
pub const HOLD_MS_MAX: u64 = 10_000;

/// A card that is held for so long cannot be missed: an interval between two looks, and a look.
const SURE_MS: u64 = 30;

/// Time beyond the hold until a tap is answered with what is known. Most of it is for a busy machine.
const GRACE_MS: u64 = 1_000;

/// What the person at the door saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TapAnswer {
    /// `released` or `locked`, when the signal was shown.
    pub lock: &'static str,
    /// The code of the signal, or `none` if the reader saw nothing.
    pub signal: &'static str,
    /// How long the reader was busy with the card, in milliseconds of its own time.
    pub reader_ms: f64,
    /// Every reason of a denial, as stable codes.
    pub reasons: Vec<&'static str>,
    /// What was noticed and let pass, as the same codes.
    pub noted: Vec<&'static str>,
    /// The generation of the whitelist that it was decided from.
    pub generation: u64,
}

/// Why a tap did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TapRefused {
    /// See [`TAPS_MAX`].
    #[error("{TAPS_MAX} taps are waiting at this door already; try again later")]
    Busy,
    /// No such card.
    #[error("there is no card {0:?} here; GET /cards lists them, PUT /cards/NAME and POST /cards add one")]
    UnknownCard(String),
    /// It lies on the reader of another door.
    #[error("the card {0:?} lies on another reader just now; try again when it has been taken off")]
    Elsewhere(String),
    /// There is no reader on this side.
    #[error("this door has no reader on that side; GET /state lists its sides")]
    NoReader,
    /// None, or more than fit.
    #[error("a tap takes 1 to {MAX_CARDS} cards")]
    Count,
    /// See [`HOLD_MS_MAX`].
    #[error("hold_ms must be between 1 and {HOLD_MS_MAX}")]
    Hold,
}

/// One virtual card, for a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardView {
    /// Its name here.
    pub name: String,
    /// Its UID in hexadecimal.
    pub uid: String,
    /// `classic-1k`, or `other`.
    pub kind: &'static str,
    /// Its SAK byte.
    pub sak: u8,
}

/// Cards, and the taps with them.
#[derive(Debug)]
pub struct Taps {
    emulator: Emulator,
    cards: Cards,
    waiting: VecDeque<Tap>,
    current: Option<Current>,
    ready: bool,
}

/// Somebody wants to tap.
#[derive(Debug)]
struct Tap {
    names: Vec<String>,
    hold_ms: u64,
    reply: oneshot::Sender<Result<TapAnswer, TapRefused>>,
}

#[derive(Debug)]
struct Current {
    names: Vec<String>,
    laid: Vec<CardId>,
    reply: oneshot::Sender<Result<TapAnswer, TapRefused>>,
    /// When the cards are to be taken off; nothing if they have been, or leave by themselves.
    lift_at: Option<MonoMs>,
    until: MonoMs,
    decided: Option<Decided>,
    shown: Option<(Signal, bool)>,
    left: bool,
}

#[derive(Debug, Clone, Copy)]
struct Decided {
    decision: Decision,
    noted: Reasons,
    signal: Signal,
    took: Duration,
}

impl Taps {
    /// A field with nothing on it, and these cards beside it.
    #[must_use]
    pub fn new(emulator: Emulator, cards: Cards) -> Self {
        Self { emulator, cards, waiting: VecDeque::new(), current: None, ready: false }
    }

    /// Somebody wants to tap; the answer comes when it is over.
    pub fn tap(
        &mut self,
        names: Vec<String>,
        hold_ms: u64,
        reply: oneshot::Sender<Result<TapAnswer, TapRefused>>,
        now: MonoMs,
    ) {
        if let Err(refused) = self.check(&names, hold_ms) {
            // Whoever asked may have gone; nobody else wants to know.
            let _ = reply.send(Err(refused));
            return;
        }
        self.waiting.push_back(Tap { names, hold_ms, reply });
        self.begin_next(now);
    }

    /// The reader has told how it is, for the first time or again.
    pub fn ready(&mut self, now: MonoMs) {
        self.ready = true;
        self.begin_next(now);
    }

    /// The card on the field was decided on, and this signal is to be shown.
    pub fn decided(&mut self, decision: Decision, noted: Reasons, signal: Signal, took: Duration) {
        if let Some(current) = &mut self.current {
            current.decided.get_or_insert(Decided { decision, noted, signal, took });
        }
    }

    /// The person was shown something. Another signal than the one decided on is somebody else's, such as a
    /// command's.
    pub fn shown(&mut self, signal: Signal, released: bool, now: MonoMs) {
        if let Some(current) = &mut self.current
            && current.decided.is_some_and(|decided| decided.signal == signal)
        {
            current.shown.get_or_insert((signal, released));
        }
        self.finish(now);
    }

    /// The card was written, at an encoder; nothing is decided or shown there.
    pub fn written(&mut self, now: MonoMs) {
        if let Some(current) = &mut self.current {
            current.until = now;
        }
        self.finish(now);
    }

    /// The reader says that the field is empty.
    pub fn left(&mut self, now: MonoMs) {
        if let Some(current) = &mut self.current {
            current.left = current.decided.is_some();
        }
        self.finish(now);
    }

    /// When [`Taps::tick`] is due, if nothing happens before.
    #[must_use]
    pub fn deadline(&self) -> Option<MonoMs> {
        let current = self.current.as_ref()?;
        let lift = current.lift_at.filter(|_| current.decided.is_some());
        Some(lift.map_or(current.until, |lift| lift.min(current.until)))
    }

    /// The time has come that [`Taps::deadline`] named.
    pub fn tick(&mut self, now: MonoMs) {
        let held_long_enough =
            |current: &Current| current.decided.is_some() && current.lift_at.is_some_and(|lift| now >= lift);
        if self.current.as_ref().is_some_and(held_long_enough) {
            self.lift();
        }
        self.finish(now);
    }

    fn check(&self, names: &[String], hold_ms: u64) -> Result<(), TapRefused> {
        if !(1..=MAX_CARDS).contains(&names.len()) {
            return Err(TapRefused::Count);
        }
        if !(1..=HOLD_MS_MAX).contains(&hold_ms) {
            return Err(TapRefused::Hold);
        }
        if let Some(unknown) = names.iter().find(|name| !self.cards.has(name)) {
            return Err(TapRefused::UnknownCard(unknown.clone()));
        }
        if self.waiting.len() >= TAPS_MAX { Err(TapRefused::Busy) } else { Ok(()) }
    }

    fn begin_next(&mut self, now: MonoMs) {
        if self.current.is_some() || !self.ready {
            return;
        }
        let Some((Tap { names, hold_ms, reply }, cards)) = self.take_up() else { return };
        let (lift_at, leave_ms) =
            if hold_ms < SURE_MS { (None, hold_ms) } else { (Some(now + hold_ms), hold_ms + GRACE_MS) };
        // The field is empty between two taps, and the number was checked.
        let laid = self.emulator.place_all_for(cards, leave_ms).unwrap_or_default();
        let until = now + hold_ms + GRACE_MS;
        self.current = Some(Current { names, laid, reply, lift_at, until, decided: None, shown: None, left: false });
    }

    /// The next tap whose cards are here. Taps with a card that lies elsewhere are refused.
    fn take_up(&mut self) -> Option<(Tap, Vec<VirtualCard>)> {
        loop {
            let tap = self.waiting.pop_front()?;
            let refused = match self.cards.take(&tap.names) {
                Ok(cards) => return Some((tap, cards)),
                Err(NotHere::Away(name)) => TapRefused::Elsewhere(name),
                Err(NotHere::Unknown(name)) => TapRefused::UnknownCard(name),
            };
            // Whoever asked may have gone; nobody else wants to know.
            let _ = tap.reply.send(Err(refused));
        }
    }

    /// Takes the cards off, with what was written to them.
    fn lift(&mut self) {
        let Some(current) = &mut self.current else { return };
        current.lift_at = None;
        let mut laid = current.laid.drain(..);
        for name in &current.names {
            self.cards.give_back(name, laid.next().and_then(|id| self.emulator.remove(id)));
        }
    }

    fn finish(&mut self, now: MonoMs) {
        let over = |current: &Current| current.left && current.shown.is_some() || now >= current.until;
        if !self.current.as_ref().is_some_and(over) {
            return;
        }
        self.lift();
        if let Some(current) = self.current.take() {
            let answer = answer(&current);
            // Whoever asked may have gone; nobody else wants to know.
            let _ = current.reply.send(Ok(answer));
        }
        self.begin_next(now);
    }
}

/// How a card looks in a list.
#[must_use]
pub fn view(name: &str, card: &VirtualCard) -> CardView {
    CardView {
        name: name.to_owned(),
        uid: access::uid::Uid::new(card.uid()).map(|uid| uid.hex()).unwrap_or_default(),
        kind: if matches!(card.sak(), 0x08 | 0x88) { "classic-1k" } else { "other" },
        sak: card.sak(),
    }
}

fn answer(current: &Current) -> TapAnswer {
    let codes = |reasons: Reasons| reasons.iter().map(Reason::code).collect();
    let decided = current.decided;
    let took = decided.map_or(Duration::ZERO, |decided| decided.took);
    TapAnswer {
        lock: if current.shown.is_some_and(|(_, released)| released) { "released" } else { "locked" },
        signal: current.shown.map_or("none", |(signal, _)| signal.code()),
        // Microseconds are plenty.
        reader_ms: (took.as_secs_f64() * 1e6).round() / 1e3,
        reasons: decided.map_or_else(Vec::new, |decided| codes(decided.decision.reasons)),
        noted: decided.map_or_else(Vec::new, |decided| codes(decided.noted)),
        generation: decided.map_or(0, |decided| decided.decision.generation.0),
    }
}
