//! What the log says of the reasons that only the door could know: the entry before, the denials that led to a
//! lockout, the first card of two.

use access::event::EventKind;
use access::id::DoorId;
use access::reason::{Reason, Reasons};
use access::time::UtcMs;
use db::site::{AreaId, EventFilter, EventView, LockdownScope, LockdownView, Seek, Site, SiteError};

/// Events that are looked at and told for one reason: as many as can lock a card out.
const TOLD_MAX: u32 = 20;

/// How long before a tap its company may have come, in milliseconds: the longest that a door waits for a second card.
const COMPANY_MS: i64 = 1_000 * access::settings::DoorSettings::SECOND_CARD_S_MAX as i64;

/// Lockdowns that are looked at.
const LOCKDOWNS_MAX: u32 = 200;

/// What lies behind what a door decided by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// For each reason the events that led to it, oldest first.
    pub(crate) events: Vec<(Reason, Vec<EventView>)>,
    /// The lockdowns that reached the door then, with who ordered them and why.
    pub(crate) lockdowns: Vec<LockdownView>,
    /// Since when the card has not been used, if it is paused for that.
    pub(crate) last_used: Option<UtcMs>,
    /// Somebody whose card was there shortly before: the first of two, or a visitor.
    pub(crate) company: Option<EventView>,
}

impl Evidence {
    /// For a question: the lockdowns that reach the door at that time, as far as they are known now.
    pub(crate) fn of_question(site: &Site, door: &DoorId, at: UtcMs) -> Result<Self, SiteError> {
        Ok(Self { lockdowns: lockdowns(site, door, at)?, ..Self::default() })
    }
}

/// Gathers it for a tap of the log.
pub(crate) fn gather(site: &Site, view: &EventView) -> Result<Evidence, SiteError> {
    let EventKind::Tap { decision, noted, .. } = view.event.kind else { return Ok(Evidence::default()) };
    let mut evidence = Evidence::default();
    let all: Reasons = decision.reasons.iter().chain(noted.iter()).collect();
    for reason in all.iter() {
        let events = match reason {
            Reason::Passback => last(site, &of_card(view, "entered"), view, 1)?,
            Reason::LockedOut => denials(site, view)?,
            Reason::ListTooOld => last(site, &of_door(view, "list-too-old"), view, 1)?,
            _ => Vec::new(),
        };
        if !events.is_empty() {
            evidence.events.push((reason, events));
        }
    }
    if all.contains(Reason::CardInactive) {
        let used = last(site, &of_card(view, "granted"), view, 1)?;
        evidence.last_used = used.first().map(|event| event.event.utc);
    }
    if all.contains(Reason::LockedDown) {
        evidence.lockdowns = lockdowns(site, &view.door, view.event.utc)?;
    }
    if decision.granted() {
        evidence.company = company(site, view)?;
    }
    Ok(evidence)
}

fn of_card(view: &EventView, code: &str) -> EventFilter {
    EventFilter {
        uids: view.event.subject.map(|subject| subject.uid).into_iter().collect(),
        codes: vec![code.to_owned()],
        ..EventFilter::default()
    }
}

fn of_door(view: &EventView, code: &str) -> EventFilter {
    EventFilter { doors: vec![view.door.clone()], codes: vec![code.to_owned()], ..EventFilter::default() }
}

/// The last so many before this one, oldest first.
fn last(site: &Site, filter: &EventFilter, view: &EventView, limit: u32) -> Result<Vec<EventView>, SiteError> {
    let mut found = site.events(filter, Seek::Before(view.id), limit)?;
    found.reverse();
    Ok(found)
}

/// The denials of this card at this door, or of unlisted cards, since the lockout that is meant was near.
fn denials(site: &Site, view: &EventView) -> Result<Vec<EventView>, SiteError> {
    let lockout = site.door_state(&view.door, view.event.state_generation).map(|state| state.settings.lockout);
    let lockout = lockout.unwrap_or(access::settings::Lockout::DEFAULT);
    let span_ms = 1_000 * (i64::from(lockout.within_s) + i64::from(lockout.for_s));
    let filter = EventFilter {
        doors: vec![view.door.clone()],
        from: Some(UtcMs(view.event.utc.0.saturating_sub(span_ms))),
        ..of_card(view, "denied")
    };
    let mut found = last(site, &filter, view, TOLD_MAX)?;
    found.retain(|event| match event.event.kind {
        EventKind::Tap { decision, .. } => !decision.reasons.contains(Reason::LockedOut),
        _ => false,
    });
    Ok(found)
}

/// The card that was told to wait for another, shortly before this one was granted.
fn company(site: &Site, view: &EventView) -> Result<Option<EventView>, SiteError> {
    let filter = EventFilter {
        doors: vec![view.door.clone()],
        codes: vec!["denied".to_owned()],
        from: Some(UtcMs(view.event.utc.0.saturating_sub(COMPANY_MS))),
        ..EventFilter::default()
    };
    let waits = |event: &EventView| match event.event.kind {
        EventKind::Tap { decision, .. } => {
            decision.reasons.contains(Reason::SecondPersonNeeded) || decision.reasons.contains(Reason::EscortNeeded)
        }
        _ => false,
    };
    Ok(last(site, &filter, view, 1)?.into_iter().find(waits))
}

/// The lockdowns that were on at the door then.
fn lockdowns(site: &Site, door: &DoorId, at: UtcMs) -> Result<Vec<LockdownView>, SiteError> {
    let mut found = site.lockdowns(None, LOCKDOWNS_MAX)?;
    found.retain(|one| {
        let on = one.at <= at && one.lifted.as_ref().is_none_or(|lifted| at < lifted.at);
        on && one.until.is_none_or(|until| at.second() < until)
    });
    let mut reached = Vec::new();
    for one in found {
        let reaches = match &one.scope {
            LockdownScope::Site => true,
            LockdownScope::Door(other) => other == door,
            // An area that was removed since reaches nothing that can still be told.
            LockdownScope::Area(area) => match site.area(AreaId(*area)) {
                Err(SiteError::NotFound { .. }) => false,
                area => area?.doors.iter().any(|(other, _)| other == door),
            },
        };
        if reaches {
            reached.push(one);
        }
    }
    Ok(reached)
}
