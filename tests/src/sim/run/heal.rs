//! After the faults: everything is switched on, and has to come to be as it should be.

use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::Site;
use crate::sim::files::{self, CARDS};
use crate::sim::net::Weather;
use crate::sim::time;

/// Longest time in which everything must be as it should be once the faults are over. A delta that fails thrice is
/// followed by the whole list after a minute; a status comes every half minute.
const CONVERGES_MS: u64 = 240_000;

/// The same after a backup was put back: a door tells its list once in a connection, and again after ten minutes.
const TELLS_AGAIN_MS: u64 = 600_000;

/// Longest time in which a door that admits nobody by an old list hears that it is the newest: it asks every five seconds.
const ANSWERED_MS: u64 = 6_000;

/// How often the operator looks whether a door waits.
const DECIDES_EVERY_MS: u64 = 20_000;

impl Site {
    /// The faults are over.
    pub(super) async fn heal(self: &Rc<Self>) -> Result<()> {
        self.world.trace.say(|| "the faults are over".to_owned());
        self.healing.set(true);
        self.world.net.weather.set(Weather::default());
        self.centre.slow_ms.set(4);
        self.switch_on(None)?;
        for door in &self.doors {
            door.slow_ms.set(4);
            door.ahead.set(0);
            self.switch_on(Some(&door.name))?;
        }
        self.world.net.besieged.borrow_mut().clear();
        sleep(Duration::from_secs(1)).await;
        self.world.net.names().iter().for_each(|name| self.world.net.connect(name));
        // Time for the doors to tell what they know.
        sleep(Duration::from_secs(if self.put_back.get() { 45 } else { 1 })).await;
        self.decide();
        Ok(())
    }

    pub(super) async fn converges(&self) -> Result<bool> {
        let begun = time::elapsed_ms();
        let limit_ms = CONVERGES_MS + if self.put_back.get() { TELLS_AGAIN_MS } else { 0 };
        loop {
            sleep(Duration::from_secs(1)).await;
            let Some(why) = self.differs()? else { return Ok(true) };
            // A door that tells late what only it knows waits for the operator once more.
            if (time::elapsed_ms() - begun) % DECIDES_EVERY_MS < 1_000 {
                self.decide();
            }
            if time::elapsed_ms() - begun > limit_ms {
                self.world.ledger.violated(format!("{} s after the last fault {why}", limit_ms / 1_000));
                return Ok(false);
            }
        }
    }

    /// What is not yet as it should be.
    fn differs(&self) -> Result<Option<String>> {
        for door in &self.doors {
            if !door.is_acknowledged() {
                return Ok(Some(format!("{} holds events that are not acknowledged", door.name)));
            }
        }
        let latest = self.centre.site().latest()?.0;
        for view in self.centre.site().doors()? {
            let wanted = view.wanted.unwrap_or_default();
            if !view.online
                || view.in_force != Some(wanted)
                || view.state_in_force.is_none_or(|state| state < view.wanted_state)
            {
                return Ok(Some(format!(
                    "{} is online: {}, has {:?} of {wanted:?} at {latest}, state {:?} of {:?}",
                    view.id, view.online, view.in_force, view.state_in_force, view.wanted_state
                )));
            }
        }
        Ok(None)
    }

    /// Every card at every door: granted if and only if nothing is in its way.
    pub(super) async fn last_taps(&self) {
        sleep(Duration::from_millis(ANSWERED_MS)).await;
        for number in 0..CARDS {
            for door in &self.doors {
                let Ok(uid) = files::card(number) else { continue };
                self.world.ledger.last_tap(&door.name, uid);
                door.tap(uid);
            }
            sleep(Duration::from_millis(400)).await;
        }
        self.world.ledger.last_taps_done();
    }

    pub(super) async fn end(&self) -> Result<()> {
        self.centre.crash().await;
        for door in &self.doors {
            door.crash().await?;
        }
        Ok(())
    }
}
