//! What the passing of time asks for, once a minute: hand-outs that are over end, cards that have ended retire, cards
//! that nobody has used for as long as the site allows are suspended, and what has been known of people for as long as
//! it may be is erased, with the copies of the database from before upgrades. Doors know by themselves when the time of a card, an order or a lockdown is over; here the records
//! of cards follow, and the originals of backup cards come back into use.

use std::io;
use std::path::Path;
use std::time::Duration;

use access::time::UtcMs;
use db::site::{Actor, Due, Retained, Site, SiteError, end_copies};

use crate::clock::utc_now;
use crate::worker::Workers;

/// How often. A card that was paused for a backup may come back into use a minute late.
const EVERY: Duration = Duration::from_secs(60);

/// Most calls in a row: each is one change of a bounded part, and other writers come in between. What is left
/// waits for the next minute.
const CALLS_MAX: u32 = 100;

/// Cards that are suspended in one change, since each is a line in a delta of every door that lists it.
const INACTIVE_MAX: u32 = 500;

/// Rows that are erased in one step: a part of a second for which other writers wait.
const ERASED_AT_ONCE: u32 = 2_000;

/// Steps of erasing a minute, of each kind: a day's rows of a large hospital and more. What a site has from before it
/// knew of this takes some hours.
const ERASING_STEPS_MAX: u32 = 20;

/// Who did it, in the operator log.
const ACTOR: &str = "housekeeping";

/// A backup card whose time is over is still out there. It opens nothing, and belongs back at the desk.
const OVERDUE: &str = "backup-overdue";

/// Starts the thread.
pub(crate) fn start(workers: &mut Workers, site: &Site, database: &Path) -> io::Result<()> {
    let (site, database) = (site.clone(), database.to_path_buf());
    workers.start("housekeeping", EVERY, move || {
        if let Err(error) = tidy(&site, utc_now()) {
            tracing::error!(%error, "hand-outs and cards whose time is over could not be ended");
        }
        if let Err(error) = suspend(&site, utc_now()) {
            tracing::error!(%error, "cards that nobody uses could not be suspended");
        }
        if let Err(error) = forget(&site, utc_now()) {
            tracing::error!(%error, "what has been known of people for long enough could not be erased");
        }
        match end_copies(&database, utc_now()) {
            Ok(0) => {}
            Ok(copies) => tracing::info!(copies, "copies of the database from before an upgrade were removed"),
            Err(error) => tracing::error!(%error, "a copy of the database from before an upgrade could not be removed"),
        }
    })
}

fn tidy(site: &Site, now: UtcMs) -> Result<Due, SiteError> {
    let mut all = Due::default();
    for _ in 0..CALLS_MAX {
        let due = site.end_due(&Actor { operator: ACTOR, at: now }, now)?;
        if due.ended > 0 {
            site.raise_alarm(OVERDUE, None, None, now)?;
        }
        all.ended = all.ended.saturating_add(due.ended);
        all.retired = all.retired.saturating_add(due.retired);
        all.more = due.more;
        if !due.more {
            break;
        }
    }
    if all.ended > 0 || all.retired > 0 {
        tracing::info!(hand_outs = all.ended, cards = all.retired, "time was over");
    }
    Ok(all)
}

fn suspend(site: &Site, now: UtcMs) -> Result<(), SiteError> {
    let actor = Actor { operator: ACTOR, at: now };
    let mut all = 0_u32;
    for _ in 0..CALLS_MAX {
        let suspended = site.suspend_inactive(&actor, now, INACTIVE_MAX)?;
        all = all.saturating_add(suspended);
        if suspended < INACTIVE_MAX {
            break;
        }
    }
    if all > 0 {
        tracing::info!(cards = all, "cards that nobody used were suspended");
    }
    Ok(())
}

fn forget(site: &Site, now: UtcMs) -> Result<(), SiteError> {
    let actor = Actor { operator: ACTOR, at: now };
    for kind in Retained::ALL {
        let mut all = 0_u32;
        for _ in 0..ERASING_STEPS_MAX {
            let erased = site.erase_due(&actor, kind, ERASED_AT_ONCE)?;
            all = all.saturating_add(erased.rows);
            if !erased.more {
                break;
            }
        }
        if all > 0 {
            tracing::info!(kind = kind.code(), rows = all, "rows forgot whom they were about");
        }
    }
    // Reports know no more of anybody's movements than the log does.
    if let Some(events) = site.retention(now)?.into_iter().find(|view| view.kind == Retained::Events) {
        site.forget_uses(events.before, ERASED_AT_ONCE)?;
    }
    Ok(())
}
