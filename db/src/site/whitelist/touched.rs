//! What the changes between two generations may have touched. A pair that is missed here is a card that goes on
//! opening a door, so all that could matter counts: an entry differs only if a row that it is made of began or
//! ended, and every table that entries are made of is here.
//!
//! ```text
//! card_state, card_credential, card_certificate, holding  ─▶ card               ─▶ all its doors
//! employment, right_to_practise, person_comfort           ─▶ person ─▶ cards    ─▶ all their doors
//! group_member                                            ─▶ person ─▶ cards    ─▶ doors of the group's rules
//! group_match                                             ─▶ whoever matches    ─▶ doors of the group's rules
//! rule_state                                              ─▶ group ─▶ cards     ─▶ doors of the area
//! area_door                                               ─▶ groups of the area's rules ─▶ cards ─▶ that door
//! listing                                                 ─▶ that card, that door
//! door_setting, if the door begins or ceases to ask for credentials ─▶ all its cards
//! ```

use std::collections::{BTreeMap, BTreeSet};

use access::uid::Uid;
use rusqlite::Connection;
use rusqlite::types::FromSql;

use super::reach::{self, Matching, Range};
use crate::site::{SiteError, row};

/// Two generations: after the one, through the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Between {
    pub(super) after: i64,
    pub(super) through: i64,
}

/// Doors and cards, by number of the door and bytes of the card, each pair once.
pub(super) fn pairs(db: &Connection, between: Between) -> Result<Vec<(i64, Uid)>, SiteError> {
    let mut found = Found { range: Range { after: between.after, through: between.through }, pairs: Vec::new() };
    let cards = found.cards(db, between)?;
    found.members(db, between, &cards)?;
    found.matches(db, between)?;
    found.rules(db, between)?;
    found.doors(db, between)?;
    found.pairs.sort_unstable_by(|a, b| (a.0, a.1.as_bytes()).cmp(&(b.0, b.1.as_bytes())));
    found.pairs.dedup();
    Ok(found.pairs)
}

impl Between {
    /// Whether a row of this table began or ended.
    pub(super) fn touches(self, db: &Connection, table: &'static str) -> Result<bool, SiteError> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE since > $1 AND since <= $2)
                 OR EXISTS (SELECT 1 FROM {table} WHERE until > $1 AND until <= $2)"
        );
        Ok(row::prepare(db, &sql)?.query_row((self.after, self.through), |row| row.get(0))?)
    }

    /// One column of the rows of this table that began or ended.
    fn touched<T: FromSql>(
        self,
        db: &Connection,
        table: &'static str,
        column: &'static str,
    ) -> Result<Vec<T>, SiteError> {
        let sql = format!(
            "SELECT {column} FROM {table} WHERE since > $1 AND since <= $2
             UNION SELECT {column} FROM {table} WHERE until > $1 AND until <= $2"
        );
        let mut statement = row::prepare(db, &sql)?;
        row::all(statement.query((self.after, self.through))?, |r| Ok(r.get(0)?))
    }

    /// The same for two columns of numbers.
    fn touched_two(
        self,
        db: &Connection,
        table: &'static str,
        columns: &'static str,
    ) -> Result<Vec<(i64, i64)>, SiteError> {
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE since > $1 AND since <= $2
             UNION SELECT {columns} FROM {table} WHERE until > $1 AND until <= $2"
        );
        let mut statement = row::prepare(db, &sql)?;
        row::all(statement.query((self.after, self.through))?, |r| Ok((r.get(0)?, r.get(1)?)))
    }
}

struct Found {
    range: Range,
    pairs: Vec<(i64, Uid)>,
}

impl Found {
    /// Cards that were touched themselves or by their holders, at all their doors.
    fn cards(&mut self, db: &Connection, between: Between) -> Result<BTreeSet<Uid>, SiteError> {
        let mut cards = BTreeSet::new();
        for table in ["card_state", "card_credential", "card_certificate", "holding"] {
            for bytes in between.touched::<Vec<u8>>(db, table, "uid")? {
                cards.insert(Uid::new(&bytes).map_err(|_| SiteError::corrupt("card"))?);
            }
        }
        let mut persons = BTreeSet::new();
        for table in ["employment", "right_to_practise", "person_comfort"] {
            persons.extend(between.touched::<i64>(db, table, "person")?);
        }
        for person in persons {
            reach::cards_of_person(db, person, self.range, &mut |uid| {
                cards.insert(uid);
            })?;
        }
        for uid in &cards {
            let doors = reach::doors_of_card(db, uid, self.range)?;
            self.pairs.extend(doors.into_iter().map(|door| (door, *uid)));
        }
        Ok(cards)
    }

    fn members(&mut self, db: &Connection, between: Between, done: &BTreeSet<Uid>) -> Result<(), SiteError> {
        let mut members = between.touched_two(db, "group_member", "grp, person")?;
        members.sort_unstable();
        for of_group in members.chunk_by(|a, b| a.0 == b.0) {
            let Some((group, _)) = of_group.first() else { continue };
            let doors = reach::doors_of_group(db, *group, self.range)?;
            for (_, person) in of_group {
                reach::cards_of_person(db, *person, self.range, &mut |uid| {
                    if !done.contains(&uid) {
                        self.pairs.extend(doors.iter().map(|door| (*door, uid)));
                    }
                })?;
            }
        }
        Ok(())
    }

    fn matches(&mut self, db: &Connection, between: Between) -> Result<(), SiteError> {
        for id in between.touched::<i64>(db, "group_match", "id")? {
            let mut statement = row::prepare(db, "SELECT grp, unit, title, kind FROM group_match WHERE id = $1")?;
            let found = row::first(statement.query([id])?, |r| {
                Ok((r.get(0)?, Matching { unit: r.get(1)?, title: r.get(2)?, kind: r.get(3)? }))
            })?;
            let Some((group, matching)) = found else { continue };
            let doors = reach::doors_of_group(db, group, self.range)?;
            reach::cards_matching(db, &matching, self.range, &mut |uid| {
                self.pairs.extend(doors.iter().map(|door| (*door, uid)));
            })?;
        }
        Ok(())
    }

    fn rules(&mut self, db: &Connection, between: Between) -> Result<(), SiteError> {
        let mut doors_of: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for (group, area) in between.touched_two(db, "rule_state", "grp, area")? {
            doors_of.entry(group).or_default().extend(reach::doors_of_area(db, area, self.range)?);
        }
        for (area, door) in between.touched_two(db, "area_door", "area, door")? {
            for group in reach::groups_of_area(db, area, self.range)? {
                doors_of.entry(group).or_default().insert(door);
            }
        }
        for (group, doors) in doors_of {
            reach::cards_of_group(db, group, self.range, &mut |uid| {
                self.pairs.extend(doors.iter().map(|door| (*door, uid)));
            })?;
        }
        Ok(())
    }

    /// Listings, and doors whose entries begin or cease to carry keys.
    fn doors(&mut self, db: &Connection, between: Between) -> Result<(), SiteError> {
        let mut statement = row::prepare(
            db,
            "SELECT door, uid FROM listing WHERE since > $1 AND since <= $2
             UNION SELECT door, uid FROM listing WHERE until > $1 AND until <= $2",
        )?;
        let listed = statement.query((between.after, between.through))?;
        self.pairs.extend(row::all(listed, |r| Ok((r.get(0)?, row::uid(r, 1)?)))?);
        let mut statement = row::prepare(
            db,
            "SELECT DISTINCT now.door FROM door_setting now
             JOIN door_setting was ON was.door = now.door AND was.until = now.since
             WHERE now.since > $1 AND now.since <= $2 AND (now.reading = 'uid-only') <> (was.reading = 'uid-only')",
        )?;
        let doors: Vec<i64> = row::all(statement.query((between.after, between.through))?, |r| Ok(r.get(0)?))?;
        for door in doors {
            reach::cards_at_door(db, door, self.range, &mut |uid| self.pairs.push((door, uid)))?;
        }
        Ok(())
    }
}
