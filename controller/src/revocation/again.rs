//! Certificates that are attached to cards after their issuer's list was read: it is read once more for them, since
//! of a list only those entries are kept that the site knows.

use std::collections::HashSet;
use std::time::Instant;

use db::site::{IssuerId, Site, SiteError};
use tokio::sync::watch;

use super::place::Place;

/// Looks for such certificates when the site has changed.
pub(super) struct Again {
    changes: watch::Receiver<u64>,
    asked: bool,
}

impl Again {
    pub(super) fn new(site: &Site) -> Self {
        Self { changes: site.changes(), asked: false }
    }

    /// Has the places read again whose issuers have such certificates.
    pub(super) fn look<'a>(&mut self, site: &Site, places: impl Iterator<Item = &'a mut Place>, now: Instant) {
        // What was attached while the controller stood still counts, too.
        if self.asked && !self.changes.has_changed().unwrap_or(false) {
            return;
        }
        let _ = self.changes.borrow_and_update();
        match issuers(site) {
            Ok(issuers) => {
                self.asked = true;
                let due = places.filter(|place| place.issuer.is_some_and(|issuer| issuers.contains(&issuer)));
                due.for_each(|place| place.read_again(now));
            }
            Err(error) => {
                self.asked = false;
                tracing::error!(%error, "which revocation lists have to be read again could not be found out");
            }
        }
    }
}

fn issuers(site: &Site) -> Result<HashSet<IssuerId>, SiteError> {
    let lists = site.revocation_lists()?.into_iter();
    Ok(lists.filter(|list| list.read_again).map(|list| list.issuer).collect())
}
