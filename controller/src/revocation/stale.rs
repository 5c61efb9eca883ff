//! Lists that are past their next update: an alarm in any case, and if the administrator says so their issuer's
//! cards are refused until there is a fresh one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use access::time::UtcMs;
use db::site::{Actor, Condition, IssuerId, ListView, Site, SiteError, SourceView};

use super::accept::ACTOR;
use super::fault::STALE;
use crate::config::{ListSource, Location, Stale};

/// Which list: issuer and scope.
type Which = (IssuerId, Option<[u8; 32]>);

/// What is known of lists that are too old.
pub(super) struct Staleness {
    policies: Vec<(Location, Stale)>,
    /// Those whose alarm was raised.
    told: BTreeSet<Which>,
}

impl Staleness {
    pub(super) fn new(sources: &[ListSource]) -> Self {
        let policies = sources.iter().map(|source| (source.location.clone(), source.stale)).collect();
        Self { policies, told: BTreeSet::new() }
    }

    /// Raises alarms, and has cards refused or let in again.
    pub(super) fn look(&mut self, site: &Site, at: UtcMs) -> Result<(), SiteError> {
        let (lists, sources) = (site.revocation_lists()?, site.revocation_sources()?);
        let mut issuers: BTreeMap<IssuerId, (bool, bool)> = BTreeMap::new();
        let whole: BTreeSet<IssuerId> =
            lists.iter().filter(|list| is_whole(list, at)).map(|list| list.issuer).collect();
        for list in &lists {
            // A fresh list of everything stands for those of scopes that the issuer has given up.
            let is_over = is_over(list, at) && !whole.contains(&list.issuer);
            self.tell(site, list, is_over, at)?;
            // Which scope a certificate belongs to is not known, so one list that is too old is enough.
            let (over, noted) = issuers.entry(list.issuer).or_default();
            *over |= is_over;
            *noted |= list.stale;
        }
        // After a start too: an alarm whose lists have been renewed meanwhile closes.
        if self.told.is_empty() {
            site.note_conditions(&[Condition { kind: STALE, door: None, wrong: false }], at)?;
        }
        for (issuer, (over, noted)) in issuers {
            let refuse = over && self.policy(&issuer, &sources) == Stale::Refuse;
            if refuse != noted {
                let cards = site.set_stale(&Actor { operator: ACTOR, at }, &issuer, refuse)?;
                tracing::warn!(cards, refuse, "what a revocation list that is too old means has changed");
            }
        }
        Ok(())
    }

    fn tell(&mut self, site: &Site, list: &ListView, is_over: bool, at: UtcMs) -> Result<(), SiteError> {
        let which = (list.issuer, list.scope);
        if !is_over {
            self.told.remove(&which);
        } else if !self.told.contains(&which) {
            tracing::warn!(issuer = list.issuer_text, number = list.number_text, "a revocation list is too old");
            site.note_conditions(&[Condition { kind: STALE, door: None, wrong: true }], at)?;
            self.told.insert(which);
        }
        Ok(())
    }

    /// Of several places that lists of an issuer come from, the strictest decides. Where none is known any more,
    /// the strictest of all does: to rename a place must not let in whom it kept out.
    fn policy(&self, issuer: &IssuerId, sources: &[SourceView]) -> Stale {
        let of_issuer = sources.iter().filter(|source| source.issuer.as_ref() == Some(issuer));
        of_issuer.filter_map(|source| self.of_location(&source.location)).max().unwrap_or_else(|| self.strictest())
    }

    fn strictest(&self) -> Stale {
        self.policies.iter().map(|(_, stale)| *stale).max().unwrap_or_default()
    }

    fn of_location(&self, location: &str) -> Option<Stale> {
        self.policies.iter().find(|(place, _)| covers(place, location)).map(|(_, stale)| *stale)
    }

    /// Whether a place is still configured; a file of a folder also has to be there.
    pub(super) fn is_still_there(&self, location: &str) -> bool {
        let of_folder = |path: &Path| path != Path::new(location) && !Path::new(location).exists();
        let gone = |place: &Location| matches!(place, Location::Path(path) if of_folder(path));
        self.policies.iter().any(|(place, _)| covers(place, location) && !gone(place))
    }
}

/// Whether this is the place, or a file in the folder that is.
fn covers(place: &Location, location: &str) -> bool {
    match place {
        Location::Address(address) => address == location,
        Location::Path(path) => path == Path::new(location) || Path::new(location).parent() == Some(path),
    }
}

/// Whether it is within its time and tells of all that its issuer revokes.
fn is_whole(list: &ListView, at: UtcMs) -> bool {
    list.scope.is_none() && !is_over(list, at)
}

fn is_over(list: &ListView, at: UtcMs) -> bool {
    list.next_update.is_some_and(|next| next <= at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: IssuerId = [1; 32];

    fn source(path: &str, stale: Stale) -> ListSource {
        ListSource { stale, ..ListSource::new(Location::Path(path.into())) }
    }

    fn seen(location: &str) -> SourceView {
        let (etag, modified, fault) = (None, None, None);
        SourceView { location: location.to_owned(), issuer: Some(ISSUER), tried: UtcMs(1), fault, etag, modified }
    }

    #[test]
    fn a_place_that_is_gone_does_not_lift_that_cards_are_refused() {
        let known = Staleness::new(&[source("/a.crl", Stale::GoOn), source("/b.crl", Stale::Refuse)]);
        assert_eq!(known.policy(&ISSUER, &[]), Stale::Refuse);
        assert_eq!(known.policy(&ISSUER, &[seen("/renamed.crl")]), Stale::Refuse);
        assert_eq!(known.policy(&ISSUER, &[seen("/a.crl")]), Stale::GoOn);
    }
}
