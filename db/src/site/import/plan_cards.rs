//! Rows of cards, held against the site.

use std::collections::HashSet;

use super::plan::{Action, Planner, Seen, Who, differing};
use super::rows::{CardRow, DifferenceKind, ImportRows, ImportTable};
use crate::site::cards::state::{self, State};
use crate::site::life::Refusal;
use crate::site::{CardKind, Life, NewCard, SiteError, cards, holdings, limits};

/// Holds the rows of cards against the site.
pub(super) fn cards<'a>(planner: &mut Planner<'a>, rows: &'a ImportRows) -> Result<(), SiteError> {
    let mut seen = HashSet::new();
    for card in &rows.cards {
        let key = card.uid.hex();
        let at = Seen { table: ImportTable::Cards, row: Some(card.row), key: &key };
        if !planner.sound(&at, cards::check(&card.uid, card.window))? {
            continue;
        }
        if !seen.insert(card.uid) {
            planner.error(&at, "uid", "duplicate");
            continue;
        }
        let who = match &card.person {
            None => None,
            // Who has a backup card is for the desk to say, which looks at a document.
            Some(_) if card.kind == CardKind::Backup => {
                planner.error(&at, "person", "is-backup");
                continue;
            }
            Some(person) => match planner.who(&at, person)? {
                Some(who) => Some(who),
                None => continue,
            },
        };
        match state::find(planner.db, &card.uid)? {
            None => add(planner, &at, card, who)?,
            Some(known) => change(planner, &at, card, who, &known)?,
        }
    }
    Ok(())
}

fn add<'a>(planner: &mut Planner<'a>, at: &Seen<'_>, card: &CardRow, who: Option<Who<'a>>) -> Result<(), SiteError> {
    let zone = limits::zone(planner.db)?;
    let limited = limits::of_card(card.kind).apply(&zone, "window", card.window, planner.now);
    if planner.sound(at, limited)? {
        let new = NewCard::new(card.uid, card.kind, card.window);
        planner.differs(at, DifferenceKind::Added, Vec::new(), Action::AddCard(new));
        planner.actions.extend(who.map(|who| Action::GiveCard(card.uid, who)));
    }
    Ok(())
}

fn change<'a>(
    planner: &mut Planner<'a>,
    at: &Seen<'_>,
    card: &CardRow,
    who: Option<Who<'a>>,
    known: &State,
) -> Result<(), SiteError> {
    if known.kind != card.kind {
        planner.error(at, "kind", "differs");
        return Ok(());
    }
    let limited = cards::limited(planner.db, &card.uid, known, card.window);
    let window = match limited {
        Ok(window) => window,
        Err(refused) => {
            planner.sound::<()>(at, Err(refused))?;
            return Ok(());
        }
    };
    let held = holdings::from_then_on(planner.db, &card.uid, planner.now)?;
    let has = |who: &Who<'_>| matches!(who, Who::Known(id) if held.iter().any(|holding| holding.person == *id));
    let given = who.filter(|who| !has(who));
    // A register does not know that a card came back or was lost, and must not put it into use again.
    if given.is_some() && matches!(known.life, Life::Returned | Life::Blocked | Life::Retired) {
        planner.error(at, "person", Refusal::Is(known.life).code());
        return Ok(());
    }
    let columns = differing(&[
        ("from", known.window.from != window.from),
        ("until", known.window.until != window.until),
        ("person", given.is_some()),
    ]);
    let state = State { window, ..*known };
    planner.changed(at, columns, Action::CardWindow(card.uid, state));
    planner.actions.extend(given.map(|who| Action::GiveCard(card.uid, who)));
    Ok(())
}
