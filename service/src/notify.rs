//! What systemd is told of a service (`Type=notify`, `WatchdogSec=`). Without systemd nobody is told, and nothing fails.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Of the time that systemd allows between two signs of life, one is given each so many'th part: two may come late.
const PARTS: u32 = 3;

/// Says that the service does its work now.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// Says that the service is about to end.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    // Whoever cannot be told restarts the service at worst.
    let _ = sd_notify::notify(&[state]);
}

/// The sign of life. It belongs to the loop that owns a program's state and to nothing else: a loop that hangs gives none,
/// whatever goes on beside it, and is started anew.
#[derive(Debug, Default)]
pub struct Watchdog(Option<Fed>);

#[derive(Debug)]
struct Fed {
    every: Duration,
    due: Instant,
}

impl Watchdog {
    /// The one that systemd asks this process for; none if it asks for none.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self(sd_notify::watchdog_enabled().map(|allowed| Fed { every: allowed / PARTS, due: Instant::now() }))
    }

    /// When the next sign of life is due: a loop must not sleep for longer. Nothing if nobody asks.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.0.as_ref().map(|fed| fed.due)
    }

    /// Gives a sign of life if one is due. Cheap enough for every turn of a loop.
    pub fn feed(&mut self) {
        let Some(fed) = &mut self.0 else { return };
        let now = Instant::now();
        if now >= fed.due {
            tell(NotifyState::Watchdog);
            fed.due = now + fed.every;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_systemd_nothing_is_due_and_nothing_fails() {
        let mut watchdog = Watchdog::default();
        watchdog.feed();
        assert_eq!(watchdog.due(), None);
        ready();
        stopping();
    }

    #[test]
    fn a_sign_of_life_is_due_again_after_a_third_of_the_time() {
        let due = Instant::now();
        let mut watchdog = Watchdog(Some(Fed { every: Duration::from_secs(3_600), due }));
        watchdog.feed();
        let next = watchdog.due().unwrap();
        assert!(next >= due + Duration::from_secs(3_600));
        watchdog.feed();
        assert_eq!(watchdog.due(), Some(next), "it was not due");
    }
}
