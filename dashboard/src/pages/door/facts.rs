//! How a door is, fact by fact.

use access::time::ClockTrust;
use db::site::{DoorKind, DoorView};

use crate::page::Page;
use crate::pages::standing;
use crate::pages::views::{self, Mark};
use crate::sentence;

/// A journal that is this full is near to losing what happens: the alarm is raised here, too.
const JOURNAL_PERCENT_WARNED: u8 = 80;

/// A list that is so many quarters as old as it may become is near to it: the alarm is raised here, too.
const AGEING_QUARTERS: i64 = 3;

/// Label and what it says. What a door has not told yet is left out.
pub(super) fn all(page: &Page, door: &DoorView) -> Vec<(&'static str, Vec<Mark>)> {
    let mut facts = vec![
        ("door-connection", vec![views::connection(page, door)]),
        ("door-last-seen", vec![Mark::plain(views::last_seen(page, door))]),
    ];
    if door.kind == DoorKind::Door {
        facts.push(("door-mode", vec![standing::mode(page, door)]));
        facts.extend(standing::leaf(page, door).map(|mark| ("door-leaf", vec![mark])));
        facts.extend(standing::lock(page, door).map(|mark| ("door-lock", vec![mark])));
        facts.extend(standing::faults(page, door).map(|marks| ("door-faults", marks)));
        facts.extend([
            ("door-reading", vec![views::reading(page, door.settings.reading)]),
            ("door-in-force", views::in_force(page, door)),
            ("door-list-age", list_age(page, door)),
        ]);
    }
    let journal = door.journal_percent.filter(|_| door.kind == DoorKind::Door);
    let told = [
        ("door-reader", door.reader.map(|reads| reader(page, reads))),
        ("door-backlog", views::backlog(door).map(|events| Mark::plain(events.to_string()))),
        ("door-journal", journal.map(|percent| filled(page, percent))),
        ("door-clock", door.trust.map(|trust| clock(page, door, trust))),
        ("door-agent", door.agent.clone().map(Mark::plain)),
        ("door-refused", door.messages_refused.map(refused)),
    ];
    facts.extend(told.into_iter().filter_map(|(key, mark)| Some((key, vec![mark?]))));
    facts
}

fn reader(page: &Page, answers: bool) -> Mark {
    if answers { Mark::good(page.tr("reader-answers")) } else { Mark::bad(page.tr("reader-silent")) }
}

fn filled(page: &Page, percent: u8) -> Mark {
    let text = page.tr1("door-percent", "percent", &percent.to_string());
    if percent < JOURNAL_PERCENT_WARNED { Mark::plain(text) } else { Mark::warn(text) }
}

/// How old its list is, and what holds when it is too old.
fn list_age(page: &Page, door: &DoorView) -> Vec<Mark> {
    let rule = Mark::plain(views::age(page, door.settings.age));
    let Some(confirmed) = door.confirmed else { return vec![Mark::plain(page.tr("list-age-none")), rule] };
    let age_s = page.now.0.saturating_sub(confirmed.0).max(0) / 1_000;
    let text = page.tr1("list-age", "span", &views::span(page, age_s));
    let limit_s = door.settings.age.map(|age| i64::from(age.limit_s));
    let mark = match limit_s {
        Some(limit_s) if age_s > limit_s => Mark::bad(text),
        Some(limit_s) if age_s >= limit_s / 4 * AGEING_QUARTERS => Mark::warn(text),
        Some(_) => Mark::good(text),
        None => Mark::plain(text),
    };
    vec![mark, rule]
}

fn clock(page: &Page, door: &DoorView, trust: ClockTrust) -> Mark {
    let code = sentence::trust_code(trust);
    let mut text = page.code("clock", code);
    if let Some(offset_ms) = door.clock_offset_ms {
        let offset = page.tr1("clock-offset", "ms", &format!("{offset_ms:+}"));
        text = format!("{text} ({offset})");
    }
    match trust {
        ClockTrust::Unknown => Mark::bad(text),
        ClockTrust::Kept => Mark::warn(text),
        ClockTrust::Synchronised => Mark::good(text),
    }
}

fn refused(count: u32) -> Mark {
    if count == 0 { Mark::plain("0".to_owned()) } else { Mark::warn(count.to_string()) }
}
