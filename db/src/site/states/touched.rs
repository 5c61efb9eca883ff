//! Whose state a change touched: every table that states are composed of is here.
//!
//! ```text
//! door_setting, mode_order          ─▶ that door
//! lockdown                          ─▶ that door, the doors of that area, all doors
//! area_door                         ─▶ that door
//! area_passback                     ─▶ the doors that lead into the area or out of it
//! calendar_state, if the zone is another; signal_state ─▶ all doors
//! ```

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::site::{SiteError, row};

/// Whether a row began or ended after change `$1`, through change `$2`.
macro_rules! moved {
    ($table:literal) => {
        concat!(
            "(",
            $table,
            ".since > $1 AND ",
            $table,
            ".since <= $2 OR ",
            $table,
            ".until > $1 AND ",
            $table,
            ".until <= $2)"
        )
    };
}

/// Whether a row held at any of these changes, or the one before.
macro_rules! live {
    ($table:literal) => {
        concat!("(", $table, ".until IS NULL OR ", $table, ".until > $1) AND ", $table, ".since <= $2")
    };
}

const DOORS: &[&str] = &[
    concat!("SELECT x.door FROM door_setting x WHERE ", moved!("x")),
    concat!("SELECT x.door FROM mode_order x WHERE ", moved!("x")),
    concat!("SELECT x.door FROM lockdown x WHERE x.door IS NOT NULL AND ", moved!("x")),
    concat!(
        "SELECT m.door FROM lockdown x JOIN area_door m ON m.area = x.area WHERE ",
        moved!("x"),
        " AND ",
        live!("m")
    ),
    concat!("SELECT x.door FROM area_door x WHERE ", moved!("x")),
    concat!(
        "SELECT s.door FROM area_passback x JOIN door_setting s ON s.leads_into = x.area WHERE ",
        moved!("x"),
        " AND ",
        live!("s")
    ),
    concat!(
        "SELECT s.door FROM area_passback x JOIN door_setting s ON s.leads_out_of = x.area WHERE ",
        moved!("x"),
        " AND ",
        live!("s")
    ),
];

const SITE: &[&str] = &[
    concat!("SELECT 1 FROM lockdown x WHERE x.door IS NULL AND x.area IS NULL AND ", moved!("x")),
    concat!("SELECT 1 FROM signal_state x WHERE ", moved!("x")),
    "SELECT 1 FROM calendar_state x LEFT JOIN calendar_state p ON p.until = x.since
     WHERE x.since > $1 AND x.since <= $2 AND x.zone <> COALESCE(p.zone, 'Europe/Helsinki')",
];

/// Notes whose state the changes after one, through another, touched: as of the last of them.
pub(in crate::site) fn touch(db: &Connection, after: u64, through: u64) -> Result<(), SiteError> {
    let span = (after.cast_signed(), through.cast_signed());
    for sql in SITE {
        if row::first(row::prepare(db, sql)?.query(span)?, |_| Ok(()))?.is_some() {
            let sql = "INSERT INTO state_change (change, door) SELECT $1, number FROM main.door WHERE true
                       ON CONFLICT (door, change) DO NOTHING";
            row::prepare(db, sql)?.execute([span.1])?;
            return Ok(());
        }
    }
    let mut doors: BTreeSet<i64> = BTreeSet::new();
    for sql in DOORS {
        doors.extend(row::all(row::prepare(db, sql)?.query(span)?, |r| Ok(r.get::<_, i64>(0)?))?);
    }
    let mut insert = row::prepare(
        db,
        "INSERT INTO state_change (change, door) VALUES ($1, $2) ON CONFLICT (door, change) DO NOTHING",
    )?;
    for door in doors {
        insert.execute((span.1, door))?;
    }
    Ok(())
}
