//! What a change of a door's settings changes, and what follows from it.

use std::collections::HashSet;

use access::id::DoorId;
use access::mode::Unlock;
use access::passage::AreaId;
use access::settings::{Age, Beyond, DoorSettings, ExitButton, Reading, UnknownTime};
use access::uid::Uid;
use db::site::{CredentialState, Site, SiteError};

use super::Choices;
use super::fields::{self, Number, Unit};
use crate::page::Page;
use crate::pages::views::{self, Mark};

/// EN 60839-11-1 asks for at least this long.
const RELEASE_MS_ADVISED: u32 = 3_000;

/// What would change.
pub(super) struct Change {
    /// Label, as it is, as it would be.
    pub(super) rows: Vec<(String, Mark, Mark)>,
    /// What follows from it.
    pub(super) notes: Vec<Mark>,
}

/// Cards that are listed for a door, and those of them that have no credential.
pub(super) struct Listed {
    all: usize,
    bare: usize,
}

/// What the sentences of a change name.
pub(super) struct Names<'a> {
    pub(super) schedules: &'a Choices,
    pub(super) areas: &'a Choices,
}

pub(super) fn listed(site: &Site, door: &DoorId) -> Result<Listed, SiteError> {
    let as_of = site.latest()?;
    let active = site.credentials(None, as_of)?.into_iter().filter(|record| record.state == CredentialState::Active);
    let encoded: HashSet<Uid> = active.map(|record| record.uid).collect();
    let mut listed = Listed { all: 0, bare: 0 };
    site.for_each_entry(door, as_of, |entry| {
        listed.all += 1;
        listed.bare += usize::from(!encoded.contains(&entry.uid));
    })?;
    Ok(listed)
}

impl Change {
    pub(super) fn new(page: &Page, names: &Names<'_>, old: &DoorSettings, new: &DoorSettings, listed: &Listed) -> Self {
        Self { rows: rows(page, names, old, new), notes: notes(page, old, new, listed) }
    }
}

/// Only what differs: among so many settings nobody would find it.
fn rows(page: &Page, names: &Names<'_>, old: &DoorSettings, new: &DoorSettings) -> Vec<(String, Mark, Mark)> {
    let mut rows = Vec::new();
    let mut row = |differs: bool, label: String, show: &dyn Fn(&DoorSettings) -> Mark| {
        if differs {
            rows.push((label, show(old), show(new)));
        }
    };
    row(old.reading != new.reading, page.tr("door-reading"), &|of| views::reading(page, of.reading));
    for (of, numbers) in [
        ("settings-times", fields::TIMES.as_slice()),
        ("settings-long-times", &fields::LONG_TIMES),
        ("settings-second-cards", &fields::SECOND_CARDS),
        ("settings-lockout", &fields::LOCKOUT),
    ] {
        for number in numbers {
            let label = format!("{}: {}", page.tr(of), page.tr(number.label));
            row((number.get)(old) != (number.get)(new), label, &|of| value(page, number, of));
        }
    }
    row(old.exit_button != new.exit_button, page.tr("settings-exit-button"), &|of| {
        Mark::plain(page.code("exit-button", of.exit_button.code()))
    });
    row(old.unlock != new.unlock, page.tr("settings-unlock"), &|of| unlock(page, names, of.unlock));
    row(old.age != new.age, page.tr("settings-age"), &|of| Mark::plain(views::age(page, of.age)));
    row(old.unknown_time != new.unknown_time, page.tr("settings-unknown-time"), &|of| {
        Mark::plain(page.code("unknown-time", of.unknown_time.code()))
    });
    row(old.leads_into != new.leads_into, page.tr("settings-leads-into"), &|of| area(page, names, of.leads_into));
    row(old.leads_out_of != new.leads_out_of, page.tr("settings-leads-out-of"), &|of| {
        area(page, names, of.leads_out_of)
    });
    rows
}

fn notes(page: &Page, old: &DoorSettings, new: &DoorSettings, listed: &Listed) -> Vec<Mark> {
    let mut notes = Vec::new();
    if old.reading != new.reading {
        let about = page.code("reading-about", new.reading.code());
        if new.reading == Reading::UidOnly {
            notes.push(Mark::warn(about));
        } else {
            notes.extend([Mark::plain(about), refused(page, listed)]);
        }
    }
    if new.times.release_ms.min(new.long_times.release_ms) < RELEASE_MS_ADVISED {
        notes.push(Mark::warn(page.tr("release-short")));
    }
    if old.exit_button != new.exit_button && new.exit_button == ExitButton::Shunts {
        notes.push(Mark::warn(page.tr("settings-shunts-warning")));
    }
    if old.unlock != new.unlock && new.unlock.is_some_and(|unlock| !unlock.first_person_in) {
        notes.push(Mark::warn(page.tr("settings-unlock-warning")));
    }
    if old.age != new.age {
        notes.push(of_age(page, new.age));
    }
    if old.unknown_time != new.unknown_time {
        let about = page.code("unknown-time-about", new.unknown_time.code());
        notes.push(if new.unknown_time == UnknownTime::Allows { Mark::warn(about) } else { Mark::plain(about) });
    }
    if old.two_person_s.is_none() && new.two_person_s.is_some() {
        notes.push(Mark::warn(page.tr("settings-two-person-warning")));
    }
    notes
}

/// What follows from how old a list may become.
fn of_age(page: &Page, age: Option<Age>) -> Mark {
    let Some(Age { limit_s, beyond }) = age else { return Mark::warn(page.tr("age-none-about")) };
    let about = page.tr1(&format!("age-warning-{}", beyond.code()), "limit", &views::limit(page, limit_s));
    if beyond == Beyond::GoesOn { Mark::plain(about) } else { Mark::warn(about) }
}

fn refused(page: &Page, listed: &Listed) -> Mark {
    let numbers = [("bare", listed.bare.into()), ("all", listed.all.into())];
    if listed.bare == 0 {
        Mark::good(page.number("settings-none-refused", "all", &listed.all))
    } else {
        Mark::bad(page.lang.say_with("settings-refused", &numbers))
    }
}

/// A number with its unit.
fn value(page: &Page, number: &Number, settings: &DoorSettings) -> Mark {
    Mark::plain(match (number.get)(settings) {
        None => page.tr("settings-off"),
        Some(value) if number.unit == Unit::Times => value.to_string(),
        Some(value) => page.tr1("release-seconds", "seconds", &number.unit.shown(page, value)),
    })
}

fn unlock(page: &Page, names: &Names<'_>, unlock: Option<Unlock>) -> Mark {
    let Some(unlock) = unlock else { return Mark::plain(page.tr("settings-unlock-never")) };
    let first = page.code("first-person-in", if unlock.first_person_in { "yes" } else { "no" });
    Mark::warn(format!("{}: {first}", name(names.schedules, &unlock.schedule.0.to_string())))
}

fn area(page: &Page, names: &Names<'_>, area: Option<AreaId>) -> Mark {
    Mark::plain(
        area.map_or_else(|| page.tr("settings-no-area"), |area| name(names.areas, &area.0.to_string()).to_owned()),
    )
}

/// What it is called; its number if it is gone.
fn name<'a>(choices: &'a Choices, value: &'a str) -> &'a str {
    choices.iter().find(|(known, _)| known == value).map_or(value, |(_, name)| name)
}
