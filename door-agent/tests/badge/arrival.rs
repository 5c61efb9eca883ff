//! One card that arrives at some moment of the poll cycle, and what it takes.

use std::time::Duration;

use access::uid::Uid;
use door_agent::reader::Report;
use door_agent::reader::watch::Then;

use crate::stand::{INTERVAL, Mode, Stand, UID_4, UID_7};

/// Milliseconds on the air at 106 kbit/s (ISO/IEC 14443-3, MF1S50YYX_V1): request and select 2.4; authentication and
/// three reads; a write of 3 ms programming and its read-back. Seven bytes need another level of 2.02.
pub(crate) const WORKS: [Work; 8] = [
    work("UID", &UID_4, None, 2.4, 1.35),
    work("UID", &UID_7, None, 4.42, 1.35),
    // One block is all that a door which moves no counter reads.
    work("static block", &UID_4, Some(Mode::Sector), 6.56, 1.25),
    work("static block", &UID_7, Some(Mode::Sector), 8.58, 1.25),
    // Of a copy everything is read and nothing written.
    Work { copy: true, ..work("sector", &UID_4, Some(Mode::Strict), 10.7, 1.25) },
    Work { copy: true, ..work("sector", &UID_7, Some(Mode::Strict), 12.72, 1.25) },
    work("sector, write, read-back", &UID_4, Some(Mode::Strict), 18.1, 1.3),
    work("sector, write, read-back", &UID_7, Some(Mode::Strict), 20.12, 1.3),
];

/// What is done with a card.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) uid: &'static [u8],
    mode: Option<Mode>,
    copy: bool,
    pub(crate) floor_ms: f64,
    pub(crate) target: f64,
}

const fn work(name: &'static str, uid: &'static [u8], mode: Option<Mode>, floor_ms: f64, target: f64) -> Work {
    Work { name, uid, mode, copy: false, floor_ms, target }
}

/// How long it took.
pub(crate) struct Took {
    /// From its arrival to the look that sees it.
    pub(crate) detection: Duration,
    /// From there on.
    pub(crate) whole: Duration,
}

/// A card that arrives at this step of so many in the poll cycle.
pub(crate) fn arrive(work: &Work, step: u32, of: u32) -> Took {
    let mut stand = Stand::new();
    let card = stand.site.card(work.uid, 1);
    if work.copy {
        stand.tap(card.clone(), 1, Mode::Strict);
    }
    // Over a second and more, so that some arrivals meet the check of the chip's registers.
    for _ in 0..3 + step * 37 % 53 {
        stand.turn();
    }
    // Through the cycle: part of it passes here, with turns of the reader where they fall.
    let arrival = stand.emulator.now() + INTERVAL * step / of;
    let mut card = Some(card);
    let mut arrived = arrival;
    loop {
        let begun = stand.emulator.now();
        if begun >= arrival
            && let Some(card) = card.take()
        {
            stand.emulator.place(card).unwrap();
        }
        let turn = stand.watch.turn();
        match (turn.report, turn.then) {
            (Some(Report::Came { took, .. }), _) => {
                let whole = took + read(&mut stand, work);
                return Took { detection: begun.saturating_sub(arrived), whole };
            }
            (_, Then::Wait(wait)) => {
                let ahead = arrival.saturating_sub(stand.emulator.now()).min(wait);
                stand.emulator.wait(ahead);
                if ahead < wait
                    && let Some(card) = card.take()
                {
                    arrived = stand.emulator.now();
                    stand.emulator.place(card).unwrap();
                }
                stand.emulator.wait(wait - ahead);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn read(stand: &mut Stand, work: &Work) -> Duration {
    let Some(mode) = work.mode else { return Duration::ZERO };
    let task = stand.task(&Uid::new(work.uid).unwrap(), 1, mode);
    match stand.watch.follow(&task) {
        Some(Report::Read { took, .. }) => took,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
