//! Renews a door's certificate once two thirds of its life are over, while the door goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::id::DoorId;
use access::time::UtcS;
use link::Tls;
use tokio::sync::watch;

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

/// The task of one door.
pub(crate) struct Renewal {
    pub(crate) door: DoorId,
    pub(crate) data: PathBuf,
    pub(crate) identity: Arc<Identity>,
    /// Shared with the link, which connects anew with what is put here.
    pub(crate) tls: Tls,
}

/// Why there is no new certificate in use.
#[derive(Debug, thiserror::Error)]
enum RenewError {
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error("the renewed certificate cannot be written into the data folder: {0}")]
    Disk(#[from] std::io::Error),
    #[error("the renewed certificate cannot be used: {0}")]
    Unusable(String),
}

impl Renewal {
    /// Runs until the agent stops.
    pub(crate) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut failures = 0;
        loop {
            let wait =
                if utc_now() < self.identity.life().renew_at() { LOOK_EVERY } else { self.try_it(&mut failures).await };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                // An error is the agent's end too.
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Renews, and says how long to wait before the next look.
    async fn try_it(&mut self, failures: &mut u32) -> Duration {
        match self.renew().await {
            Ok(()) => {
                *failures = 0;
                tracing::info!(door = %self.door, until_s = self.identity.life().until.0, "the door's certificate is renewed");
                APART
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

    /// First on the disk, then in use: after a loss of power the door must not have forgotten what it shows.
    async fn renew(&mut self) -> Result<(), RenewError> {
        let (mqtt, next) = super::renew(&self.identity).await?;
        let (data, next) = (self.data.clone(), Arc::new(next));
        let kept = Arc::clone(&next);
        // A disk may hang, and the doors of this agent must not.
        let kept = tokio::task::spawn_blocking(move || Provisioning::keep_renewed(&data, &mqtt, &kept));
        kept.await.map_err(std::io::Error::other)??;
        next.show_in(&self.tls).map_err(RenewError::Unusable)?;
        self.identity = next;
        Ok(())
    }
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

/// The clock of the machine as it is. A clock that is behind renews later, one that is ahead earlier; neither ends
/// anything.
fn utc_now() -> UtcS {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcS(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::enrol::Place;

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

    #[test]
    fn waits_are_spread_and_never_longer_than_asked() {
        for _ in 0..100 {
            let wait = spread(RETRY_FIRST);
            assert!(wait >= RETRY_FIRST / 2 && wait <= RETRY_FIRST, "{wait:?}");
        }
    }
}
