//! The life of a card.
//!
//! ```text
//!           deliver            activate, hand-out           suspend
//! ordered ──────────▶ delivered ─────────────────▶ active ──────────▶ suspended
//!                         │                        ▲ │ ▲  ◀────────── │    │
//!                         │               hand-out │ │ │     resume   │    │
//!                         │                        │ │ │ reinstate    │    │
//!                         │              returned ─┘ │ │ (mistake)    │    │
//!                         │                  ▲       │ │              │    │
//!                         │                  └───────┤ │    return    │    │
//!                         │                          ├─┼──────────────┘    │
//!                         │           block          │ │                   │
//!                         └──────────────────────────┴▶blocked◀────────────┘
//!
//! retire: from everywhere to retired, which is final
//! ```
//!
//! `blocked` is for good: a lost card that is found again stays a card that somebody else has had. Only a
//! block that was a mistake is taken back: the card is again what it was before, and drawn is the usual case.
//! A card that retires out of `blocked` stays lost or stolen if it was. `returned` is a card that is back at the desk and belongs to nobody.

use access::entry::{Block, Blocks};

/// Where a card is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// Ordered, and not here yet.
    Ordered,
    /// Here, and not yet handed over.
    Delivered,
    /// In use.
    Active,
    /// Paused.
    Suspended,
    /// Blocked for good.
    Blocked,
    /// Back, and with nobody.
    Returned,
    /// At its end.
    Retired,
}

/// What is done to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// It has come from where it was ordered.
    Deliver,
    /// Its first holder has it.
    Activate,
    /// The desk gives it to somebody.
    HandOut,
    /// It is paused.
    Suspend,
    /// A pause ends.
    Resume,
    /// It is blocked for good.
    Block,
    /// A block turned out to be a mistake.
    Reinstate,
    /// It is back at the desk.
    Return,
    /// It ends.
    Retire,
}

/// Why it is done. A bounded list, since reports count causes and an alarm hangs on some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It was added as it is.
    Added,
    /// It was ordered.
    Ordered,
    /// It was delivered.
    Delivered,
    /// It was handed over.
    HandedOut,
    /// Nobody knows where it is.
    Lost,
    /// Somebody took it.
    Stolen,
    /// Its holder left it at home.
    Forgotten,
    /// It turned up again.
    Found,
    /// It does not work any more.
    Broken,
    /// Another card took over.
    Renewed,
    /// Its time was over.
    Ended,
    /// What was done before was wrong.
    Mistake,
    /// Its holder does not work here any more.
    EmploymentEnded,
    /// Its holder lost the right to practise.
    RightEnded,
    /// Its holder is away for long.
    Absence,
    /// It came back to the desk.
    Returned,
    /// Somebody used it who must not, or for what it is not for.
    Misuse,
    /// Nobody used it for a long time. Only the passing of time has this cause.
    Inactive,
    /// A backup of the site was put back, and a door kept the card out. Only a decision about that has this cause.
    Restored,
    /// Anything else.
    Other,
}

/// Why a transition is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The card is where the transition would lead.
    AlreadySo,
    /// From there no such transition leads anywhere.
    Is(Life),
    /// The transition cannot have that cause.
    Cause,
}

impl Life {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 7] =
        [Self::Ordered, Self::Delivered, Self::Active, Self::Suspended, Self::Blocked, Self::Returned, Self::Retired];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Delivered => "delivered",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
            Self::Returned => "returned",
            Self::Retired => "retired",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|life| life.code() == code)
    }

    /// What it puts in the card's way, being there for this cause.
    #[must_use]
    pub fn block(self, cause: Cause) -> Option<Block> {
        match self {
            Self::Suspended if cause == Cause::Inactive => Some(Block::Inactive),
            Self::Active => None,
            Self::Ordered | Self::Delivered => Some(Block::NotDelivered),
            Self::Suspended => Some(Block::Suspended),
            Self::Blocked => Some(Block::Blocked),
            Self::Returned => Some(Block::Returned),
            Self::Retired => Some(Block::Retired),
        }
    }

    /// The same as a set.
    #[must_use]
    pub fn blocks(self, cause: Cause) -> Blocks {
        self.block(cause).map_or(Blocks::NONE, |block| Blocks::NONE.with(block))
    }
}

impl Transition {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Deliver,
        Self::Activate,
        Self::HandOut,
        Self::Suspend,
        Self::Resume,
        Self::Block,
        Self::Reinstate,
        Self::Return,
        Self::Retire,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Activate => "activate",
            Self::HandOut => "hand-out",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Block => "block",
            Self::Reinstate => "reinstate",
            Self::Return => "return",
            Self::Retire => "retire",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transition| transition.code() == code)
    }

    /// The code of the operator log.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Deliver => "card-deliver",
            Self::Activate => "card-activate",
            Self::HandOut => "card-hand-out",
            Self::Suspend => "card-suspend",
            Self::Resume => "card-resume",
            Self::Block => "card-block",
            Self::Reinstate => "card-reinstate",
            Self::Return => "card-return",
            Self::Retire => "card-retire",
        }
    }

    /// The causes that it can have.
    #[must_use]
    pub fn causes(self) -> &'static [Cause] {
        use Cause as C;
        match self {
            Self::Deliver => &[C::Delivered],
            Self::Activate | Self::HandOut => &[C::HandedOut],
            Self::Suspend => &[C::Forgotten, C::Absence, C::EmploymentEnded, C::RightEnded, C::Misuse, C::Other],
            Self::Resume => &[C::Found, C::Returned, C::Ended, C::Mistake, C::Other],
            Self::Block => &[C::Lost, C::Stolen, C::Misuse, C::EmploymentEnded, C::RightEnded, C::Other],
            Self::Reinstate => &[C::Mistake],
            Self::Return => &[C::Returned, C::EmploymentEnded, C::Found],
            Self::Retire => &[C::Broken, C::Renewed, C::Ended, C::EmploymentEnded, C::RightEnded, C::Lost, C::Other],
        }
    }

    fn to(self) -> Life {
        match self {
            Self::Deliver => Life::Delivered,
            Self::Activate | Self::HandOut | Self::Resume | Self::Reinstate => Life::Active,
            Self::Suspend => Life::Suspended,
            Self::Block => Life::Blocked,
            Self::Return => Life::Returned,
            Self::Retire => Life::Retired,
        }
    }

    fn leads_from(self, life: Life) -> bool {
        match self {
            Self::Deliver => life == Life::Ordered,
            Self::Activate => life == Life::Delivered,
            Self::HandOut => matches!(life, Life::Delivered | Life::Returned),
            Self::Suspend => life == Life::Active,
            Self::Resume => life == Life::Suspended,
            Self::Block => matches!(life, Life::Delivered | Life::Active | Life::Suspended),
            Self::Reinstate => life == Life::Blocked,
            Self::Return => matches!(life, Life::Active | Life::Suspended),
            Self::Retire => life != Life::Retired,
        }
    }
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Added,
        Self::Ordered,
        Self::Delivered,
        Self::HandedOut,
        Self::Lost,
        Self::Stolen,
        Self::Forgotten,
        Self::Found,
        Self::Broken,
        Self::Renewed,
        Self::Ended,
        Self::Mistake,
        Self::EmploymentEnded,
        Self::RightEnded,
        Self::Absence,
        Self::Returned,
        Self::Misuse,
        Self::Inactive,
        Self::Restored,
        Self::Other,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Ordered => "ordered",
            Self::Delivered => "delivered",
            Self::HandedOut => "handed-out",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Forgotten => "forgotten",
            Self::Found => "found",
            Self::Broken => "broken",
            Self::Renewed => "renewed",
            Self::Ended => "ended",
            Self::Mistake => "mistake",
            Self::EmploymentEnded => "employment-ended",
            Self::RightEnded => "right-ended",
            Self::Absence => "absence",
            Self::Returned => "returned",
            Self::Misuse => "misuse",
            Self::Inactive => "inactive",
            Self::Restored => "restored",
            Self::Other => "other",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AlreadySo => "already-so",
            Self::Is(Life::Ordered) => "is-ordered",
            Self::Is(Life::Delivered) => "is-delivered",
            Self::Is(Life::Active) => "is-active",
            Self::Is(Life::Suspended) => "is-suspended",
            Self::Is(Life::Blocked) => "is-blocked",
            Self::Is(Life::Returned) => "is-returned",
            Self::Is(Life::Retired) => "is-retired",
            Self::Cause => "cause-not-possible",
        }
    }
}

/// Where a transition leads.
///
/// # Errors
/// [`Refusal`] if it does not lead anywhere from there.
pub fn step(life: Life, transition: Transition) -> Result<Life, Refusal> {
    if transition.leads_from(life) {
        return Ok(transition.to());
    }
    Err(if transition.to() == life { Refusal::AlreadySo } else { Refusal::Is(life) })
}

#[cfg(test)]
mod tests;
