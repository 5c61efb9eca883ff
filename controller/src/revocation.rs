//! Revocation lists: from where they are published to cards that no door opens for.
//!
//! ```text
//! addresses ── fetch when due ──▶┐
//!                                ├─▶ accept: believe, compare, apply ──▶ site database ──▶ the loop ──▶ doors
//! files, folders ── look ───────▶┘
//! lists past their next update ── stale ──▶ alarm, and as configured the cards are refused
//! ```
//!
//! Two threads: one waits for servers, the other for files, which must not wait for a server that stalls. Neither
//! holds more than one list at a time.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::time::UtcMs;
use certificates::Authorities;
use db::site::{Site, SiteError, SourceView};

use crate::clock::utc_now;
use crate::config::{ListSource, Location};
use crate::worker::Workers;

mod accept;
mod addresses;
mod again;
mod fault;
mod files;
mod paths;
mod place;
mod stale;

use accept::Reader;
use addresses::Addresses;
use paths::Paths;
use stale::Staleness;

/// How often files are looked at. A list is read at the second look, and has to be in force within two seconds.
const LOOK: Duration = Duration::from_millis(150);

/// Lists that are too old are looked for at every so many looks.
const STALE_EVERY: u32 = 8;

/// Starts both threads.
pub(crate) fn start(
    workers: &mut Workers,
    site: &Site,
    authorities: &Arc<Authorities>,
    lists: &[ListSource],
) -> io::Result<()> {
    let reader = Reader { site: site.clone(), authorities: Arc::clone(authorities) };
    let mut staleness = Staleness::new(lists);
    let known = known(site, &staleness).unwrap_or_else(|error| {
        tracing::error!(%error, "how revocation lists came before could not be read; all are fetched anew");
        Vec::new()
    });
    let (addresses, paths) = sorted(lists);
    let mut paths = Paths::new(reader.clone(), &paths, &known, Instant::now());
    let mut looks = 0_u32;
    workers.start("list-files", LOOK, move || {
        paths.look(clock);
        if looks.is_multiple_of(STALE_EVERY)
            && let Err(error) = staleness.look(&paths.reader.site, utc_now())
        {
            tracing::error!(%error, "revocation lists that are too old could not be looked for");
        }
        looks = looks.wrapping_add(1);
    })?;
    if !addresses.is_empty() {
        let mut addresses = Addresses::new(reader, &addresses, &known, Instant::now());
        workers.start("list-addresses", LOOK, move || addresses.look(clock))?;
    }
    Ok(())
}

fn clock() -> (UtcMs, Instant) {
    (utc_now(), Instant::now())
}

/// How it went at the places that are still configured; the others are forgotten.
fn known(site: &Site, staleness: &Staleness) -> Result<Vec<SourceView>, SiteError> {
    let (kept, gone): (Vec<_>, Vec<_>) =
        site.revocation_sources()?.into_iter().partition(|source| staleness.is_still_there(&source.location));
    gone.iter().try_for_each(|source| site.forget_source(&source.location))?;
    Ok(kept)
}

type Of<T> = Vec<(T, ListSource)>;

fn sorted(lists: &[ListSource]) -> (Of<String>, Of<PathBuf>) {
    let (mut addresses, mut paths) = (Vec::new(), Vec::new());
    for list in lists {
        match &list.location {
            Location::Address(address) => addresses.push((address.clone(), list.clone())),
            Location::Path(path) => paths.push((path.clone(), list.clone())),
        }
    }
    (addresses, paths)
}
