//! How doors are, looked at every few seconds: what nobody reports, since whoever would is away or does not know.
//!
//! ```text
//! connected, or seen within 30 s ─────30 s───▶ door-offline
//! clock within 1 s and confirmed ─────60 s───▶ clock-off
//! in force what is wanted ────15 min───▶ whitelist-old
//! not ahead of what is wanted ────60 s───▶ door-ahead
//! list younger than 3/4 of its limit ───▶ list-ageing
//! journal below 80 % ───▶ journal-full ───▶ below 70 % again
//! ```
//!
//! Each goes back when it is well again, and its alarm closes by itself.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use access::id::DoorId;
use access::message::STATUS_EVERY_MS;
use access::time::{ClockTrust, UtcMs};
use access::whitelist::{Generation, WhitelistId};
use db::site::{Condition, DoorWatch, Site, SiteError};

use crate::clock::utc_now;
use crate::worker::Workers;

/// How often. It is what is added to the times below.
const EVERY: Duration = Duration::from_secs(3);

/// A door without a connection is an alarm after this time (EN 60839-11-1: loss of a link is told). A box that
/// starts anew after an upgrade is back sooner. A controller that starts waits as long for its doors.
const OFFLINE_MS: i64 = 30_000;

/// A door that is connected and says nothing: two statuses are missing, and the third is late.
const SILENT_MS: i64 = STATUS_EVERY_MS.cast_signed() * 2 + OFFLINE_MS;

/// How far a clock may be off. The offset has the way of the message in it, so it has to last.
const CLOCK_OFF_MS: i64 = 1_000;

/// So long: at least two statuses say so, and not one that was late.
const CLOCK_WAIT_MS: i64 = 60_000;

/// A list that has not been confirmed for so many quarters of the time that it may be old is an alarm: there is time left
/// to mend the network before the door does what its settings say.
const AGEING_QUARTERS: i64 = 3;

/// A door that has something newer than it should is one of another time line. A note of what it should have may be late.
const AHEAD_WAIT_MS: i64 = 60_000;

/// A change is in force within a second at a door that is connected, and a large list within minutes over a poor
/// line. A door that is behind for longer may let in whom it should not, connected or not.
const OLD_MS: i64 = 15 * 60_000;

/// From here on events could be lost before anybody has come.
const FULL_PERCENT: u8 = 80;

/// Below this the journal empties; between the two the alarm stays as it is.
const EMPTIES_PERCENT: u8 = 70;

/// The clock of this machine has been set, or it has slept: what it says of others is not to be believed yet.
const JUMP_MS: i64 = 60_000;

/// Starts the thread.
pub(crate) fn start(workers: &mut Workers, site: &Site) -> io::Result<()> {
    let (site, mut watch) = (site.clone(), Watch::new(utc_now()));
    workers.start("watch", EVERY, move || {
        let now = utc_now();
        if let Err(error) = watch.look(&site, now).and_then(|()| site.alarms_due(now)) {
            tracing::error!(%error, "it could not be looked whether doors are well");
        }
    })
}

/// What is remembered from look to look.
struct Watch {
    /// Doors are given time from here on.
    since: UtcMs,
    last: UtcMs,
    doors: BTreeMap<DoorId, Known>,
}

/// What is remembered of a door.
#[derive(Default)]
struct Known {
    /// Since when its clock is off.
    off: Option<UtcMs>,
    /// Since when it has something newer than it should.
    ahead: Option<UtcMs>,
    /// What it does not have yet, and since when.
    behind: Option<(WhitelistId, Generation, UtcMs)>,
    /// What was noted last, so that an alarm that a person has closed is not raised again by the same cause.
    told: BTreeMap<&'static str, bool>,
}

impl Watch {
    fn new(now: UtcMs) -> Self {
        Self { since: now, last: now, doors: BTreeMap::new() }
    }

    fn look(&mut self, site: &Site, now: UtcMs) -> Result<(), SiteError> {
        if !(0..=JUMP_MS).contains(&now.0.saturating_sub(self.last.0)) {
            self.since = now;
        }
        self.last = now;
        let mut news = Vec::new();
        for door in site.watch_doors()? {
            let known = self.doors.entry(door.door.clone()).or_default();
            for (kind, wrong) in known.look(&door, self.since, now) {
                if known.told.get(kind) != Some(&wrong) {
                    news.push(Condition { kind, door: Some(door.door.clone()), wrong });
                }
            }
        }
        site.note_conditions(&news, now)?;
        for Condition { kind, door, wrong } in news {
            if let Some(known) = door.and_then(|door| self.doors.get_mut(&door)) {
                known.told.insert(kind, wrong);
            }
        }
        Ok(())
    }
}

impl Known {
    /// What is wrong and what is well; what cannot be told now is left out.
    fn look(&mut self, door: &DoorWatch, since: UtcMs, now: UtcMs) -> Vec<(&'static str, bool)> {
        let unseen_ms = now.0.saturating_sub(door.last_seen.0.max(since.0));
        let most = if door.online { SILENT_MS } else { OFFLINE_MS };
        let mut all = Vec::new();
        // Away for a moment is neither well nor an alarm.
        if door.online || unseen_ms >= most {
            all.push(("door-offline", unseen_ms >= most));
        }
        if door.online {
            all.extend(self.clock(door, now).map(|wrong| ("clock-off", wrong)));
        }
        all.extend(self.list(door, now).map(|wrong| ("whitelist-old", wrong)));
        all.extend(self.ahead(door, now).map(|wrong| ("door-ahead", wrong)));
        all.extend(ageing(door, since, now).map(|wrong| ("list-ageing", wrong)));
        match door.journal_percent {
            FULL_PERCENT.. => all.push(("journal-full", true)),
            ..EMPTIES_PERCENT => all.push(("journal-full", false)),
            _ => {}
        }
        all
    }

    fn clock(&mut self, door: &DoorWatch, now: UtcMs) -> Option<bool> {
        let off = door.clock_offset_ms.saturating_abs() > CLOCK_OFF_MS || door.trust != ClockTrust::Synchronised;
        lasting(&mut self.off, off, CLOCK_WAIT_MS, now)
    }

    fn ahead(&mut self, door: &DoorWatch, now: UtcMs) -> Option<bool> {
        let (list, state) = door.wanted?;
        let ahead = door.in_force.0.generation > list.generation || door.in_force.1 > state;
        lasting(&mut self.ahead, ahead, AHEAD_WAIT_MS, now)
    }

    /// What is wanted moves on while a door follows, so it is held against what was wanted when it was found behind.
    fn list(&mut self, door: &DoorWatch, now: UtcMs) -> Option<bool> {
        let (list, state) = door.wanted?;
        let has = |list: WhitelistId, state: Generation| {
            let (its_list, its_state) = door.in_force;
            (its_list == list || its_list.generation > list.generation) && its_state >= state
        };
        if has(list, state) {
            self.behind = None;
            return Some(false);
        }
        match self.behind {
            Some((list, state, since)) if !has(list, state) => {
                (now.0.saturating_sub(since.0) >= OLD_MS).then_some(true)
            }
            _ => {
                self.behind = Some((list, state, now));
                None
            }
        }
    }
}

/// Whether a list comes near the end of the time for which it may be unconfirmed. A controller that has just started waits
/// for its doors first.
fn ageing(door: &DoorWatch, since: UtcMs, now: UtcMs) -> Option<bool> {
    let Some(age) = door.age else { return Some(false) };
    let confirmed = door.confirmed?;
    let age_ms = now.0.saturating_sub(confirmed.0);
    let ageing = age_ms >= i64::from(age.limit_s) * 1_000 / 4 * AGEING_QUARTERS;
    (!ageing || now.0.saturating_sub(since.0) >= OFFLINE_MS).then_some(ageing)
}

/// Whether something is wrong for so long; nothing while that is not known yet.
fn lasting(since: &mut Option<UtcMs>, wrong: bool, wait_ms: i64, now: UtcMs) -> Option<bool> {
    if !wrong {
        *since = None;
        return Some(false);
    }
    let since = *since.get_or_insert(now);
    (now.0.saturating_sub(since.0) >= wait_ms).then_some(true)
}

#[cfg(test)]
mod tests;
