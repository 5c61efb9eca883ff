//! What the person at the door sees and hears.

use access::message::Leaf;
use access::mode::Mode;
use access::signal::{Lamps, Player, Signal};
use access::time::MonoMs;
use access::whitelist::Generation;

use super::DoorLoop;

/// How long a door must have been without its controller before it shows that, in milliseconds. A restart of the
/// controller is nothing to the person at the door.
pub(super) const OFFLINE_SHOWN_MS: u64 = 60_000;

/// How long a card may be read before the person is told to hold it there, in milliseconds. A usual tap is over
/// by then.
pub(super) const BUSY_SHOWN_MS: u64 = 150;

/// Lamps and buzzer.
pub(crate) struct Show {
    player: Player,
    lit: Lamps,
}

impl Show {
    /// Dark, with these patterns.
    pub(crate) fn new(player: Player) -> Self {
        Self { player, lit: Lamps::default() }
    }
}

impl DoorLoop {
    /// Shows a signal from now on.
    pub(super) fn show(&mut self, signal: Signal, now: MonoMs) {
        self.show.player.start(signal, now);
        self.light(now);
    }

    /// The patterns of the state in force.
    pub(super) fn set_patterns(&mut self) {
        self.show.player.set(&self.facts.state.signals);
    }

    /// The signal that is shown now.
    pub(super) fn shown(&self, now: MonoMs) -> &'static str {
        self.show.player.signal(now).map_or("none", Signal::code)
    }

    /// When something else is lit, if nothing happens before.
    pub(super) fn show_deadline(&self, now: MonoMs) -> Option<MonoMs> {
        let offline = self.facts.offline_since.map(|since| since + OFFLINE_SHOWN_MS).filter(|at| *at > now);
        [self.show.player.deadline(now), offline].into_iter().flatten().min()
    }

    /// Lights what is to be lit now.
    pub(super) fn light(&mut self, now: MonoMs) {
        if !matches!(self.door.leaf(), Leaf::HeldWarning | Leaf::HeldOpen) {
            self.show.player.stop(Signal::HeldWarning);
        }
        let idle = self.idle(now);
        self.show.player.idle(idle, now);
        self.drive_lamps(self.show.player.lamps(now));
    }

    /// Dark and silent.
    pub(super) fn darken(&mut self) {
        self.drive_lamps(Lamps::default());
    }

    fn drive_lamps(&mut self, lamps: Lamps) {
        if lamps == self.show.lit {
            return;
        }
        self.show.lit = lamps;
        if let Err(error) = self.io.lamps(lamps) {
            tracing::error!(%error, "a signal cannot be shown");
        }
    }

    /// The one that matters most to whoever comes to the door.
    fn idle(&self, now: MonoMs) -> Option<Signal> {
        if self.desk.is_some() {
            return None;
        }
        let offline = self.facts.offline_since.is_some_and(|since| now.since(since) >= OFFLINE_SHOWN_MS);
        // A reader that has not told yet how it is comes up within a moment.
        let blind = self.gates.iter().any(|gate| gate.blind);
        match self.facts.mode {
            Mode::LockedDown => Some(Signal::IdleLockedDown),
            Mode::Unlocked => Some(Signal::IdleUnlocked),
            _ if blind || self.facts.whitelist.generation == Generation(0) || !self.facts.state.is_told() => {
                Some(Signal::IdleOutOfOrder)
            }
            _ if self.facts.confirmed.denies() => Some(Signal::IdleOutOfOrder),
            _ => offline.then_some(Signal::IdleOffline),
        }
    }
}
