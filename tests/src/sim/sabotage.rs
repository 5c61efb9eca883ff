//! What a broken door makes of a piece of a whitelist before its store sees it.

use std::path::Path;

use access::calendar::Calendar;
use access::whitelist::{Change, WhitelistId, WhitelistPart};
use db::door::{Lookup, WhitelistStore};
use door_agent::store::StoreOrder;

use super::broken::Broken;

/// The order as the broken program follows it.
#[must_use]
pub fn order(broken: Broken, path: &Path, store: &mut WhitelistStore, order: StoreOrder) -> StoreOrder {
    let StoreOrder::Whitelist(part) = order else { return order };
    let in_force = store.current().unwrap_or_default();
    StoreOrder::Whitelist(match broken {
        Broken::AppliesUnchecked => unchecked(path, in_force, part),
        Broken::SwitchesTooEarly => too_early(part),
        Broken::TakesOlderLists => {
            let to = match &part {
                WhitelistPart::Delta { to, .. } | WhitelistPart::Chunk { to, .. } => to,
            };
            if *to != in_force && to.generation <= in_force.generation {
                // A file that cannot be written is no worse for this.
                let _ = db::trial::forget_generation(path);
            }
            part
        }
        _ => part,
    })
}

/// A delta leads from whatever is in force to whatever comes out.
fn unchecked(path: &Path, in_force: WhitelistId, part: WhitelistPart) -> WhitelistPart {
    let WhitelistPart::Delta { to, changes, .. } = part else { return part };
    let mut reached = in_force;
    if let Ok(lookup) = Lookup::open(path) {
        for change in &changes {
            let uid = match change {
                Change::Put(entry) => entry.uid,
                Change::Remove(uid) => *uid,
                Change::Calendar(_) => continue,
            };
            let old = lookup.lookup(&uid).ok().and_then(|found| found.entry).map(|entry| entry.to_bytes());
            let new = if let Change::Put(entry) = change { Some(entry.to_bytes()) } else { None };
            reached.replace(old.as_deref(), new.as_deref());
        }
    }
    reached.generation = to.generation;
    WhitelistPart::Delta { from: in_force, to: reached, changes }
}

/// Each piece is the whole.
fn too_early(part: WhitelistPart) -> WhitelistPart {
    let WhitelistPart::Chunk { to, calendar, entries, .. } = part else { return part };
    let mut partial = WhitelistId { generation: to.generation, ..WhitelistId::default() };
    let calendar = calendar.unwrap_or_default();
    partial.replace_calendar(&Calendar::empty(), &calendar);
    entries.iter().for_each(|entry| partial.replace(None, Some(&entry.to_bytes())));
    WhitelistPart::Chunk { to: partial, index: 0, count: 1, calendar: Some(calendar), entries }
}
