//! The states of doors, each table read once however many doors are asked for.

use std::collections::{BTreeMap, BTreeSet};

use access::calendar::Zone;
use access::mode::{Lockdown, Order};
use access::passage::{AreaId, Passback};
use access::settings::DoorSettings;
use access::signal::SignalSet;
use access::state::DoorState;
use access::time::UtcS;
use access::whitelist::Generation;
use rusqlite::{Connection, Row, ToSql};

use crate::site::doors::{self, setting_columns};
use crate::site::{SiteError, passback, row, rules, signals};

/// So many doors are asked for one by one; for more it is cheaper to read of all.
const ONE_BY_ONE_MAX: usize = 8;

/// The states of these doors, or of all, by number. A door that did not exist then is left out.
pub(in crate::site) fn of(
    db: &Connection,
    only: Option<&[i64]>,
    as_of: i64,
) -> Result<Vec<(i64, DoorState)>, SiteError> {
    let site = OfSite::read(db, as_of)?;
    match only {
        Some(doors) if doors.len() <= ONE_BY_ONE_MAX => {
            let mut states = Vec::with_capacity(doors.len());
            for door in doors {
                states.extend(some(db, Some(*door), as_of, &site)?);
            }
            Ok(states)
        }
        Some(doors) => {
            let wanted: BTreeSet<i64> = doors.iter().copied().collect();
            Ok(some(db, None, as_of, &site)?.into_iter().filter(|(door, _)| wanted.contains(door)).collect())
        }
        None => some(db, None, as_of, &site),
    }
}

/// What is the same at all doors.
struct OfSite {
    zone: Zone,
    signals: SignalSet,
    passback: BTreeMap<i64, Passback>,
    lockdown: Option<Lockdown>,
}

impl OfSite {
    fn read(db: &Connection, as_of: i64) -> Result<Self, SiteError> {
        let calendar = rules::site_calendar_as_of(db, Generation(as_of.cast_unsigned()))?;
        let mut statement = row::prepare(
            db,
            "SELECT until_s FROM lockdown WHERE door IS NULL AND area IS NULL
               AND since <= $1 AND (until IS NULL OR until > $1)",
        )?;
        let all = row::all(statement.query([as_of])?, |r| lockdown(r, 0))?;
        Ok(Self {
            zone: Zone::from_name(&calendar.zone).ok_or(SiteError::corrupt("zone"))?,
            signals: signals::as_of(db, as_of)?,
            passback: passback::as_of(db, as_of)?,
            lockdown: all.into_iter().reduce(Lockdown::and),
        })
    }
}

fn some(db: &Connection, door: Option<i64>, as_of: i64, site: &OfSite) -> Result<Vec<(i64, DoorState)>, SiteError> {
    let lockdowns = lockdowns(db, door, as_of)?;
    let orders: BTreeMap<i64, Order> = read(
        db,
        "SELECT x.door, x.unlock, x.until_s FROM mode_order x WHERE x.since <= $1 AND (x.until IS NULL OR x.until > $1)",
        "x.door",
        door,
        as_of,
        |r| Ok((r.get(0)?, Order { unlock: r.get(1)?, until: UtcS(r.get(2)?) })),
    )?
    .into_iter()
    .collect();
    let settings = concat!(
        "SELECT s.door, COALESCE((SELECT MAX(c.change) FROM state_change c WHERE c.door = s.door AND c.change <= $1), s.since), ",
        setting_columns!(),
        " FROM door_setting s WHERE s.since <= $1 AND (s.until IS NULL OR s.until > $1)"
    );
    const FIRST: usize = 2;
    read(db, settings, "s.door", door, as_of, |r| {
        let door: i64 = r.get(0)?;
        let settings = doors::read_settings(r, FIRST)?;
        let state = DoorState {
            generation: Generation(r.get::<_, i64>(1)?.cast_unsigned()),
            order: orders.get(&door).copied(),
            lockdown: both(site.lockdown, lockdowns.get(&door).copied()),
            passback: rules_of(&settings, site),
            settings,
            zone: site.zone,
            signals: site.signals.clone(),
        };
        Ok((door, state))
    })
}

/// Lockdowns of doors and of areas, by door.
fn lockdowns(db: &Connection, door: Option<i64>, as_of: i64) -> Result<BTreeMap<i64, Lockdown>, SiteError> {
    let of_doors = "SELECT x.door, x.until_s FROM lockdown x
                    WHERE x.door IS NOT NULL AND x.since <= $1 AND (x.until IS NULL OR x.until > $1)";
    let of_areas = "SELECT m.door, x.until_s FROM lockdown x JOIN area_door m ON m.area = x.area
                    WHERE x.since <= $1 AND (x.until IS NULL OR x.until > $1)
                      AND m.since <= $1 AND (m.until IS NULL OR m.until > $1)";
    let one = |r: &Row<'_>| Ok((r.get(0)?, lockdown(r, 1)?));
    let mut all = read(db, of_doors, "x.door", door, as_of, one)?;
    all.extend(read(db, of_areas, "m.door", door, as_of, one)?);
    let mut by_door: BTreeMap<i64, Lockdown> = BTreeMap::new();
    for (door, lockdown) in all {
        let joined = by_door.get(&door).map_or(lockdown, |known| known.and(lockdown));
        by_door.insert(door, joined);
    }
    Ok(by_door)
}

fn both(one: Option<Lockdown>, other: Option<Lockdown>) -> Option<Lockdown> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}

/// The rules of the areas on both sides.
fn rules_of(settings: &DoorSettings, site: &OfSite) -> Vec<Passback> {
    let rule = |AreaId(area): AreaId| site.passback.get(&i64::from(area)).copied();
    [settings.leads_into, settings.leads_out_of].into_iter().flatten().filter_map(rule).collect()
}

fn lockdown(row: &Row<'_>, column: usize) -> Result<Lockdown, SiteError> {
    Ok(Lockdown { until: row.get::<_, Option<i64>>(column)?.map(UtcS) })
}

/// The rows of one door, by its index, or of all.
fn read<T>(
    db: &Connection,
    sql: &str,
    column: &str,
    door: Option<i64>,
    as_of: i64,
    view: impl FnMut(&Row<'_>) -> Result<T, SiteError>,
) -> Result<Vec<T>, SiteError> {
    match door {
        Some(door) => {
            let values: [&dyn ToSql; 2] = [&as_of, &door];
            row::all(row::prepare(db, &format!("{sql} AND {column} = $2"))?.query(&values[..])?, view)
        }
        None => row::all(row::prepare(db, sql)?.query([as_of])?, view),
    }
}
