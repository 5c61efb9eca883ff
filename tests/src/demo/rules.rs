//! Who may pass where in the made-up hospital: groups, areas, schedules, and the rules that join them.

use access::calendar::{DayWindow, HolidayPlan, Schedule};
use access::entry::ScheduleId;
use access::id::DoorId;
use access::time::Window;
use anyhow::Result;
use db::site::{Actor, CardKind, Effect, GroupId, GroupMatch, NewRule, RuleEdit, Site};

/// The units of the hospital, and what people without a right to practise do there.
pub(super) const UNITS: [(&str, &str); 8] = [
    ("Päivystys", "Vastaanottosihteeri"),
    ("Osasto 1", "Osastonsihteeri"),
    ("Osasto 2", "Osastonsihteeri"),
    ("Leikkausyksikkö", "Välinehuoltaja"),
    ("Laboratorio", "Näytteenottaja"),
    ("Apteekki", "Varastotyöntekijä"),
    ("Hallinto", "Suunnittelija"),
    ("Kiinteistöpalvelut", "Huoltomies"),
];

/// Areas by the ids of their doors; doors that are not named here are the last one's.
const AREAS: [(&str, &[&str]); 7] = [
    ("Sisäänkäynnit", &["main-entrance", "emergency"]),
    ("Osastot", &["ward-1", "ward-2"]),
    ("Leikkaussali", &["theatre"]),
    ("Laboratorio", &["laboratory"]),
    ("Lääkehuolto", &["pharmacy"]),
    ("Arkisto", &["archive"]),
    ("Muut ovet", &[]),
];

/// Group, area, whether in office hours only, and what then.
const RULES: [(&str, &str, bool, Effect); 11] = [
    ("Työntekijät", "Sisäänkäynnit", false, Effect::Allow),
    ("Työntekijät", "Muut ovet", false, Effect::Allow),
    ("Hoitohenkilöstö", "Osastot", false, Effect::Allow),
    ("Leikkausyksikkö", "Leikkaussali", false, Effect::Allow),
    ("Laboratorio", "Laboratorio", false, Effect::Allow),
    ("Apteekki", "Lääkehuolto", false, Effect::Allow),
    ("Hoitohenkilöstö", "Lääkehuolto", true, Effect::Allow),
    ("Hallinto", "Arkisto", true, Effect::Allow),
    ("Kiinteistöpalvelut", "Lääkehuolto", false, Effect::Deny),
    // Whoever hurries to patients gets through a lockdown.
    ("Päivystys", "Sisäänkäynnit", false, Effect::Exempt),
    ("Päivystys", "Osastot", false, Effect::Exempt),
];

/// Puts all of it in place. An earlier run has left either all or nothing of it.
pub(super) fn make(site: &Site, actor: &Actor<'_>, doors: &[DoorId]) -> Result<()> {
    let hours = site.add_schedule(actor, "Virka-aika", office_hours())?;
    site.add_schedule(actor, "Yövuoro", nights())?;
    for (name, ids) in AREAS {
        let named = |door: &DoorId| ids.contains(&door.as_str());
        let other = |door: &DoorId| ids.is_empty() && !AREAS.iter().any(|(_, ids)| ids.contains(&door.as_str()));
        let doors: Vec<DoorId> = doors.iter().filter(|door| named(door) || other(door)).cloned().collect();
        site.add_area(actor, name, &doors)?;
    }
    group(site, actor, "Työntekijät", &[kind(CardKind::Staff), kind(CardKind::Professional), kind(CardKind::Actor)])?;
    group(site, actor, "Hoitohenkilöstö", &[kind(CardKind::Professional)])?;
    for (unit, _) in UNITS {
        group(site, actor, unit, &[GroupMatch { unit: Some(unit.to_owned()), title: None, kind: None }])?;
    }
    for (group, area, in_hours, effect) in RULES {
        let (Some(group), Some(area)) = (site.group_by_name(group)?, site.area_by_name(area)?) else { continue };
        let schedule = if in_hours { hours } else { ScheduleId::ALWAYS };
        let (group, area, note) = (group.id, area.id, String::new());
        site.add_rule(actor, NewRule { group, area, schedule, effect, window: Window::ALWAYS, note })?;
    }
    Ok(())
}

fn group(site: &Site, actor: &Actor<'_>, name: &str, matches: &[GroupMatch]) -> Result<GroupId> {
    let group = site.add_group(actor, name)?;
    site.edit_rules(actor, &RuleEdit::SetMatches { group, matches: matches.to_vec() })?;
    Ok(group)
}

fn kind(kind: CardKind) -> GroupMatch {
    GroupMatch { unit: None, title: None, kind: Some(kind) }
}

/// Monday to Friday from seven to five, and not on holidays.
fn office_hours() -> Schedule {
    let mut schedule = Schedule { holiday: HolidayPlan::Closed, ..Schedule::default() };
    for day in schedule.days.iter_mut().take(5) {
        day.push(DayWindow { from_min: 7 * 60, until_min: 17 * 60 });
    }
    schedule
}

/// Every night from nine to seven.
fn nights() -> Schedule {
    let mut schedule = Schedule { holiday: HolidayPlan::AsWeekday, ..Schedule::default() };
    for day in &mut schedule.days {
        day.push(DayWindow { from_min: 21 * 60, until_min: 31 * 60 });
    }
    schedule
}
