//! How long taps took, for whoever looks after the site. Nothing of a card is in it.
//!
//! ```text
//! connected ─── at once ───┐
//! a state came ─ after 5 s ┼──▶ everything since the start, unacknowledged
//! taps decided ─ a minute ─┘    what is lost is in the next one
//! ```

use std::time::Duration;

use access::latency::Latencies;
use access::message::Figures;
use access::time::MonoMs;

use super::DoorLoop;

/// Shortest time between two messages because of taps, in milliseconds: a door that is much used costs the network no
/// more than one that is little used.
const TELL_EVERY_MS: u64 = 60_000;

/// Time after a state in which a controller that has just begun has better things to do, in milliseconds. It sends one to
/// each door, and would not know for long which of them tell at all.
const STATE_MS: u64 = 5_000;

/// What has been counted, and when it is told.
#[derive(Debug, Default)]
pub(crate) struct TapFigures {
    taps: Latencies,
    /// Something has been counted that was not told.
    news: bool,
    /// When news was told last.
    told: Option<MonoMs>,
    /// When it is to be told, whatever there is.
    wanted: Option<MonoMs>,
}

impl TapFigures {
    pub(super) fn decided(&mut self, took: Duration) {
        self.taps.record(took);
        self.news = true;
    }

    /// The controller may know nothing of this door.
    pub(super) fn connected(&mut self, now: MonoMs) {
        self.wanted = Some(now);
    }

    /// The same, and there is no hurry.
    pub(super) fn state_came(&mut self, now: MonoMs) {
        self.wanted.get_or_insert(now + STATE_MS);
    }

    fn due(&self) -> Option<MonoMs> {
        let news = self.news.then(|| self.told.map_or(MonoMs(0), |told| told + TELL_EVERY_MS));
        news.into_iter().chain(self.wanted).min()
    }

    /// What is to be told now, if anything. Whether it arrives nobody knows.
    fn take(&mut self, now: MonoMs) -> Option<Figures> {
        if self.due().is_none_or(|due| now < due) {
            return None;
        }
        self.wanted = None;
        if std::mem::take(&mut self.news) {
            self.told = Some(now);
        }
        // The door's own time counts from the start of the agent.
        let for_s = u32::try_from(now.0.div_ceil(1_000)).unwrap_or(u32::MAX);
        Some(Figures { for_s, taps: self.taps })
    }
}

impl DoorLoop {
    /// When the next figures are due. An encoder decides nothing.
    pub(super) fn figures_deadline(&self) -> Option<MonoMs> {
        let tells = self.uplink.session().is_some() && self.desk.is_none();
        self.figures.due().filter(|_| tells)
    }

    /// Tells them if they are.
    pub(super) fn tell_figures(&mut self, now: MonoMs) {
        if self.figures_deadline().is_some()
            && let Some(figures) = self.figures.take(now)
        {
            self.uplink.figures(figures, self.facts.journal_link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = TELL_EVERY_MS;

    fn counted(figures: Option<Figures>) -> Option<u64> {
        figures.map(|figures| figures.taps.count())
    }

    #[test]
    fn a_new_connection_is_told_at_once_and_taps_at_most_once_a_minute() {
        let mut figures = TapFigures::default();
        assert_eq!(figures.due(), None);
        figures.connected(MonoMs(10));
        assert_eq!(counted(figures.take(MonoMs(10))), Some(0), "that it counts, though there is nothing yet");
        figures.decided(Duration::from_millis(3));
        assert_eq!(counted(figures.take(MonoMs(11))), Some(1));
        figures.decided(Duration::from_millis(3));
        assert_eq!(figures.due(), Some(MonoMs(11 + MINUTE)));
        assert_eq!(figures.take(MonoMs(10 + MINUTE)), None);
        assert_eq!(counted(figures.take(MonoMs(11 + MINUTE))), Some(2), "all of them, also those that were told");
        assert_eq!(figures.due(), None, "and then there is nothing to tell");
    }

    #[test]
    fn a_state_is_answered_once_and_later() {
        let mut figures = TapFigures::default();
        figures.state_came(MonoMs(1_000));
        figures.state_came(MonoMs(2_000));
        assert_eq!(figures.due(), Some(MonoMs(1_000 + STATE_MS)));
        let told = figures.take(MonoMs(6_001)).unwrap();
        assert_eq!((told.for_s, figures.due()), (7, None));
    }
}
