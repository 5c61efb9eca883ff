//! May this card pass this door now?
//!
//! One pure function, called by the door, by the page that explains a refusal and by the tests. Its
//! order is not its contract: every condition is looked at, and a denial names all that fail. What is
//! unknown is denied by construction: there is no way to `granted` but through an entry of which nothing
//! fails.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::entry::{Block, Condition, Entry, Grant, ScheduleId, Term};
use crate::passage::Side;
use crate::reason::{Reason, Reasons};
use crate::settings::{Reading, UnknownTime};
use crate::state::DoorState;
use crate::time::{ClockTrust, Position, UtcMs, UtcS, Window};
use crate::whitelist::Generation;

/// What was in front of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presented {
    /// One MIFARE Classic 1K whose number was read.
    Classic1k,
    /// More than one card.
    Several,
    /// One card of another kind, by its SAK byte (09 is a MIFARE Mini, 18 a MIFARE Classic 4K).
    Unsupported {
        /// Select acknowledge, ISO 14443-3 table 9.
        sak: u8,
    },
    /// Something answered, but no number could be read of it.
    Unreadable,
}

/// What was read of the card's credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credential {
    /// The door did not ask for it.
    NotAsked,
    /// The door asked, and did not get one that holds.
    Unreadable,
    /// It was read with the entry's keys, and it holds.
    Verified,
    /// It was read, and is not what the site has written there.
    Invalid,
    /// It is ours and has suffered; nobody is accused.
    Damaged,
    /// There are two of it.
    Cloned,
    /// It holds, but its counter could not be moved, at a door that insists.
    NotWritten,
    /// The entry has no keys: the card has not been encoded.
    NotEncoded,
}

impl Credential {
    /// Why a door that asks for it denies.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Verified => None,
            Self::NotAsked | Self::Unreadable => Some(Reason::CredentialUnreadable),
            Self::Invalid => Some(Reason::CredentialInvalid),
            Self::Damaged => Some(Reason::CredentialDamaged),
            Self::Cloned => Some(Reason::CardCloned),
            Self::NotWritten => Some(Reason::CredentialNotWritten),
            Self::NotEncoded => Some(Reason::CardNotEncoded),
        }
    }

    /// The stable code, for the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::Unreadable => "unreadable",
            Self::Verified => "verified",
            Self::Invalid => "invalid",
            Self::Damaged => "damaged",
            Self::Cloned => "cloned",
            Self::NotWritten => "not-written",
            Self::NotEncoded => "not-encoded",
        }
    }
}

/// All that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What was in front of the reader.
    pub presented: Presented,
    /// The card's entry in the whitelist in force.
    pub entry: Option<&'a Entry>,
    /// What was read of its credential.
    pub credential: Credential,
    /// The schedules of the whitelist in force.
    pub calendar: &'a Calendar,
    /// The door's state in force.
    pub door: &'a DoorState,
    /// At which of its readers.
    pub side: Side,
    /// The generation of the whitelist in force; 0 if there is none.
    pub generation: Generation,
    /// Civil time.
    pub utc: UtcMs,
    /// How far it is trusted.
    pub trust: ClockTrust,
}

impl Question<'_> {
    /// Whether the door knows the time. A time that nobody has confirmed since the boot is behind by as long as the power was
    /// off: it is the latest that the door has known, and no more.
    fn knows_time(&self) -> bool {
        self.trust == ClockTrust::Synchronised
    }
}

/// Granted, or all the reasons why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Everything that failed; nothing if granted.
    pub reasons: Reasons,
    /// The generation of the whitelist that it was taken from.
    pub generation: Generation,
}

impl Decision {
    /// Whether the card may pass.
    #[must_use]
    pub fn granted(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Decides one tap.
#[must_use]
pub fn decide(question: &Question<'_>) -> Decision {
    let mut reasons = Reasons::NONE;
    match question.presented {
        Presented::Classic1k => card(question, &mut reasons),
        Presented::Several => reasons.insert(Reason::SeveralCards),
        Presented::Unsupported { .. } => reasons.insert(Reason::UnsupportedCard),
        Presented::Unreadable => reasons.insert(Reason::ReadFailed),
    }
    if question.side == Side::In && question.door.is_locked_down(question.utc.second()) && !is_exempt(question) {
        reasons.insert(Reason::LockedDown);
    }
    Decision { reasons, generation: question.generation }
}

/// Decides one tap of a door that reads a credential only if that could matter: one that was not read, because the
/// card is refused whatever it holds, is no reason. The door decides by this, and so does whoever explains it.
#[must_use]
pub fn judge(question: &Question<'_>) -> Decision {
    let by_number = by_number(question);
    if question.credential == Credential::NotAsked && !by_number.granted() { by_number } else { decide(question) }
}

/// The decision together with the local reasons that the door had; see [`crate::local`]. A credential that was not read
/// because of them is no reason either.
#[must_use]
pub fn judge_with(question: &Question<'_>, local: Reasons) -> Decision {
    let spared = question.credential == Credential::NotAsked && !local.is_empty();
    let decision = if spared { by_number(question) } else { judge(question) };
    Decision { reasons: decision.reasons.and(local), ..decision }
}

/// Whether it is worth reading the credential: not if the card is refused whatever it holds.
#[must_use]
pub fn could_pass(question: &Question<'_>) -> bool {
    by_number(question).granted()
}

/// Decides as a door that asks for no credential.
fn by_number(question: &Question<'_>) -> Decision {
    let uid_only = DoorState {
        settings: crate::settings::DoorSettings { reading: Reading::UidOnly, ..question.door.settings },
        ..question.door.clone()
    };
    decide(&Question { door: &uid_only, ..*question })
}

/// How long before its end a card is said to end soon, in seconds: a fortnight, in which a new one can be ordered.
pub const ENDS_SOON_S: i64 = 14 * 86_400;

/// Whether something that the card needs, and that holds now, is over within [`ENDS_SOON_S`]: the card, its certificate,
/// or its holder's holding, right to practise or employment. A door that does not know the time never says so.
#[must_use]
pub fn ends_soon(question: &Question<'_>) -> bool {
    let (Some(entry), true) = (question.entry, question.knows_time()) else { return false };
    let at = question.utc.second();
    let soon = |until: Option<UtcS>| until.is_some_and(|until| until.0.saturating_sub(at.0) <= ENDS_SOON_S);
    let window = |window: &Window| window.position(at) == Position::Within && soon(window.until);
    let condition = |condition: &Condition| condition.holds_until(at).is_some_and(soon);
    window(&entry.card)
        || window(&entry.certificate)
        || entry.term_at(at).is_some_and(|term| {
            window(&term.holding) || condition(&term.right_to_practise) || condition(&term.employment)
        })
}

fn card(question: &Question<'_>, reasons: &mut Reasons) {
    if question.generation == Generation(0) || !question.door.is_told() {
        reasons.insert(Reason::NoWhitelist);
    }
    let Some(entry) = question.entry else {
        reasons.insert(Reason::UnknownCard);
        return;
    };
    if question.door.settings.reading.asks_for_credential()
        && let Some(reason) = question.credential.reason()
    {
        reasons.insert(reason);
    }
    blocks(entry, reasons);
    windows(entry, question, reasons);
    match entry.term_at(question.utc.second()) {
        Some(term) => holder(term, question, reasons),
        None => reasons.insert(Reason::NoGrant),
    }
}

fn blocks(entry: &Entry, reasons: &mut Reasons) {
    for block in Block::ALL {
        if entry.blocks.contains(block) {
            reasons.insert(block.reason());
        }
    }
    if entry.blocks.has_unknown() {
        reasons.insert(Reason::BlockedOtherwise);
    }
}

fn windows(entry: &Entry, question: &Question<'_>, reasons: &mut Reasons) {
    window(&entry.card, Reason::CardNotYetValid, Reason::CardExpired, question, reasons);
    window(&entry.certificate, Reason::CertificateNotYetValid, Reason::CertificateExpired, question, reasons);
}

/// What depends on whom the card belongs to.
fn holder(term: &Term, question: &Question<'_>, reasons: &mut Reasons) {
    window(&term.holding, Reason::HoldingNotBegun, Reason::HoldingEnded, question, reasons);
    let of_right = (Reason::RightToPractiseMissing, Reason::RightToPractiseNotBegun, Reason::RightToPractiseEnded);
    condition(&term.right_to_practise, of_right, question, reasons);
    let of_employment = (Reason::EmploymentMissing, Reason::EmploymentNotBegun, Reason::EmploymentEnded);
    condition(&term.employment, of_employment, question, reasons);
    grants(&term.grants, question, reasons);
    refusals(&term.refusals, question, reasons);
}

fn window(window: &Window, before: Reason, after: Reason, question: &Question<'_>, reasons: &mut Reasons) {
    match window.position(question.utc.second()) {
        Position::Within => {}
        Position::Before => not_begun(before, question, reasons),
        Position::After => reasons.insert(after),
    }
}

fn condition(
    condition: &Condition,
    (missing, before, after): (Reason, Reason, Reason),
    question: &Question<'_>,
    reasons: &mut Reasons,
) {
    match condition.position(question.utc.second()) {
        Some(Position::Within) => {}
        Some(Position::Before) => not_begun(before, question, reasons),
        Some(Position::After) => reasons.insert(after),
        None => reasons.insert(missing),
    }
}

/// A door that does not know the time counts from the latest time that it has known. So what is over is
/// over, but what has "not begun" may well have: the second reason says so.
fn not_begun(reason: Reason, question: &Question<'_>, reasons: &mut Reasons) {
    reasons.insert(reason);
    if !question.knows_time() {
        reasons.insert(Reason::TimeUnknown);
    }
}

/// One grant that holds is enough. If none does, the reason is of the one that came closest: right time
/// but wrong hour, then still to come, then over.
///
/// Hours mean nothing to a door that does not know the time. Its settings say what a grant of hours is worth there.
fn grants(grants: &[Grant], question: &Question<'_>, reasons: &mut Reasons) {
    let at = question.utc.second();
    let (mut off_hours, mut coming, mut over) = (false, false, false);
    for grant in grants {
        match grant.window.position(at) {
            Position::Within if in_hours(grant.schedule, question) => return,
            Position::Within => off_hours = true,
            Position::Before => coming = true,
            Position::After => over = true,
        }
    }
    if off_hours {
        not_begun(Reason::OutsideSchedule, question, reasons);
    } else if coming {
        not_begun(Reason::GrantNotBegun, question, reasons);
    } else if over {
        reasons.insert(Reason::GrantEnded);
    } else {
        reasons.insert(Reason::NoGrant);
    }
}

/// Whether the hours of a grant hold. One whose schedule has no hours at all has none either where they all count.
fn in_hours(schedule: ScheduleId, question: &Question<'_>) -> bool {
    if schedule == ScheduleId::ALWAYS || question.knows_time() {
        return question.calendar.holds(schedule, question.utc.second());
    }
    let has_hours = || question.calendar.schedule(schedule).is_some_and(|schedule| !schedule.is_empty());
    question.door.settings.unknown_time == UnknownTime::Allows && has_hours()
}

/// Whether the card passes where nobody else does: in a lockdown, and at a door whose settings say so of a list that is too
/// old. All that is doubtful of an exemption is none.
#[must_use]
pub fn is_exempt(question: &Question<'_>) -> bool {
    let at = question.utc.second();
    let holds = |exemption: &Grant| {
        let known = exemption.schedule == ScheduleId::ALWAYS || question.knows_time();
        known && exemption.window.position(at) == Position::Within && question.calendar.holds(exemption.schedule, at)
    };
    let term = question.entry.and_then(|entry| entry.term_at(at));
    term.is_some_and(|term| term.exemptions.iter().any(holds))
}

/// A refusal is not lifted by what the door does not know: neither by a schedule that it has not, nor by hours or
/// a beginning when it has no time.
fn refusals(refusals: &[Grant], question: &Question<'_>, reasons: &mut Reasons) {
    let (at, timeless) = (question.utc.second(), !question.knows_time());
    for refusal in refusals {
        let begun = match refusal.window.position(at) {
            Position::Within => true,
            Position::Before if timeless => false,
            Position::Before | Position::After => continue,
        };
        let always = refusal.schedule == ScheduleId::ALWAYS;
        let unknown = !always && question.calendar.schedule(refusal.schedule).is_none();
        let doubtful = timeless && (!always || !begun);
        if doubtful {
            reasons.insert(Reason::TimeUnknown);
        }
        if doubtful || unknown || question.calendar.holds(refusal.schedule, at) {
            reasons.insert(Reason::RefusedByRule);
        }
    }
}
