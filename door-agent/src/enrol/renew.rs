//! Renews a door's certificate once two thirds of its life are over, while the door goes on.
//!
//! By the time that the controller has signed, counted on. Until there is one, by the clock of the machine, which nothing
//! may ever have set: so the controller is asked once as well, and knows itself whether a renewal is due.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::enrol::Place;
use access::id::DoorId;
use access::time::UtcS;
use link::Tls;
use tokio::sync::watch;
use tokio::time::Instant;

use super::EnrolError;
use crate::provisioning::{Identity, Provisioning};

/// How often it is asked whether a renewal is due: the clock may be set at any time, which no timer hears of.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// The first wait after a failure. A third of a year is left, so nothing is lost by patience.
const RETRY_FIRST: Duration = Duration::from_secs(60);

/// No wait after a failure is longer.
const RETRY_MAX: Duration = Duration::from_secs(6 * 60 * 60);

/// The least time between two renewals, for a clock that stands in a far year and finds every certificate old.
const APART: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after a start signed time is waited for before the controller is asked without it. A door that is connected
/// has it within seconds.
const SIGNED_WAIT: Duration = Duration::from_secs(60);

/// What the controller says of a certificate that is too new.
const NOT_DUE: &str = "not-due";

/// A sure time, as the loop has told it last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SureTime {
    pub(crate) utc: UtcS,
    pub(crate) since: Instant,
}

/// The task of one door.
pub(crate) struct Renewal {
    pub(crate) door: DoorId,
    pub(crate) data: PathBuf,
    pub(crate) identity: Arc<Identity>,
    /// Shared with the link, which connects anew with what is put here.
    pub(crate) tls: Tls,
    /// From the loop, after each answer to a status.
    pub(crate) sure: watch::Receiver<Option<SureTime>>,
    /// Where the broker is, if the disk has not taken the identity yet that is in use.
    pub(crate) unwritten: Option<Place>,
    /// Whether the controller has said something since the start.
    pub(crate) asked: bool,
}

/// Why there is no new certificate in use.
#[derive(Debug, thiserror::Error)]
enum RenewError {
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error("the renewed certificate is in use, and cannot be written into the data folder: {0}")]
    Disk(#[from] std::io::Error),
    #[error("the renewed certificate cannot be used: {0}")]
    Unusable(String),
}

impl Renewal {
    /// Runs until the agent stops.
    pub(crate) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut failures = 0;
        let mut wait = if self.is_due() { Duration::ZERO } else { SIGNED_WAIT };
        loop {
            let unknown = self.sure_now().is_none();
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                // It may be due by now, and need not be asked about if it is not. An error is the agent's end too.
                known = known(&mut self.sure), if unknown => if !known { return },
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            wait = self.look(&mut failures).await;
        }
    }

    /// Does what is to be done, and says how long to wait before the next look.
    async fn look(&mut self, failures: &mut u32) -> Duration {
        let asks = !self.asked && self.sure_now().is_none();
        if self.is_due() || asks || self.unwritten.is_some() { self.try_it(failures).await } else { LOOK_EVERY }
    }

    fn is_due(&self) -> bool {
        self.sure_now().unwrap_or_else(utc_now) >= self.identity.life().renew_at()
    }

    fn sure_now(&self) -> Option<UtcS> {
        let SureTime { utc, since } = (*self.sure.borrow())?;
        Some(UtcS(utc.0.saturating_add(i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX))))
    }

    /// Renews, and says how long to wait before the next look.
    async fn try_it(&mut self, failures: &mut u32) -> Duration {
        let due = self.is_due();
        match self.renew().await {
            Ok(()) => {
                *failures = 0;
                tracing::info!(door = %self.door, until_s = self.identity.life().until.0, "the door's certificate is renewed");
                APART
            }
            Err(RenewError::Enrol(error)) if !due && is_not_due(&error) => {
                tracing::debug!(door = %self.door, "the controller says that the door's certificate is not due");
                LOOK_EVERY
            }
            Err(error) => {
                let until_s = self.identity.life().until.0;
                let wait = spread(retry_in(*failures, &error));
                *failures = failures.saturating_add(1);
                tracing::warn!(door = %self.door, until_s, %error, retry_in = ?wait, "the door's certificate is not renewed yet");
                wait
            }
        }
    }

    /// First in use, then on the disk, which may refuse or hang: after a loss of power in between the door shows the one
    /// before, which still counts. What is only in memory is written before anything is asked for.
    async fn renew(&mut self) -> Result<(), RenewError> {
        if self.unwritten.is_some() {
            let written = self.write().await;
            if written.is_ok() || !self.is_due() {
                return written;
            }
        }
        let renewed = super::renew(&self.identity).await;
        self.asked |= renewed.as_ref().err().is_none_or(|error| is_not_due(error) || !error.passes_by_itself());
        let (mqtt, next) = renewed?;
        next.show_in(&self.tls).map_err(RenewError::Unusable)?;
        (self.identity, self.unwritten) = (Arc::new(next), Some(mqtt));
        self.write().await
    }

    async fn write(&mut self) -> Result<(), RenewError> {
        let Some(mqtt) = self.unwritten.clone() else { return Ok(()) };
        let (data, identity) = (self.data.clone(), Arc::clone(&self.identity));
        // A disk may hang, and the doors of this agent must not.
        let kept = tokio::task::spawn_blocking(move || Provisioning::keep_renewed(&data, &mqtt, &identity));
        kept.await.map_err(std::io::Error::other)??;
        self.unwritten = None;
        Ok(())
    }
}

fn is_not_due(error: &EnrolError) -> bool {
    matches!(error, EnrolError::Refused { code, .. } if code == NOT_DUE)
}

/// Waits until there is a sure time. `false` if nobody will ever tell one.
async fn known(sure: &mut watch::Receiver<Option<SureTime>>) -> bool {
    sure.wait_for(Option::is_some).await.is_ok()
}

fn retry_in(failures: u32, error: &RenewError) -> Duration {
    let doubled = RETRY_FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(RETRY_MAX);
    match error {
        RenewError::Enrol(EnrolError::Refused { retry_after: Some(wait), .. }) => doubled.max(*wait).min(RETRY_MAX),
        RenewError::Enrol(error) if !error.passes_by_itself() => RETRY_MAX,
        _ => doubled,
    }
}

/// Between half and all of it, so that doors that were enrolled together do not come together for ever.
fn spread(wait: Duration) -> Duration {
    let half = wait / 2;
    let span_ms = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    let random = getrandom::u64().unwrap_or_default() % span_ms.saturating_add(1);
    half + Duration::from_millis(random)
}

/// The clock of the machine as it is, until there is a better one. One that is behind renews later, one that is ahead
/// earlier; neither ends anything.
fn utc_now() -> UtcS {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcS(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
    use zeroize::Zeroizing;

    use crate::provisioning::RENEWED_FILE;

    fn failure() -> RenewError {
        RenewError::Unusable(String::new())
    }

    #[test]
    fn failures_are_repeated_ever_more_seldom_and_never_given_up() {
        let waits: Vec<_> = (0..11).map(|failures| retry_in(failures, &failure()).as_secs() / 60).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(retry_in(u32::MAX, &failure()), RETRY_MAX);
        let place = Place { host: "kulku".to_owned(), port: 8443 };
        let later = |code: &str, s| {
            let retry_after = Some(Duration::from_secs(s));
            RenewError::Enrol(EnrolError::Refused { place: place.clone(), code: code.to_owned(), retry_after })
        };
        assert_eq!(retry_in(0, &later("too-many", 300)), Duration::from_secs(300));
        assert_eq!(retry_in(0, &later("too-many", u64::MAX)), RETRY_MAX);
        assert_eq!(retry_in(0, &RenewError::Enrol(EnrolError::NotBelieved { place })), RETRY_MAX);
    }

    /// A door with a certificate that the machine's clock takes for new: of 300 days from now.
    fn renewal(data: &Path) -> (Renewal, watch::Sender<Option<SureTime>>) {
        let key = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let (authority_key, own_key) = (key(), key());
        let pem = authority.self_signed(&authority_key).unwrap().pem();
        let mut own = CertificateParams::default();
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let now = SystemTime::now();
        (own.not_before, own.not_after) = (now.into(), (now + 300 * APART).into());
        let own = own.signed_by(&own_key, &Issuer::from_params(&authority, &authority_key)).unwrap().pem();
        let place = Place { host: "127.0.0.1".to_owned(), port: 9 };
        let identity = Identity::new(place, pem, own, Zeroizing::new(own_key.serialize_pem())).unwrap();
        let (told, sure) = watch::channel(None);
        let renewal = Renewal {
            door: "ward".parse().unwrap(),
            data: data.to_path_buf(),
            tls: identity.tls().unwrap(),
            identity: Arc::new(identity),
            sure,
            unwritten: None,
            asked: false,
        };
        (renewal, told)
    }

    /// A board without a battery, on a net that tells nobody the time.
    #[tokio::test]
    async fn a_clock_that_is_months_behind_does_not_hide_that_a_renewal_is_due() {
        let folder = tempfile::tempdir().unwrap();
        let (mut renewal, told) = renewal(folder.path());
        assert!(!renewal.is_due(), "the machine says that it is new");
        let from = renewal.identity.life().from.0;
        let day_s = |days: i64| UtcS(from + days * 86_400);
        told.send_replace(Some(SureTime { utc: day_s(199), since: Instant::now() }));
        assert!(!renewal.is_due());
        told.send_replace(Some(SureTime { utc: day_s(201), since: Instant::now() }));
        assert!(renewal.is_due());
        let since = Instant::now().checked_sub(Duration::from_secs(9)).unwrap();
        told.send_replace(Some(SureTime { utc: UtcS(day_s(200).0 - 5), since }));
        assert!(renewal.is_due(), "it is counted on");
        told.send_replace(None);
        assert!(!renewal.is_due());
        // Nobody answers there, so the controller is to be asked again; with a time that is sure it is not.
        assert_ne!(renewal.look(&mut 0).await, LOOK_EVERY);
        assert!(!renewal.asked);
        told.send_replace(Some(SureTime { utc: day_s(1), since: Instant::now() }));
        assert_eq!(renewal.look(&mut 0).await, LOOK_EVERY);
    }

    #[tokio::test]
    async fn what_the_disk_refuses_is_written_later_and_nothing_new_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let (mut renewal, _told) = renewal(folder.path());
        let file = folder.path().join(RENEWED_FILE);
        std::fs::create_dir(&file).unwrap();
        renewal.unwritten = Some(renewal.identity.enrol.clone());
        let refused = renewal.renew().await;
        assert!(matches!(refused, Err(RenewError::Disk(_))) && renewal.unwritten.is_some(), "{refused:?}");
        std::fs::remove_dir(&file).unwrap();
        assert_eq!(renewal.look(&mut 1).await, APART);
        assert!(file.is_file() && renewal.unwritten.is_none());
    }

    #[test]
    fn waits_are_spread_and_never_longer_than_asked() {
        for _ in 0..100 {
            let wait = spread(RETRY_FIRST);
            assert!(wait >= RETRY_FIRST / 2 && wait <= RETRY_FIRST, "{wait:?}");
        }
    }
}
