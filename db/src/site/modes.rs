//! How doors shall behave for the time being: what operators order, and lockdowns.
//!
//! ```text
//! order      of a door      until a time ─────────────────────────┐
//! lockdown   of a door ─┐                                         ├─▶ the door's state (see `states`)
//!            of an area ┼─▶ until lifted, or until a time ────────┘
//!            of the site┘
//! ```
//!
//! What has ended by its time stays in the records and in the states: doors compare with their own clocks. It is put
//! away when the next of the same scope is made.

use access::id::DoorId;
use access::mode::Order;
use access::time::UtcS;
use rusqlite::{Connection, OptionalExtension};

use super::open::Wakes;
use super::rules::AreaId;
use super::{Actor, DoorKind, Site, SiteError, change, row, rules};

mod types;
mod view;

pub use types::{DoorOrders, Lifted, LockdownScope, LockdownView, OrderView};

/// Longest reason, in bytes.
pub(super) const REASON_LENGTH_MAX: usize = 500;

/// Most lockdowns of one scope that are on at once: so many people do not order the same.
const SAME_SCOPE_MAX: i64 = 16;

impl Site {
    /// Orders a door unlocked or locked until a time, or takes the order back. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door; [`SiteError::Invalid`] with `until` and `out-of-range` for a time that
    /// is over or more than [`Order::LENGTH_S_MAX`] away, with `reason`, or with `door` and `is-encoder`.
    pub fn order_mode(
        &self,
        actor: &Actor<'_>,
        door: &DoorId,
        order: Option<Order>,
        reason: &str,
    ) -> Result<(), SiteError> {
        check_reason(reason)?;
        let now = actor.at.second();
        let latest = UtcS(now.0.saturating_add(Order::LENGTH_S_MAX));
        if order.is_some_and(|order| order.until <= now || order.until > latest) {
            return Err(SiteError::invalid("until", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            let number = need_real_door(db, door)?;
            if current(db, number)? == order {
                return Ok(());
            }
            let what = order.map_or("normal", |order| if order.unlock { "unlocked" } else { "locked" });
            let change = change::begin(db, actor, "door-order", &format!("{door} {what}: {reason}"))?;
            row::prepare(db, "UPDATE mode_order SET until = $1 WHERE door = $2 AND until IS NULL")?
                .execute((change, number))?;
            if let Some(order) = order {
                let sql = "INSERT INTO mode_order (door, unlock, until_s, reason, since) VALUES ($1, $2, $3, $4, $5)";
                row::prepare(db, sql)?.execute((number, order.unlock, order.until.0, reason, change))?;
            }
            Ok(())
        })
    }

    /// Locks down a door, an area or the site, and returns the number of the lockdown.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door or the area; [`SiteError::Invalid`] with `until` and `out-of-range` for a
    /// time that is over, with `reason`, with `door` and `is-encoder`, or with `lockdown` and `too-many`.
    pub fn lock_down(
        &self,
        actor: &Actor<'_>,
        scope: &LockdownScope,
        until: Option<UtcS>,
        reason: &str,
    ) -> Result<i64, SiteError> {
        check_reason(reason)?;
        row::check_window("until", access::time::Window { from: None, until })?;
        if until.is_some_and(|until| until <= actor.at.second()) {
            return Err(SiteError::invalid("until", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            let (door, area, named) = reached(db, scope)?;
            let change = change::begin(db, actor, "lockdown", &format!("{named}: {reason}"))?;
            put_away(db, change, (door, area), actor.at.second())?;
            let same = "SELECT COUNT(*) FROM lockdown WHERE until IS NULL AND door IS NOT DISTINCT FROM $1 AND area IS NOT DISTINCT FROM $2";
            let same: i64 = row::prepare(db, same)?.query_row((door, area), |row| row.get(0))?;
            if same >= SAME_SCOPE_MAX {
                return Err(SiteError::invalid("lockdown", "too-many"));
            }
            let sql = "INSERT INTO lockdown (door, area, until_s, reason, since) VALUES ($1, $2, $3, $4, $5) RETURNING id";
            let id = row::prepare(db, sql)?
                .query_row((door, area, until.map(|until| until.0), reason, change), |row| row.get(0))?;
            Ok(id)
        })
    }

    /// Lifts a lockdown. Another that reaches the same doors goes on.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `is-lifted`; [`SiteError::Invalid`] with `reason`.
    pub fn lift_lockdown(&self, actor: &Actor<'_>, id: i64, reason: &str) -> Result<(), SiteError> {
        check_reason(reason)?;
        self.write(Wakes::Changes, |db| {
            let until: Option<Option<i64>> = row::prepare(db, "SELECT until FROM lockdown WHERE id = $1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            match until {
                None => return Err(SiteError::not_found("lockdown", &id)),
                Some(Some(_)) => return Err(SiteError::refused("lockdown", "is-lifted")),
                Some(None) => {}
            }
            let change = change::begin(db, actor, "lockdown-lift", &format!("{id}: {reason}"))?;
            row::prepare(db, "UPDATE lockdown SET until = $1, lifted_reason = $2 WHERE id = $3")?
                .execute((change, reason, id))?;
            Ok(())
        })
    }

    /// Lockdowns, newest first: those that are on at `open_at`; or all, those that are not lifted first. One whose
    /// time is over is not lifted until it is put away: see [`LockdownView::is_on`].
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn lockdowns(&self, open_at: Option<UtcS>, limit: u32) -> Result<Vec<LockdownView>, SiteError> {
        self.read(|db| view::lockdowns(db, self.id(), open_at, limit))
    }

    /// One lockdown, on or over.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn lockdown(&self, id: i64) -> Result<LockdownView, SiteError> {
        self.read(|db| view::one(db, self.id(), id))
    }

    /// What operators have ordered for doors and not taken back, the one that ends last first. Its time may be over.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn orders(&self) -> Result<Vec<OrderView>, SiteError> {
        self.read(view::orders)
    }

    /// The order of a door and the lockdowns that reach it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn door_orders(&self, door: &DoorId) -> Result<DoorOrders, SiteError> {
        self.read(|db| view::of_door(db, self.id(), row::need_door(db, door)?))
    }
}

/// Refuses a reason that says nothing.
pub(super) fn check_reason(reason: &str) -> Result<(), SiteError> {
    row::check_text("reason", reason, REASON_LENGTH_MAX)
}

/// Puts away the lockdowns of an area that is removed: their time is over, or it would not be.
pub(super) fn area_removed(db: &Connection, change: i64, area: AreaId) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE lockdown SET until = $1 WHERE area = $2 AND until IS NULL")?.execute((change, area.0))?;
    Ok(())
}

fn need_real_door(db: &Connection, door: &DoorId) -> Result<i64, SiteError> {
    let number = row::need_door(db, door)?;
    match row::kind(db, number)? {
        DoorKind::Door => Ok(number),
        DoorKind::Encoder => Err(SiteError::invalid("door", "is-encoder")),
    }
}

/// The columns of a scope, and what the operator log calls it.
fn reached(db: &Connection, scope: &LockdownScope) -> Result<(Option<i64>, Option<i64>, String), SiteError> {
    Ok(match scope {
        LockdownScope::Door(door) => (Some(need_real_door(db, door)?), None, door.to_string()),
        LockdownScope::Area(area) => {
            let name = rules::area_name(db, AreaId(*area))?;
            (None, Some(*area), format!("{area} {name}"))
        }
        LockdownScope::Site => (None, None, "site".to_owned()),
    })
}

/// Those of the same scope whose time is over: the doors are touched anyway.
fn put_away(db: &Connection, change: i64, scope: (Option<i64>, Option<i64>), now: UtcS) -> Result<(), SiteError> {
    let sql = "UPDATE lockdown SET until = $1 WHERE until IS NULL AND door IS NOT DISTINCT FROM $2 AND area IS NOT DISTINCT FROM $3 AND until_s <= $4";
    row::prepare(db, sql)?.execute((change, scope.0, scope.1, now.0))?;
    Ok(())
}

fn current(db: &Connection, door: i64) -> Result<Option<Order>, SiteError> {
    let mut statement = row::prepare(db, "SELECT unlock, until_s FROM mode_order WHERE door = $1 AND until IS NULL")?;
    row::first(statement.query([door])?, |r| Ok(Order { unlock: r.get(0)?, until: UtcS(r.get(1)?) }))
}
