//! What the passing of time asks for, once a minute: hand-outs that are over end, and cards that have ended retire.
//! Doors know by themselves when a card's time is over; here the records follow, and the originals of backup cards
//! come back into use.

use std::io;
use std::time::Duration;

use access::time::UtcMs;
use db::site::{Actor, Due, Site, SiteError};

use crate::clock::utc_now;
use crate::worker::Workers;

/// How often. A card that was paused for a backup may come back into use a minute late.
const EVERY: Duration = Duration::from_secs(60);

/// Most calls in a row: each is one change of a bounded part, and other writers come in between. What is left
/// waits for the next minute.
const CALLS_MAX: u32 = 100;

/// Who did it, in the operator log.
const ACTOR: &str = "housekeeping";

/// A backup card whose time is over is still out there. It opens nothing, and belongs back at the desk.
const OVERDUE: &str = "backup-overdue";

/// Starts the thread.
pub(crate) fn start(workers: &mut Workers, site: &Site) -> io::Result<()> {
    let site = site.clone();
    workers.start("housekeeping", EVERY, move || {
        if let Err(error) = tidy(&site, utc_now()) {
            tracing::error!(%error, "hand-outs and cards whose time is over could not be ended");
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
