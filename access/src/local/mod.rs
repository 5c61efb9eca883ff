//! What only the door knows: who has gone in, who waits for whom, who has been denied too often, and how old its list is.
//!
//! ```text
//!   decide: the rules of the site ──▶ Decision ──┐
//!                                                ├─▶ Local::judge ──▶ Verdict: more reasons, or things to note
//!   what this door has seen ─▶ Circumstances ────┘
//! ```
//!
//! [`crate::decide`] is the same wherever it is asked; what is decided here is not, and so it stands in the event as
//! reasons of [`Reason::LOCAL`]. Nothing here waits for the network.
//!
//! Nobody is to be kept in: at a reader inside, [`Side::Out`], nothing here denies.
//!
//! | module | subject |
//! | --- | --- |
//! | [`passback`] | a card that is inside does not come in again |
//! | [`pairing`] | two people, or a visitor and an escort |
//! | [`lockout`] | denied too often |

use crate::calendar::Zone;
use crate::decide::Decision;
use crate::mode::Mode;
use crate::passage::{Passage, Passback, Side};
use crate::reason::{Reason, Reasons};
use crate::settings::{Beyond, DoorSettings};
use crate::time::At;
use crate::uid::Uid;

pub mod lockout;
pub mod pairing;
pub mod passback;

use lockout::Lockouts;
use pairing::{Pairing, Person};

/// What a door remembers of the taps before.
#[derive(Debug, Default)]
pub struct Local {
    lockouts: Lockouts,
    pairing: Pairing,
}

/// One tap, and what the door knows around it.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// At which reader.
    pub side: Side,
    /// The card, if its number was read.
    pub uid: Option<Uid>,
    /// Whether the whitelist has it.
    pub listed: bool,
    /// Whether its holder is a visitor.
    pub visitor: bool,
    /// How the door is set up.
    pub settings: &'a DoorSettings,
    /// The mode in force.
    pub mode: Mode,
    /// Now.
    pub at: At,
    /// The site's civil time.
    pub zone: &'a Zone,
    /// The rules of the areas on both sides, each with what is known of this card there.
    pub passback: &'a [(Passback, Option<Passage>)],
    /// What holds of a list that is too old, if the door's is.
    pub old_list: Option<Beyond>,
    /// Whether the card passes where nobody else does; see [`crate::decide::is_exempt`].
    pub exempt: bool,
    /// Whether another door of the lock chamber is open or released; never at a door that is in none.
    pub interlocked: bool,
    /// Whether this card was granted at this reader just now, and may still open the door. See
    /// [`crate::door::Door::awaits`].
    pub own_release: bool,
}

/// What the door adds to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// More reasons to deny, all of [`Reason::LOCAL`].
    pub reasons: Reasons,
    /// What was noticed of a card that is granted all the same.
    pub noted: Reasons,
    /// The card that came before, was told to wait for this one, and passes with it.
    pub with: Option<Uid>,
    /// This denial was one too many.
    pub lockout_begins: Option<LockoutBegins>,
}

/// A card is locked out from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutBegins {
    /// Which; all unlisted ones if there is none.
    pub uid: Option<Uid>,
    /// For so many seconds.
    pub for_s: u16,
}

impl Circumstances<'_> {
    /// Whether the age of the list denies this card here.
    fn list_is_too_old(&self) -> bool {
        let denies = match self.old_list {
            Some(Beyond::Denies) => true,
            Some(Beyond::ExemptOnly) => !self.exempt,
            Some(Beyond::GoesOn) | None => false,
        };
        self.side == Side::In && denies
    }
}

impl Verdict {
    /// The decision with what the door adds.
    #[must_use]
    pub fn over(&self, decision: &Decision) -> Decision {
        Decision { reasons: decision.reasons.and(self.reasons), ..*decision }
    }
}

impl Local {
    /// Judges one tap, and remembers it.
    #[must_use]
    pub fn judge(&mut self, decision: &Decision, around: &Circumstances<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        if self.lockouts.holds(decision.reasons, around) {
            verdict.reasons.insert(Reason::LockedOut);
        }
        if around.list_is_too_old() {
            verdict.reasons.insert(Reason::ListTooOld);
        }
        if around.side == Side::In && around.interlocked {
            verdict.reasons.insert(Reason::Interlocked);
        }
        let passback = passback::judge(around);
        verdict.reasons = verdict.reasons.and(passback.reasons);
        if verdict.over(decision).granted() {
            self.pair(around, &mut verdict);
        }
        let outcome = verdict.over(decision);
        if outcome.granted() {
            verdict.noted = passback.noted;
        } else {
            verdict.lockout_begins = self.lockouts.denied(outcome.reasons, around);
        }
        verdict
    }

    /// Whether a tap is denied whatever is read of the card: locked out, interlocked, or by a list that is too old.
    /// Remembers nothing.
    #[must_use]
    pub fn refuses(&self, around: &Circumstances<'_>) -> bool {
        self.lockouts.holds(Reasons::NONE, around)
            || around.list_is_too_old()
            || around.side == Side::In && around.interlocked
    }

    fn pair(&mut self, around: &Circumstances<'_>, verdict: &mut Verdict) {
        let needed = around.side == Side::In && around.mode != Mode::Unlocked && !around.own_release;
        if let (true, Some(uid)) = (needed, around.uid) {
            let person = Person { uid, visitor: around.visitor, since: around.at.mono };
            let pair = self.pairing.judge(person, around.settings);
            (verdict.reasons, verdict.with) = (verdict.reasons.and(pair.reasons), pair.with);
        }
    }
}
