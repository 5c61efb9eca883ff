//! Random steps at a door, from a seed.

use access::command::Refusal;
use access::door::{Input, Tap, Ticket};
use access::event::{ModeCause, Watched};
use access::mode::Mode;
use access::settings::{DoorSettings, ExitButton, Times};

use crate::bench::{card, denied, granted, out, slow, unlock};

/// `SplitMix64`: small, and the same everywhere.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

/// What happens next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Hear(Input),
    /// The disk answers one of those that wait, by a number.
    Answer(u64),
    /// The loop's timer.
    Deadline,
    Wait(u64),
    Settings(DoorSettings),
    Restart,
}

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[usize::try_from(self.next()).unwrap() % some.len()]
    }

    pub(crate) fn step(&mut self) -> Step {
        match self.below(100) {
            0..22 => Step::Hear(Input::Contact(self.coin())),
            22..36 => Step::Hear(Input::Tap(self.tap())),
            36..50 => Step::Answer(self.next()),
            50..58 => Step::Hear(Input::Exit(self.coin())),
            58..62 => Step::Hear(unlock(if self.coin() { None } else { Some(Refusal::Repeated) })),
            62..66 => Step::Hear(Input::Watched(self.of(&Watched::ALL), self.below(3) == 0)),
            66..71 => Step::Hear(Input::Mode(self.of(&Mode::ALL), ModeCause::Ordered)),
            71..83 => Step::Deadline,
            83..97 => Step::Wait(self.wait_ms()),
            97 => Step::Settings(self.settings()),
            98 => Step::Hear(Input::Recorded(Ticket(self.below(50)))),
            _ if self.below(20) == 0 => Step::Restart,
            _ => Step::Hear(Input::Tick),
        }
    }

    fn wait_ms(&mut self) -> u64 {
        let most = self.of(&[30, 300, 3_000, 20_000, 100_000]);
        if self.below(100) == 0 { 3_600_000 * (1 + self.below(5)) } else { self.below(most) }
    }

    fn tap(&mut self) -> Tap {
        let number = u8::try_from(self.below(5)).unwrap();
        match self.below(8) {
            0 => denied(number),
            1 => slow(number),
            2 | 3 => out(number),
            4 => Tap { with: Some(card(number + 1)), ..granted(number) },
            _ => granted(number),
        }
    }

    pub(crate) fn settings(&mut self) -> DoorSettings {
        let mut times = || {
            let held_warning_ms = 1_000 + u32::try_from(self.below(20_000)).unwrap();
            let release_ms = self.of(&[500, 3_000, 5_000, 120_000]);
            Times { release_ms, held_warning_ms, held_alarm_ms: held_warning_ms + 1 + 500 }
        };
        let (times, long_times) = (times(), times());
        let exit_button = self.of(&[ExitButton::Releases, ExitButton::Shunts]);
        DoorSettings { times, long_times, exit_button, ..DoorSettings::default() }
    }
}
