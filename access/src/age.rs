//! How old a door's list is: the time since the newest confirmation that it is the one that the door should have.
//!
//! ```text
//!   asked (nonce n, t0) ──── the answer to n says that it is ────▶ age = now − t0
//!          t0 is the door's own time, which nobody sets; whoever delays or repeats the answer makes the list older only
//!
//!   a boot:   at least   what the floor of civil time says, and what has passed since the start
//!             at most    what a sure time says; nothing without one
//! ```
//!
//! A door that goes on with an old list counts from what has passed at least, and is never troubled by what it does not
//! know. One that keeps people out counts from what may have passed at most: whoever cuts its power and its network
//! makes no list younger.

use crate::confirm::{NEVER, Nonce};
use crate::settings::{Age, Beyond};
use crate::time::{At, MonoMs, UtcMs};

/// Nonces that are remembered. A change is told four times a second at most, so a controller may take a quarter of a minute
/// for its answer at a door that is busy, and ten at one that is not.
pub const NONCES_MAX: usize = 64;

/// The newest nonces, each with when it was sent.
#[derive(Debug, Clone)]
pub struct Nonces {
    sent: [Option<(Nonce, MonoMs)>; NONCES_MAX],
    next: usize,
}

impl Default for Nonces {
    fn default() -> Self {
        Self { sent: [None; NONCES_MAX], next: 0 }
    }
}

impl Nonces {
    /// One is on its way. The oldest is forgotten for it.
    pub fn sent(&mut self, nonce: Nonce, now: MonoMs) {
        if let Some(place) = self.sent.get_mut(self.next % NONCES_MAX) {
            *place = Some((nonce, now));
        }
        self.next = self.next.wrapping_add(1);
    }

    /// One was answered: when it was sent. `None` for one that is not remembered, or was answered before.
    pub fn answered(&mut self, nonce: Nonce) -> Option<MonoMs> {
        let asked = |place: &&mut Option<(Nonce, MonoMs)>| place.is_some_and(|(sent, _)| sent == nonce);
        self.sent.iter_mut().find(asked)?.take().map(|(_, at)| at)
    }
}

/// Since when a door's list has not been confirmed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListAge {
    /// The door's own time of the newest question in this boot whose answer confirmed it.
    asked: Option<MonoMs>,
    /// Civil time of the newest one before this boot; not after it.
    before: Option<UtcMs>,
    /// For how long the controller has signed the newest confirmation of this boot.
    signed_ms: Option<u64>,
}

/// How long ago something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ago {
    /// Milliseconds that have passed at least.
    pub at_least_ms: u64,
    /// Milliseconds that may have passed at most; none if nobody knows.
    pub at_most_ms: Option<u64>,
}

impl ListAge {
    /// As it was before this boot: civil time of the newest confirmation, or a little before it. None if there was none.
    #[must_use]
    pub fn found(before: Option<UtcMs>) -> Self {
        Self { before, ..Self::default() }
    }

    /// The list was confirmed, by the answer to a question that was `sent` then. Older news than what is known changes
    /// nothing.
    pub fn confirmed(&mut self, sent: MonoMs, issued: UtcMs, expires: UtcMs) {
        if self.asked.is_some_and(|asked| asked > sent) {
            return;
        }
        self.asked = Some(sent);
        let signed = expires.0.saturating_sub(issued.0).max(0).cast_unsigned();
        self.signed_ms = (expires != NEVER).then_some(signed);
    }

    /// How long ago it was confirmed. `sure` says that civil time is one that nobody on the way can have set; see
    /// [`crate::reckon::Reckoner::is_sure`].
    #[must_use]
    pub fn ago(&self, now: At, sure: bool) -> Ago {
        if let Some(asked) = self.asked {
            let ms = now.mono.since(asked);
            return Ago { at_least_ms: ms, at_most_ms: Some(ms) };
        }
        let running = now.mono.0;
        let civil = self.before.map(|before| now.utc.0.saturating_sub(before.0).max(0).cast_unsigned());
        let at_least_ms = civil.unwrap_or(0).max(running);
        Ago { at_least_ms, at_most_ms: civil.filter(|_| sure).map(|civil| civil.max(running)) }
    }

    /// Whether the list is older than it may be.
    #[must_use]
    pub fn is_too_old(&self, age: Option<Age>, now: At, sure: bool) -> bool {
        let Some(age) = age else { return false };
        let limit_ms = u64::from(age.limit_s) * 1_000;
        let limit_ms = self.signed_ms.map_or(limit_ms, |signed| limit_ms.min(signed));
        let ago = self.ago(now, sure);
        match age.beyond {
            Beyond::GoesOn => ago.at_least_ms > limit_ms,
            Beyond::ExemptOnly | Beyond::Denies => ago.at_most_ms.is_none_or(|most| most > limit_ms),
        }
    }
}
