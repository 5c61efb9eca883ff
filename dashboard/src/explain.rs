//! Why a card passed a door or did not, or whether it would: what the site database says of that door and card as
//! of a generation, and the decision made from it again by the function that the door runs.
//!
//! ```text
//! event ──▶ generation, state, card ──▶ db::explain ──▶ access::decide ──▶ conditions, one by one
//! ```

use access::calendar::Calendar;
use access::decide::{Credential, Decision, Presented, Question, judge_with};
use access::entry::{Condition, Entry, ScheduleId, Term};
use access::event::EventKind;
use access::id::DoorId;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::{Beyond, UnknownTime};
use access::state::DoorState;
use access::time::{ClockTrust, Position, UtcMs, UtcS};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{
    Absent, Concern, Effect, EventFilter, EventView, Explained, Names, PersonId, RightView, Seek, Site, SiteError,
    Subject,
};

mod evidence;
mod ordered;
mod part;
mod words;

use evidence::Evidence;
pub(crate) use ordered::{Ordered, ordered};
pub(crate) use part::{Finding, Part};
pub(crate) use words::{Trace, Words, matched, say};

/// All that a decision came from.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) door: DoorId,
    pub(crate) door_name: String,
    /// All that the door is called, for what is said in each language.
    pub(crate) door_names: Names,
    pub(crate) uid: Option<Uid>,
    pub(crate) at: UtcMs,
    trust: ClockTrust,
    presented: Presented,
    credential: Credential,
    side: Side,
    state: DoorState,
    pub(crate) generation: Generation,
    /// What the door decided, if it did.
    pub(crate) recorded: Option<Decision>,
    /// What the site knew; nothing if no card was read.
    pub(crate) explained: Option<Explained>,
    /// The holder's rights to practise as they are now, with where they came from.
    rights: Vec<RightView>,
    /// What the door noticed and let pass.
    noted: Reasons,
    /// What lies behind what only the door could know.
    evidence: Evidence,
}

/// One event of the log.
///
/// # Errors
/// [`SiteError::NotFound`].
pub(crate) fn event(site: &Site, id: i64) -> Result<EventView, SiteError> {
    let found = site.events(&EventFilter::default(), Seek::After(id.saturating_sub(1)), 1)?;
    found
        .into_iter()
        .find(|event| event.id == id)
        .ok_or_else(|| SiteError::NotFound { what: "event", id: id.to_string() })
}

/// The cards that a question about a person is about: those that the person holds then; if none, those that were the
/// person's last and are nobody else's then, so that the answer says what has ended or not begun.
pub(crate) fn cards_of(site: &Site, person: PersonId, at: UtcS) -> Result<Vec<Uid>, SiteError> {
    let cards = site.person(person)?.cards;
    let held = site.cards_held(person, at, site.latest()?)?;
    if !held.is_empty() {
        return Ok(held);
    }
    let mut free = Vec::new();
    for card in cards {
        if site.holder_at(&card.uid, UtcMs(at.0.saturating_mul(1_000)))?.is_none() {
            free.push(card.uid);
        }
    }
    Ok(free)
}

impl Case {
    /// Of a tap in the log, with everything as it was at that door then. `None` if the event is no tap, and for whoever is
    /// limited if its door or its card is not within: what decided there is not theirs to see.
    pub(crate) fn of_event(site: &Site, view: &EventView) -> Result<Option<Self>, SiteError> {
        let event = &view.event;
        let EventKind::Tap { side, presented, credential, decision, noted, .. } = event.kind else { return Ok(None) };
        let uid = event.subject.map(|subject| subject.uid);
        if site.limit().is_some() {
            let card = uid.map(Subject::Card);
            for subject in [Some(Subject::Door(view.door.clone())), card].into_iter().flatten() {
                if !site.sees(&subject)? {
                    return Ok(None);
                }
            }
        }
        // A lockdown in it ends by the event's own time, as it did for the door: the mode may be told a second late.
        let state = match site.door_state(&view.door, event.state_generation) {
            // It had not been told anything yet.
            Err(SiteError::NotFound { .. }) => DoorState::default(),
            known => known?,
        };
        let explained = uid.map(|uid| site.explain(&view.door, &uid, event.generation)).transpose()?;
        let case = Self {
            door: view.door.clone(),
            door_name: view.door_name.clone(),
            door_names: site.door(&view.door)?.names,
            uid,
            at: event.utc,
            trust: event.trust,
            presented,
            credential,
            side,
            state,
            generation: event.generation,
            recorded: Some(decision),
            explained,
            rights: Vec::new(),
            noted,
            evidence: evidence::gather(site, view)?,
        };
        case.with_rights(site).map(Some)
    }

    /// Of a card that would be held to a door at a time, by what is true now, if it were read well.
    pub(crate) fn of_question(site: &Site, door: &DoorId, uid: Uid, at: UtcMs) -> Result<Self, SiteError> {
        let generation = site.latest()?;
        let view = site.door(door)?;
        let state = site.door_state(door, generation)?;
        let asks = state.settings.reading.asks_for_credential();
        let case = Self {
            door: door.clone(),
            door_name: view.name,
            door_names: view.names,
            uid: Some(uid),
            at,
            trust: ClockTrust::Synchronised,
            presented: Presented::Classic1k,
            credential: if asks { Credential::Verified } else { Credential::NotAsked },
            side: Side::In,
            state,
            generation,
            recorded: None,
            explained: Some(site.explain(door, &uid, generation)?),
            rights: Vec::new(),
            noted: Reasons::NONE,
            evidence: Evidence::of_question(site, door, at)?,
        };
        case.with_rights(site)
    }

    /// A check decides nothing and is not kept version by version, so that it is told as it is now.
    fn with_rights(mut self, site: &Site) -> Result<Self, SiteError> {
        let asked = self.term().is_some_and(|(_, term)| needed(&term.right_to_practise));
        if let (true, Some(person)) = (asked, self.holder()) {
            self.rights = site.rights(person)?;
        }
        Ok(self)
    }

    /// The decision made again.
    pub(crate) fn decision(&self) -> Decision {
        self.decide(self.explained.as_ref().and_then(|explained| explained.entry.as_ref()))
    }

    /// Whether the decision made again is the one that the door made.
    pub(crate) fn agrees(&self) -> Option<bool> {
        self.recorded.map(|recorded| recorded.reasons == self.decision().reasons)
    }

    fn decide(&self, entry: Option<&Entry>) -> Decision {
        let empty = Calendar::empty();
        let question = Question {
            presented: self.presented,
            entry,
            credential: self.credential,
            calendar: self.explained.as_ref().map_or(&empty, |explained| &explained.calendar),
            door: &self.state,
            side: self.side,
            generation: self.generation,
            utc: self.at,
            trust: self.trust,
        };
        judge_with(&question, self.local())
    }

    /// What only the door could know, of a tap in the log: it is taken from there.
    fn local(&self) -> Reasons {
        let recorded = self.recorded.map_or(Reasons::NONE, |decision| decision.reasons);
        recorded.iter().filter(|reason| reason.is_local()).collect()
    }

    /// The entry that the conditions are read from: the door's, or the one that it would have been told.
    fn entry(&self) -> Option<&Entry> {
        let explained = self.explained.as_ref()?;
        explained.entry.as_ref().or(match &explained.absent {
            Some(Absent::NeverPossible(entry)) => Some(entry),
            _ => None,
        })
    }

    /// The holder at that time.
    fn term(&self) -> Option<(usize, &Term)> {
        let entry = self.entry()?;
        let term = entry.term_at(self.at.second())?;
        Some((entry.terms.iter().position(|other| std::ptr::eq(other, term))?, term))
    }

    /// Whose card it was then, by the terms of the explanation.
    pub(crate) fn holder(&self) -> Option<PersonId> {
        let (place, _) = self.term()?;
        self.explained.as_ref()?.terms.get(place).map(|term| term.person)
    }

    /// All reasons: those of the decision, and those that lie behind a card's absence from the list.
    fn reasons(&self) -> Reasons {
        let mut reasons = self.decision().reasons;
        let listed = self.explained.as_ref().is_some_and(|explained| explained.entry.is_some());
        if let (false, Some(entry)) = (listed, self.entry()) {
            self.decide(Some(entry)).reasons.iter().for_each(|reason| reasons.insert(reason));
        }
        reasons
    }

    /// What the person hears of: the reasons of the decision; of a card that the door does not list also why not, as
    /// far as it lies with the card and its holder.
    fn told(&self, decision: Decision) -> Reasons {
        if decision.reasons.contains(Reason::UnknownCard) {
            decision.reasons.iter().chain(self.reasons().iter()).collect()
        } else {
            decision.reasons
        }
    }

    /// What a condition was found to be, and the reasons if it fails.
    pub(crate) fn finding(&self, part: Part) -> (Finding, Vec<Reason>) {
        let reasons: Vec<Reason> = self.reasons().iter().filter(|reason| Part::of(*reason) == part).collect();
        let finding = if !reasons.is_empty() {
            Finding::Fails
        } else if self.came_to(part) {
            Finding::Holds
        } else {
            Finding::Unchecked
        };
        (finding, reasons)
    }

    fn came_to(&self, part: Part) -> bool {
        let read = self.presented == Presented::Classic1k;
        match part {
            Part::Reading | Part::Mode => true,
            // Only the door knows, and it has told.
            Part::Passage | Part::Company | Part::Chamber | Part::Attempts | Part::Age => {
                read && self.recorded.is_some() && self.asked(part)
            }
            Part::Listed => read,
            Part::Time => self.trust == ClockTrust::Synchronised,
            Part::Credential => {
                let asks = self.state.settings.reading.asks_for_credential();
                read && asks && self.credential != Credential::NotAsked
            }
            Part::Block | Part::Card => read && self.entry().is_some(),
            Part::Certificate => {
                read && self.explained.as_ref().is_some_and(|explained| !explained.certificates.is_empty())
            }
            Part::Holding | Part::Rules => read && self.term().is_some(),
            Part::Right => read && self.term().is_some_and(|(_, term)| needed(&term.right_to_practise)),
            Part::Employment => read && self.term().is_some_and(|(_, term)| needed(&term.employment)),
        }
    }

    /// Whether the door looks at it at all, as it is set up.
    fn asked(&self, part: Part) -> bool {
        let settings = &self.state.settings;
        match part {
            Part::Passage => !self.state.passback.is_empty(),
            Part::Company => {
                let escorted = settings.escort_s.is_some() && self.term().is_some_and(|(_, term)| term.visitor);
                self.side == Side::In && (settings.two_person_s.is_some() || escorted)
            }
            Part::Age => self.side == Side::In && settings.age.is_some_and(|age| age.beyond != Beyond::GoesOn),
            // The door does not tell what it is in a lock chamber with.
            Part::Chamber => false,
            _ => true,
        }
    }

    /// Whether the hours of a rule that lets in counted, because the door did not know the time and is set so.
    fn hours_count(&self, concern: &Concern) -> bool {
        self.trust != ClockTrust::Synchronised
            && self.state.settings.unknown_time == UnknownTime::Allows
            && concern.effect == Effect::Allow
            && concern.hours.as_ref().is_some_and(|(_, hours)| !hours.is_empty())
    }

    /// The rules that concern the holder at that time, and whether each held then.
    pub(crate) fn concerns(&self) -> Vec<(&Concern, bool)> {
        let Some(explained) = &self.explained else { return Vec::new() };
        let place = self.term().map(|(place, _)| place);
        let at = self.at.second();
        let holds = |concern: &Concern| {
            let within = |window: &access::time::Window| window.position(at) == Position::Within;
            let hours = concern.schedule == ScheduleId::ALWAYS
                || self.hours_count(concern)
                || concern.hours.as_ref().is_some_and(|(_, hours)| {
                    hours.holds(explained.calendar.zone.local(at), &explained.calendar.holidays)
                });
            within(&concern.member) && within(&concern.window) && hours
        };
        let theirs = explained.rules.iter().filter(|concern| place.is_none_or(|place| concern.term == place));
        theirs.map(|concern| (concern, holds(concern))).collect()
    }
}

fn needed(condition: &Condition) -> bool {
    *condition != Condition::NotNeeded
}
