//! Whom a selection means.

use std::collections::BTreeSet;

use access::uid::Uid;
use rusqlite::Connection;

use super::types::{BULK_MAX, BulkSelection, Target};
use crate::site::{CardFilter, CardPage, CardView, LIST_MAX, PeopleFilter, PersonId, SiteError, cards, row};

/// The targets in the order of their numbers, each once, as cards or as people, and the numbers that nobody has.
pub(super) fn targets(
    db: &Connection,
    selection: &BulkSelection,
    of_cards: bool,
) -> Result<(Vec<Target>, Vec<String>), SiteError> {
    let (people, cards, unknown) = selected(db, selection)?;
    let mut targets = Vec::new();
    let mut seen = BTreeSet::new();
    for person in people {
        let name = name(db, person)?;
        if !of_cards {
            targets.push(Target { person: Some((person, name)), uid: None, left_out: None });
            continue;
        }
        let own = cards::of_person(db, person)?;
        if own.is_empty() {
            targets.push(Target { person: Some((person, name.clone())), uid: None, left_out: None });
        }
        targets.extend(own.into_iter().map(of_card));
    }
    for card in cards {
        let mut target = of_card(card);
        if !of_cards {
            // Somebody with two cards is one person.
            if target.person.as_ref().is_some_and(|(person, _)| !seen.insert(*person)) {
                continue;
            }
            target.uid = target.uid.filter(|_| target.person.is_none());
        }
        targets.push(target);
    }
    if targets.len() > BULK_MAX {
        return Err(SiteError::invalid("selection", "too-many"));
    }
    if targets.is_empty() && unknown.is_empty() {
        return Err(SiteError::invalid("selection", "empty"));
    }
    Ok((targets, unknown))
}

type Selected = (BTreeSet<PersonId>, Vec<CardView>, Vec<String>);

fn selected(db: &Connection, selection: &BulkSelection) -> Result<Selected, SiteError> {
    let mut unknown = Vec::new();
    let mut people = BTreeSet::new();
    let mut found = Vec::new();
    match selection {
        BulkSelection::People(ids) => people.extend(ids.iter().copied()),
        BulkSelection::PeopleMatching(filter) => people = matching_people(db, filter)?,
        BulkSelection::CardsMatching(filter) => found = matching_cards(db, filter)?,
        BulkSelection::Cards(uids) => {
            let uids: BTreeSet<&Uid> = bounded(uids)?.iter().collect();
            found = uids.into_iter().map(|uid| cards::one(db, uid)).collect::<Result<_, _>>()?;
        }
        BulkSelection::PeopleNumbered(numbers) => {
            for number in bounded(numbers)? {
                let mut statement = row::prepare(db, "SELECT id FROM person WHERE external_id = $1")?;
                match row::first(statement.query([number])?, |r| Ok(PersonId(r.get(0)?)))? {
                    Some(person) => drop(people.insert(person)),
                    None => unknown.push(number.clone()),
                }
            }
        }
        BulkSelection::CardsNumbered(numbers) => {
            let mut uids = BTreeSet::new();
            for number in bounded(numbers)? {
                match number.parse::<Uid>() {
                    Ok(uid) if cards::exists(db, &uid)? => drop(uids.insert(uid)),
                    _ => unknown.push(number.clone()),
                }
            }
            found = uids.iter().map(|uid| cards::one(db, uid)).collect::<Result<_, _>>()?;
        }
    }
    if people.len() > BULK_MAX || found.len() > BULK_MAX {
        return Err(SiteError::invalid("selection", "too-many"));
    }
    Ok((people, found, unknown))
}

fn bounded<T>(list: &[T]) -> Result<&[T], SiteError> {
    if list.len() > BULK_MAX { Err(SiteError::invalid("selection", "too-many")) } else { Ok(list) }
}

fn matching_people(db: &Connection, filter: &PeopleFilter) -> Result<BTreeSet<PersonId>, SiteError> {
    let pattern = filter.text.as_deref().map(|text| row::containing(&text.trim().to_lowercase()));
    let mut statement = row::prepare(
        db,
        r"SELECT id FROM person WHERE ($1 IS NULL OR search LIKE $1 ESCAPE '\') ORDER BY id LIMIT $2",
    )?;
    let most = i64::try_from(BULK_MAX + 1).unwrap_or(i64::MAX);
    let rows = row::all(statement.query((pattern, most))?, |r| Ok(PersonId(r.get(0)?)))?;
    Ok(rows.into_iter().collect())
}

fn matching_cards(db: &Connection, filter: &CardFilter) -> Result<Vec<CardView>, SiteError> {
    let mut found: Vec<CardView> = Vec::new();
    loop {
        let after = found.last().map(|card| card.uid);
        let rows = cards::page(db, filter, CardPage { after, limit: LIST_MAX })?;
        let is_last = rows.len() < LIST_MAX as usize;
        found.extend(rows);
        if is_last || found.len() > BULK_MAX {
            return Ok(found);
        }
    }
}

fn of_card(card: CardView) -> Target {
    Target { person: card.holder, uid: Some(card.uid), left_out: None }
}

fn name(db: &Connection, person: PersonId) -> Result<String, SiteError> {
    let mut statement = row::prepare(db, "SELECT name FROM person WHERE id = $1")?;
    let name = row::first(statement.query([person.0])?, |r| Ok(r.get(0)?))?;
    name.ok_or(SiteError::invalid("selection", "unknown-person"))
}
