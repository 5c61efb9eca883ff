//! From what is known of a card to its entries at doors.
//!
//! ```text
//! card ─▶ holdings ─▶ person ─▶ groups ─▶ rules ─▶ doors     one line each: door, holding, effect, schedule, span
//!                                         listings ┘         sorted, so that what belongs together is together
//! ```

use std::rc::Rc;

use access::entry::{Condition, ENTRY_LENGTH_MAX, Entry, GRANTS_MAX, Grant, SEALED_KEYS_LENGTH_MAX, ScheduleId, Term};
use access::time::Window;
use rusqlite::Connection;

use super::facts::{Card, Holding, Person};
use super::graph::Graph;
use super::span::{Span, is_more_than, merged};
use crate::site::rules::Effect;
use crate::site::{CardKind, SiteError};

/// Bytes of an entry without its terms, of a term without its lists, and of a line with the wrapping of both, at most:
/// a second within the bounds of windows takes six.
const BYTES: (usize, usize, usize) = (64, 32, 16);

/// A holder's part that is the same at all doors.
pub(in crate::site) struct Holder {
    /// `None` for a card that was never held.
    pub(in crate::site) holding: Option<Holding>,
    pub(in crate::site) person: Option<Rc<Person>>,
    /// Without grants, refusals and exemptions.
    pub(in crate::site) blank: Term,
    /// When card, certificate, holding and conditions hold together.
    possible: Vec<Span>,
}

/// A card with its holders.
pub(in crate::site) struct Bearer {
    pub(in crate::site) card: Card,
    pub(in crate::site) holders: Vec<Holder>,
}

/// An entry, and whether it can open its door at any time if nothing blocks it.
pub(in crate::site) struct Made {
    pub(in crate::site) door: i64,
    pub(in crate::site) entry: Entry,
    pub(in crate::site) is_possible: bool,
}

/// Something that lets in, keeps out or exempts from a lockdown, in the order in which it is gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    door: i64,
    holder: usize,
    effect: Effect,
    schedule: u16,
    span: Span,
}

impl Bearer {
    pub(in crate::site) fn of(db: &Connection, card: Card, as_of: i64) -> Result<Self, SiteError> {
        let mut persons: Vec<(i64, Rc<Person>)> = Vec::new();
        let mut holders = Vec::with_capacity(card.holdings.len());
        for holding in &card.holdings {
            let known = persons.iter().find(|(number, _)| *number == holding.person);
            let person = match known {
                Some((_, person)) => Rc::clone(person),
                None => {
                    let person = Rc::new(Person::of(db, holding.person, as_of)?);
                    persons.push((holding.person, Rc::clone(&person)));
                    person
                }
            };
            holders.push(Holder::of(&card, *holding, person));
        }
        if !card.was_held {
            holders.push(Holder::nobody(&card));
        }
        Ok(Self { card, holders })
    }

    /// Its entries at the doors that `wants` says, in the order of their numbers.
    pub(in crate::site) fn entries(
        &self,
        db: &Connection,
        graph: &mut Graph,
        wants: &dyn Fn(i64) -> bool,
        take: &mut dyn FnMut(Made) -> Result<(), SiteError>,
    ) -> Result<(), SiteError> {
        let mut lines = self.lines(db, graph, wants)?;
        lines.sort_unstable();
        lines.dedup();
        for at_door in lines.chunk_by(|a, b| a.door == b.door) {
            if let Some(made) = self.entry(at_door) {
                take(made)?;
            }
        }
        Ok(())
    }

    fn lines(&self, db: &Connection, graph: &mut Graph, wants: &dyn Fn(i64) -> bool) -> Result<Vec<Line>, SiteError> {
        let mut lines = Vec::new();
        let mut groups = Vec::new();
        for (at, holder) in self.holders.iter().enumerate() {
            for (door, span) in self.card.listings.iter().filter(|(door, _)| wants(*door)) {
                lines.push(Line { door: *door, holder: at, effect: Effect::Allow, schedule: 0, span: *span });
            }
            groups.clear();
            if let (Some(holding), Some(person)) = (&holder.holding, &holder.person) {
                graph.memberships(holding, person, &mut |member| groups.push((member.group, member.span)));
            }
            for (group, member) in &groups {
                for rule in graph.rules(db, *group)?.iter() {
                    let span = member.meet(rule.span);
                    let effect = rule.effect;
                    let line = |door: &i64| Line { door: *door, holder: at, effect, schedule: rule.schedule.0, span };
                    if span.is_possible() {
                        lines.extend(rule.doors.iter().filter(|door| wants(**door)).map(line));
                    }
                }
            }
        }
        lines.retain(|line| line.span.is_possible());
        Ok(lines)
    }

    /// The entry of one door's lines; `None` if nothing lets anybody in.
    fn entry(&self, lines: &[Line]) -> Option<Made> {
        let door = lines.first()?.door;
        let mut entry = Entry::new(self.card.uid);
        (entry.card, entry.certificate) = (self.card.window.window(), self.card.certificate.window());
        entry.blocks = self.card.blocks;
        entry.terms.reserve_exact(self.holders.len());
        let (mut lets_in, mut is_possible) = (false, false);
        let mut rest = lines;
        for (at, holder) in self.holders.iter().enumerate() {
            let (own, others) = rest.split_at(rest.partition_point(|line| line.holder <= at));
            rest = others;
            let (grants, rest_of_own) = own.split_at(own.partition_point(|line| line.effect == Effect::Allow));
            let (refusals, exemptions) =
                rest_of_own.split_at(rest_of_own.partition_point(|line| line.effect == Effect::Deny));
            lets_in |= !grants.is_empty();
            let meets = |line: &Line| holder.possible.iter().any(|span| span.meet(line.span).is_possible());
            is_possible |= grants.iter().any(meets);
            let (grants, refusals, exemptions) = (gathered(grants), gathered(refusals), gathered(exemptions));
            entry.terms.push(Term { grants, refusals, exemptions, ..holder.blank.clone() });
        }
        lets_in.then(|| Made { door, entry: within_bounds(entry), is_possible })
    }
}

impl Holder {
    fn of(card: &Card, holding: Holding, person: Rc<Person>) -> Self {
        let (right, employed) = (person.right(holding.kind), person.employed(holding.kind));
        let mut possible = vec![card.window.meet(card.certificate).meet(holding.span)];
        for condition in [&right, &employed].into_iter().flatten() {
            possible = possible.iter().flat_map(|span| condition.iter().map(|window| span.meet(*window))).collect();
        }
        possible.retain(|span| span.is_possible());
        let blank = Term {
            holding: holding.span.window(),
            right_to_practise: condition(right),
            employment: condition(employed),
            visitor: holding.kind == CardKind::Visitor,
            comfort: person.comfort,
            ..Term::always()
        };
        Self { holding: Some(holding), person: Some(person), blank, possible }
    }

    /// A card that was never given to anybody is limited by its listings alone.
    fn nobody(card: &Card) -> Self {
        let possible = merged(vec![card.window.meet(card.certificate)]);
        let blank = Term { visitor: card.kind == CardKind::Visitor, ..Term::always() };
        Self { holding: None, person: None, blank, possible }
    }

    /// Whether the holder can pass at any time at all, refusals looked at: a rule that keeps out always, or during
    /// the very hours that a grant lets in, leaves nothing of it.
    pub(in crate::site) fn can_pass(&self, term: &Term) -> bool {
        self.can_pass_within(term, Span::ALWAYS)
    }

    /// When everything but the rules lets the holder pass, as far as a span goes.
    pub(in crate::site) fn possible_within(&self, within: Span) -> impl Iterator<Item = Span> {
        self.possible.iter().map(move |possible| possible.meet(within)).filter(|span| span.is_possible())
    }

    /// The same at any time of a span.
    pub(in crate::site) fn can_pass_within(&self, term: &Term, within: Span) -> bool {
        let spans = |schedule: ScheduleId| {
            let binding = term.refusals.iter().filter(|r| r.schedule == ScheduleId::ALWAYS || r.schedule == schedule);
            merged(binding.map(|refusal| Span::of(refusal.window)).collect())
        };
        term.grants.iter().any(|grant| {
            let refused = spans(grant.schedule);
            let span = Span::of(grant.window).meet(within);
            self.possible.iter().map(|possible| possible.meet(span)).any(|span| is_more_than(span, &refused))
        })
    }
}

fn condition(spans: Option<Vec<Span>>) -> Condition {
    spans.map_or(Condition::NotNeeded, |spans| Condition::Needed(spans.into_iter().map(Span::window).collect()))
}

/// Sorted lines of one holder and effect: windows of one schedule that touch or overlap made one, and without what
/// holds at all hours anyway.
fn gathered(lines: &[Line]) -> Vec<Grant> {
    let mut gathered: Vec<(u16, Span)> = Vec::with_capacity(lines.len());
    for line in lines {
        match gathered.last_mut() {
            Some((schedule, last)) if *schedule == line.schedule && line.span.from <= last.until => {
                last.until = last.until.max(line.span.until);
            }
            _ => gathered.push((line.schedule, line.span)),
        }
    }
    let at_all_hours = gathered.partition_point(|(schedule, _)| *schedule == 0);
    let (always, by_hours) = gathered.split_at(at_all_hours);
    let needed = by_hours.iter().filter(|(_, span)| !always.iter().any(|(_, always)| always.covers(*span)));
    let grant = |(schedule, span): &(u16, Span)| Grant { window: span.window(), schedule: ScheduleId(*schedule) };
    always.iter().chain(needed).map(grant).collect()
}

/// Nearly all entries are far within their bounds, which is seen without writing them.
fn within_bounds(mut entry: Entry) -> Entry {
    let of_term = |term: &Term| {
        let windows = |condition: &Condition| match condition {
            Condition::NotNeeded => 0,
            Condition::Needed(windows) => windows.len(),
        };
        let lines = term.grants.len()
            + term.refusals.len()
            + term.exemptions.len()
            + windows(&term.right_to_practise)
            + windows(&term.employment);
        (lines, BYTES.1 + lines * BYTES.2)
    };
    let bytes = BYTES.0 + entry.terms.iter().map(|term| of_term(term).1).sum::<usize>();
    let is_small = entry.terms.len() == 1 && entry.terms.iter().all(|term| of_term(term).0 <= CONDITIONS_SMALL);
    if is_small && bytes <= ENTRY_LENGTH_MAX - SEALED_KEYS_LENGTH_MAX {
        return entry;
    }
    for term in &mut entry.terms {
        // What is cut is cut from the end.
        for lines in [&mut term.grants, &mut term.exemptions] {
            if lines.len() > GRANTS_MAX {
                lines.sort_by_key(|line| std::cmp::Reverse(Span::of(line.window).until));
            }
        }
        for condition in [&mut term.right_to_practise, &mut term.employment] {
            latest_first(condition);
        }
    }
    entry.fitted()
}

/// So few lines that no list of a term can be too long.
const CONDITIONS_SMALL: usize = access::entry::CONDITION_WINDOWS_MAX;

fn latest_first(condition: &mut Condition) {
    if let Condition::Needed(windows) = condition
        && windows.len() > access::entry::CONDITION_WINDOWS_MAX
    {
        windows.sort_by_key(|window: &Window| std::cmp::Reverse(Span::of(*window).until));
    }
}
