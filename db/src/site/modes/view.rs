//! Orders and lockdowns, read, with who ordered them and where they are in force.

use std::collections::BTreeMap;

use access::id::SiteId;
use access::mode::Order;
use access::time::{UtcMs, UtcS};
use rusqlite::{Connection, Row, ToSql};

use super::{DoorOrders, Lifted, LockdownScope, LockdownView, OrderView};
use crate::site::called::{area_called, door_called};
use crate::site::{LIST_MAX, SiteError, row};

macro_rules! select_lockdowns {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.door, d.id, l.area, COALESCE(",
            door_called!(),
            ", ",
            area_called!(),
            "), l.until_s, l.reason, c.operator, c.at_ms,
                    u.operator, u.at_ms, l.lifted_reason, l.since, l.until
             FROM lockdown l
             JOIN change c ON c.number = l.since
             LEFT JOIN change u ON u.number = l.until
             LEFT JOIN door d ON d.number = l.door
             LEFT JOIN area_state a ON a.area = l.area
                  AND a.id = (SELECT MAX(n.id) FROM area_state n WHERE n.area = l.area) ",
            $rest
        )
    };
}

pub(super) fn lockdowns(
    db: &Connection,
    site: &SiteId,
    open_at: Option<UtcS>,
    limit: u32,
) -> Result<Vec<LockdownView>, SiteError> {
    let limit = row::limit_of(limit);
    let told = told(db)?;
    let found = match open_at {
        // Those that are over are left before they are counted: many of them must not hide one that is on.
        Some(UtcS(now)) => found(
            db,
            select_lockdowns!(
                "WHERE l.until IS NULL AND (l.until_s IS NULL OR l.until_s > $1) ORDER BY l.since DESC LIMIT $2"
            ),
            &[&now, &limit],
        )?,
        None => found(db, select_lockdowns!("ORDER BY l.until IS NOT NULL, l.since DESC LIMIT $1"), &[&limit])?,
    };
    found.into_iter().map(|found| Ok(found.counted(db, site, &told)?.0)).collect()
}

pub(super) fn one(db: &Connection, site: &SiteId, id: i64) -> Result<LockdownView, SiteError> {
    let found = found(db, select_lockdowns!("WHERE l.id = $1"), &[&id])?.pop();
    let found = found.ok_or_else(|| SiteError::not_found("lockdown", &id))?;
    Ok(found.counted(db, site, &told(db)?)?.0)
}

macro_rules! select_orders {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, ",
            door_called!(),
            ", o.unlock, o.until_s, o.reason, c.operator, c.at_ms, o.since
             FROM mode_order o JOIN door d ON d.number = o.door JOIN change c ON c.number = o.since
             WHERE o.until IS NULL ",
            $rest
        )
    };
}

pub(super) fn orders(db: &rusqlite::Transaction<'_>) -> Result<Vec<OrderView>, SiteError> {
    let mut statement = row::prepare(db, select_orders!("ORDER BY o.until_s DESC, o.id LIMIT $1"))?;
    row::all(statement.query([LIST_MAX])?, order)
}

pub(super) fn of_door(db: &Connection, site: &SiteId, door: i64) -> Result<DoorOrders, SiteError> {
    let told = told(db)?;
    let in_force = told.get(&door).copied().flatten();
    let mut statement = row::prepare(db, select_orders!("AND o.door = $1"))?;
    let order = row::first(statement.query([door])?, |r| {
        let since: i64 = r.get(7)?;
        Ok((order(r)?, in_force.is_some_and(|generation| generation >= since)))
    })?;
    let found = found(
        db,
        select_lockdowns!(
            "WHERE l.until IS NULL AND (l.door = $1 OR (l.door IS NULL AND l.area IS NULL) OR EXISTS (
                 SELECT 1 FROM area_door m WHERE m.door = $1 AND m.area = l.area AND m.until IS NULL))
             ORDER BY l.since DESC"
        ),
        &[&door],
    )?;
    let mut lockdowns = Vec::with_capacity(found.len());
    for one in found {
        let (view, doors) = one.counted(db, site, &told)?;
        lockdowns.push((view, doors.contains(&door)));
    }
    Ok(DoorOrders { order, lockdowns })
}

fn order(row: &Row<'_>) -> Result<OrderView, SiteError> {
    Ok(OrderView {
        door: row::door(row, 0)?,
        name: row.get(1)?,
        order: Order { unlock: row.get(2)?, until: UtcS(row.get(3)?) },
        reason: row.get(4)?,
        operator: row.get(5)?,
        at: UtcMs(row.get(6)?),
    })
}

/// A lockdown, and what its counts need.
struct Found {
    view: LockdownView,
    door: Option<i64>,
    since: i64,
    until: Option<i64>,
}

fn found(db: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Found>, SiteError> {
    let mut statement = row::prepare(db, sql)?;
    row::all(statement.query(values)?, |r| {
        let door: Option<i64> = r.get(1)?;
        let area: Option<i64> = r.get(3)?;
        let scope = match (door, area) {
            (Some(_), _) => LockdownScope::Door(row::door(r, 2)?),
            (None, Some(area)) => LockdownScope::Area(area),
            (None, None) => LockdownScope::Site,
        };
        let until: Option<i64> = r.get(13)?;
        let lifted = match until {
            Some(_) => Some(Lifted {
                operator: r.get(9)?,
                at: UtcMs(r.get(10)?),
                reason: r.get::<_, Option<String>>(11)?.unwrap_or_default(),
            }),
            None => None,
        };
        let view = LockdownView {
            id: r.get(0)?,
            scope,
            name: r.get::<_, Option<String>>(4)?.unwrap_or_default(),
            until: r.get::<_, Option<i64>>(5)?.map(UtcS),
            reason: r.get(6)?,
            operator: r.get(7)?,
            at: UtcMs(r.get(8)?),
            lifted,
            doors: 0,
            in_force: 0,
        };
        Ok(Found { view, door, since: r.get(12)?, until })
    })
}

impl Found {
    /// With its counts and the doors that have it in force. A door has it if its state is of the change that brought
    /// the lockdown to it, or of a later one that was made before the lockdown was lifted.
    fn counted(
        mut self,
        db: &Connection,
        site: &SiteId,
        told: &BTreeMap<i64, Option<i64>>,
    ) -> Result<(LockdownView, Vec<i64>), SiteError> {
        let reached: Vec<(i64, i64)> = match (self.door, &self.view.scope) {
            (Some(door), _) => vec![(door, self.since)],
            (None, LockdownScope::Area(area)) => {
                // The change that lifts it may be the one that removes the area.
                let as_of = self.until.map_or(i64::MAX, |until| until - 1);
                let mut statement = row::prepare(
                    db,
                    "SELECT door, since FROM area_door
                     WHERE area = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
                )?;
                row::all(statement.query((*area, as_of))?, |r| Ok((r.get(0)?, self.since.max(r.get::<_, i64>(1)?))))?
            }
            (None, _) => {
                self.view.name = site.as_str().to_owned();
                told.keys().map(|door| (*door, self.since)).collect()
            }
        };
        let has_it = |(door, since): &(i64, i64)| {
            let generation = told.get(door).copied().flatten();
            let holds = |generation: i64| generation >= *since && self.until.is_none_or(|until| generation < until);
            generation.is_some_and(holds).then_some(*door)
        };
        let in_force: Vec<i64> = reached.iter().filter_map(has_it).collect();
        self.view.doors = u32::try_from(reached.len()).unwrap_or(u32::MAX);
        self.view.in_force = u32::try_from(in_force.len()).unwrap_or(u32::MAX);
        Ok((self.view, in_force))
    }
}

/// The state that each door last told that it has.
fn told(db: &Connection) -> Result<BTreeMap<i64, Option<i64>>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT d.number, s.state_generation FROM door d LEFT JOIN door_status s ON s.door = d.number
         WHERE d.kind = 'door'",
    )?;
    Ok(row::all(statement.query([])?, |r| Ok((r.get(0)?, r.get(1)?)))?.into_iter().collect())
}
