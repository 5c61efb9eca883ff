//! Which doors some changes gave to a person, and which they took, after they were made.
//!
//! A preview says it of rules before they are saved. An employment, a right to practise and a card are saved at once, and
//! said to have given or taken what they did: from an instant on, so that what ends today counts as taken, though it let
//! somebody in until now. Blocks of cards are looked past, as in a preview.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use access::entry::Term;
use access::time::UtcS;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::preview::{Preview, Standings, combined};
use crate::site::whitelist::{self, Doors, Graph, Holder, Range, Span};
use crate::site::{PersonId, Site, SiteError, row};

impl Site {
    /// Which doors a person can pass at some time from an instant on as of the second generation and could not as of the
    /// first, and the other way round. It costs what the person's own cards open.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn gained(
        &self,
        person: PersonId,
        (before, after): (Generation, Generation),
        from: UtcS,
    ) -> Result<Preview, SiteError> {
        let within = Span { from: from.0, ..Span::ALWAYS };
        self.read(|db| {
            let mut standing = Standings::new();
            stand(db, person, before, within, &mut |door, how| {
                let (before, _) = standing.entry((person.0, door)).or_default();
                *before = combined(*before, how);
            })?;
            stand(db, person, after, within, &mut |door, how| {
                let (_, after) = standing.entry((person.0, door)).or_default();
                *after = combined(*after, how);
            })?;
            Preview::of(db, standing, Vec::new(), &Doors::read(db)?)
        })
    }
}

/// Tells for each card of the person at each door what lets them pass, as a number.
fn stand(
    db: &Connection,
    person: PersonId,
    as_of: Generation,
    within: Span,
    tell: &mut dyn FnMut(i64, u64),
) -> Result<(), SiteError> {
    let as_of = row::generation(as_of);
    let mut cards = BTreeSet::new();
    whitelist::cards_of_person(db, person.0, Range::as_of(as_of), &mut |uid| {
        cards.insert(uid);
    })?;
    let mut graph = Graph::new(db, as_of, None)?;
    for uid in cards {
        whitelist::listed(db, &mut graph, &uid, &|_| true, &mut |bearer, made| {
            for (holder, term) in bearer.holders.iter().zip(&made.entry.terms) {
                let theirs = holder.holding.is_some_and(|holding| holding.person == person.0);
                if theirs && holder.can_pass_within(term, within) {
                    tell(made.door, number_of(&uid, holder, term, within));
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A number for when one card lets its holder pass; another one for other times.
fn number_of(uid: &Uid, holder: &Holder, term: &Term, within: Span) -> u64 {
    let mut hasher = DefaultHasher::new();
    uid.hash(&mut hasher);
    for span in holder.possible_within(within) {
        (span.from, span.until).hash(&mut hasher);
    }
    for (kind, grants) in [&term.grants, &term.refusals, &term.exemptions].into_iter().enumerate() {
        for grant in grants {
            let span = Span::of(grant.window).meet(within);
            if span.is_possible() {
                (kind, span.from, span.until, grant.schedule).hash(&mut hasher);
            }
        }
    }
    hasher.finish() | 1
}
