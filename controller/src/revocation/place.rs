//! One place that one list comes from, and how it went there.

use std::time::{Duration, Instant};

use access::time::UtcMs;
use db::site::{AlarmKind, Condition, IssuerId, Site, SiteError, SourceView};

use super::accept::Taken;
use super::fault::Fault;
use crate::plan::Plan;
use crate::web::Marks;

/// One address, or one file.
pub(super) struct Place {
    pub(super) location: String,
    pub(super) plan: Plan,
    /// Of the version that was taken.
    pub(super) marks: Marks,
    /// Whose lists come from here.
    pub(super) issuer: Option<IssuerId>,
    /// Code of what is wrong, once its alarm was raised.
    fault: Option<String>,
}

/// What an attempt found.
pub(super) enum Found {
    /// A list, which was taken.
    List(Taken, Marks),
    /// Nothing newer, or nothing to complain about.
    Nothing,
}

impl Place {
    /// A place as it was left, due now. One that was well is asked for what is newer only.
    pub(super) fn new(location: String, every: Duration, known: &[SourceView], now: Instant) -> Self {
        let known = known.iter().find(|known| known.location == location);
        Self {
            plan: Plan::new(every, now),
            marks: known.map_or_else(Marks::default, |known| Marks {
                etag: known.etag.clone(),
                modified: known.modified.clone(),
            }),
            issuer: known.and_then(|known| known.issuer),
            fault: known.and_then(|known| known.fault.clone()),
            location,
        }
    }

    pub(super) fn is_well(&self) -> bool {
        self.fault.is_none()
    }

    /// The list has to be read once more, though it be the same.
    pub(super) fn read_again(&mut self, now: Instant) {
        self.marks = Marks::default();
        self.plan.hurry(now);
    }

    /// Notes how an attempt ended. A fault raises its alarm once while it lasts, and anew for each new version of
    /// a file (`is_new`). A fault that becomes another one is over.
    pub(super) fn ended(
        &mut self,
        site: &Site,
        result: Result<Found, Fault>,
        is_new: bool,
        (at, now): (UtcMs, Instant),
    ) {
        let before = self.fault.clone();
        match result {
            Ok(found) => {
                self.fault = None;
                self.plan.well(now);
                if let Found::List(taken, marks) = found {
                    self.took(&taken, marks);
                }
            }
            Err(fault) => {
                self.plan.fault(now);
                let code = fault.code();
                if is_new || self.fault.as_deref() != Some(code) {
                    tracing::warn!(location = self.location, code, %fault, "a revocation list could not be taken");
                    self.raise(site, code, at);
                }
            }
        }
        if let Err(error) = self.note(site, at) {
            tracing::error!(location = self.location, %error, "how a revocation list came could not be noted");
        }
        if let Some(code) = before.filter(|code| self.fault.as_ref() != Some(code))
            && let Err(error) = is_well(site, &code, at)
        {
            tracing::error!(location = self.location, code, %error, "that a list is well again could not be noted");
        }
    }

    fn took(&mut self, taken: &Taken, marks: Marks) {
        let outcome = taken.outcome;
        tracing::info!(
            location = self.location,
            number = taken.number,
            entries = taken.entries,
            revoked = outcome.revoked,
            held = outcome.held,
            restored = outcome.restored,
            "a revocation list is in force"
        );
        self.issuer = Some(taken.issuer);
        self.marks = marks;
    }

    /// An alarm that could not be raised is raised at the next attempt.
    fn raise(&mut self, site: &Site, code: &'static str, at: UtcMs) {
        match site.raise_alarm(code, None, None, at) {
            Ok(()) => self.fault = Some(code.to_owned()),
            Err(error) => tracing::error!(location = self.location, code, %error, "an alarm could not be raised"),
        }
    }

    fn note(&self, site: &Site, at: UtcMs) -> Result<(), SiteError> {
        site.note_source(&SourceView {
            location: self.location.clone(),
            issuer: self.issuer,
            tried: at,
            fault: self.fault.clone(),
            etag: self.marks.etag.clone(),
            modified: self.marks.modified.clone(),
        })
    }
}

/// The alarm of a fault is over when no place has that fault any more.
fn is_well(site: &Site, code: &str, at: UtcMs) -> Result<(), SiteError> {
    let Some(kind) = AlarmKind::find(code) else { return Ok(()) };
    if site.revocation_sources()?.iter().any(|source| source.fault.as_deref() == Some(code)) {
        return Ok(());
    }
    site.note_conditions(&[Condition { kind: kind.code, door: None, wrong: false }], at)
}

#[cfg(test)]
mod tests {
    use db::site::{AlarmFilter, AlarmState};

    use super::*;

    #[test]
    fn a_fault_that_becomes_another_one_is_over_once_no_place_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let (now, at) = (Instant::now(), UtcMs(1_800_000_000_000));
        let place = |name: &str| Place::new(name.to_owned(), Duration::from_secs(60), &[], now);
        let away = || Err(Fault::File(std::io::ErrorKind::NotFound.into()));
        let state = |kind: &str| {
            let filter = AlarmFilter { closed_too: true, kind: Some(kind.to_owned()), ..AlarmFilter::default() };
            site.alarms(&filter, at, 9).unwrap().iter().map(db::site::AlarmView::state).collect::<Vec<_>>()
        };
        let (mut one, mut other) = (place("one"), place("other"));
        one.ended(&site, away(), false, (at, now));
        other.ended(&site, away(), false, (at, now));
        one.ended(&site, Err(Fault::Many { bound: 9 }), false, (at, now));
        assert_eq!(state("revocation-list-unreachable"), [AlarmState::Open], "of the other place");
        other.ended(&site, Err(Fault::Many { bound: 9 }), false, (at, now));
        assert_eq!(state("revocation-list-unreachable"), [AlarmState::Closed]);
        assert_eq!(state("revocation-list-refused"), [AlarmState::Open]);
        one.ended(&site, Ok(Found::Nothing), false, (at, now));
        other.ended(&site, Ok(Found::Nothing), false, (at, now));
        assert_eq!(state("revocation-list-refused"), [AlarmState::Closed]);
    }
}
