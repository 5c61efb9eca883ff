//! Certificates that end soon: a door that has not renewed its own will be shut out by the broker.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use certificates::Certificate;
use db::site::{Condition, Site, SiteError};

use super::{Identity, folder, mosquitto};
use crate::clock::utc_now;
use crate::worker::Workers;

/// How often. A certificate lives for months.
const EVERY: Duration = Duration::from_secs(60);

/// The alarm.
const KIND: &str = "certificate-expiring";

/// How long before its end, in seconds: doors renew a certificate of a year four months before, so one with thirty days
/// left has been failing to for three.
const SOON_S: i64 = 30 * 24 * 3_600;

/// The part of a shorter life that counts as soon; doors renew with a third left.
const SOON_PART: i64 = 4;

/// Starts the thread.
pub(crate) fn start(workers: &mut Workers, site: &Site, identity: &Identity) -> io::Result<()> {
    let (site, identity) = (site.clone(), identity.clone());
    let mut told = BTreeMap::new();
    workers.start("certificates", EVERY, move || {
        if let Err(error) = look(&site, &identity, &mut told, utc_now()) {
            tracing::error!(%error, "it could not be looked whether certificates end soon");
        }
    })
}

/// What was told last is not told again, so that an alarm that a person has closed stays closed.
fn look(
    site: &Site,
    identity: &Identity,
    told: &mut BTreeMap<Option<DoorId>, bool>,
    now: UtcMs,
) -> Result<(), SiteError> {
    let mut ends: Vec<(Option<DoorId>, bool)> = Vec::new();
    let external = has_external_broker(identity);
    for door in site.identities(now)? {
        // The door may never have had the newest, if its answer was lost. What is shown to an external broker nobody
        // tells the controller.
        let shown = door.shown.filter(|_| !external).or(door.certificate);
        let soon = shown.is_some_and(|span| ends_soon(span.not_before, span.not_after, now.second()));
        ends.push((Some(door.door), soon));
    }
    ends.push((None, own(identity, now.second())));
    let news = ends.into_iter().filter(|(door, soon)| told.get(door) != Some(soon));
    let news: Vec<Condition> = news.map(|(door, wrong)| Condition { kind: KIND, door, wrong }).collect();
    site.note_conditions(&news, now)?;
    told.extend(news.into_iter().map(|Condition { door, wrong, .. }| (door, wrong)));
    Ok(())
}

fn ends_soon(from: UtcS, until: UtcS, now: UtcS) -> bool {
    let life = until.0.saturating_sub(from.0);
    until.0.saturating_sub(now.0) < SOON_S.min(life / SOON_PART)
}

/// An external broker was given its certificate here.
fn has_external_broker(identity: &Identity) -> bool {
    identity.inner.folder.join(mosquitto::CERTIFICATE).exists()
}

/// The authority's own certificate, or the one that an external broker was given last.
fn own(identity: &Identity, now: UtcS) -> bool {
    let soon = |until: UtcS| until.0.saturating_sub(now.0) < SOON_S;
    let broker = folder::read(&identity.inner.folder.join(mosquitto::CERTIFICATE)).ok().flatten();
    let broker = broker.and_then(|pem| Certificate::read(pem.as_bytes()).ok());
    soon(identity.not_after()) || broker.is_some_and(|certificate| soon(UtcS(certificate.not_after_s())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_ends_soon_in_its_last_thirty_days_and_ten_seconds_in_their_last_quarter() {
        let day = 24 * 3_600;
        let ends = |life: i64, left: i64| ends_soon(UtcS(1_000), UtcS(1_000 + life), UtcS(1_000 + life - left));
        assert!(!ends(365 * day, 31 * day) && ends(365 * day, 29 * day) && ends(365 * day, -1));
        assert!(!ends(12, 4) && ends(12, 2));
    }
}
