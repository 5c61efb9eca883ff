//! Somebody with a certificate or a name that does not count here: told once, not a thousand times a second.

use std::collections::HashMap;
use std::time::Duration;

use access::id::DoorId;
use db::site::Site;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::utc_now;

/// The alarm.
const KIND: &str = "identity-refused";

/// One alarm for each door in this time, and one for strangers: each is a write to the disk.
const EVERY: Duration = Duration::from_secs(1);

/// Refusals that may wait. What comes beyond is more of the same.
const QUEUE: usize = 64;

/// Takes refusals.
#[derive(Clone)]
pub(crate) struct Refusals(mpsc::Sender<Option<DoorId>>);

impl Refusals {
    /// Raises the alarms until the last of whoever tells of them has gone.
    pub(crate) fn start(site: &Site) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(run(site.clone(), receiver));
        Self(sender)
    }

    /// A refusal: of this door's certificate, or of nobody's. Does not wait.
    pub(crate) fn tell(&self, door: Option<DoorId>) {
        let _ = self.0.try_send(door);
    }
}

async fn run(site: Site, mut refusals: mpsc::Receiver<Option<DoorId>>) {
    let mut told: HashMap<Option<DoorId>, Instant> = HashMap::new();
    while let Some(door) = refusals.recv().await {
        let now = Instant::now();
        if told.get(&door).is_some_and(|last| now.saturating_duration_since(*last) < EVERY) {
            continue;
        }
        tracing::warn!(?door, "a certificate or a name was refused");
        let (site, whose) = (site.clone(), door.clone());
        let raised = tokio::task::spawn_blocking(move || site.raise_alarm(KIND, whose.as_ref(), None, utc_now())).await;
        if let Ok(Err(error)) = raised {
            tracing::error!(%error, "the alarm could not be raised");
        }
        told.insert(door, now);
    }
}
