//! Doors of the made-up hospital that are set up in a way of their own.

use access::calendar::{DayWindow, HolidayPlan, Schedule};
use access::id::DoorId;
use access::mode::Unlock;
use access::passage::AreaId;
use access::settings::DoorSettings;
use anyhow::Result;
use db::site::{Actor, PassbackRule, Site};

/// Visitors walk in here while the hospital is open.
const MAIN: &str = "main-entrance";

/// Whoever is inside must leave before coming in again, so there is a reader inside as well.
const PHARMACY: &str = "pharmacy";

/// The area behind the pharmacy's door.
const MEDICINES: &str = "Lääkehuolto";

/// At night everybody is taken to have left: three o'clock.
const FORGIVEN_AT_MIN: u16 = 3 * 60;

/// Whether the door has a reader inside.
pub(super) fn has_out_reader(door: &DoorId) -> bool {
    door.as_str() == PHARMACY
}

/// Sets those of them up that are there.
pub(super) fn make(site: &Site, actor: &Actor<'_>, doors: &[DoorId]) -> Result<()> {
    let schedule = site.add_schedule(actor, "Aukioloajat", opening_times())?;
    let is_there = |name: &str| doors.iter().find(|door| door.as_str() == name);
    if let Some(main) = is_there(MAIN) {
        let unlock = Some(Unlock { schedule, first_person_in: false });
        site.set_settings(actor, main, DoorSettings { unlock, ..DoorSettings::default() })?;
    }
    if let (Some(pharmacy), Some(area)) = (is_there(PHARMACY), site.area_by_name(MEDICINES)?) {
        let rule = PassbackRule { hard: false, within_s: None, forgiven_at: Some(FORGIVEN_AT_MIN) };
        site.set_passback(actor, area.id, Some(rule))?;
        let leads_into = Some(AreaId(u32::try_from(area.id.0)?));
        site.set_settings(actor, pharmacy, DoorSettings { leads_into, ..DoorSettings::default() })?;
    }
    Ok(())
}

/// Every day from eight to eight, and not on holidays.
fn opening_times() -> Schedule {
    let mut schedule = Schedule { holiday: HolidayPlan::Closed, ..Schedule::default() };
    for day in &mut schedule.days {
        day.push(DayWindow { from_min: 8 * 60, until_min: 20 * 60 });
    }
    schedule
}
