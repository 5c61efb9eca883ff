//! Clones are found, and honest cards are never accused, whatever tears, fades, is cut off or is restored.
//!
//! `KULKU_HISTORIES=100000 cargo test -p kulku-access --test rolling` runs more histories than CI does.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

use access::credential::block::{Slot, Token};
use access::credential::rolling::{Joined, Reading, Step, Verdict, join, judge, next};
use access::envelope::DoorKey;
use access::uid::Uid;
use std::collections::HashMap;

/// What a slot gives when it is read.
#[derive(Debug, Clone, Copy)]
enum Cell {
    /// Well written.
    Solid(Reading),
    /// Reads well now, and may fade.
    Weak(Reading),
    /// Reads well or not, and may fade.
    Unstable(Reading),
    /// Does not read.
    Garbage,
}

#[derive(Debug, Clone)]
struct Card {
    cells: [Cell; 2],
    issue: u8,
}

struct Door {
    key: DoorKey,
    seen: Option<(u8, Token)>,
    image: Option<(u8, Token)>,
    online: bool,
    unsent: Vec<(u8, Step)>,
}

#[derive(Default)]
struct Central {
    steps: HashMap<(u8, Token), Step>,
    furthest: Option<(u8, Token)>,
    forked: bool,
}

/// A small generator of our own: a history must be the same for its seed on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

impl Card {
    fn encoded(issue: u8) -> Self {
        let cell = |counter| Cell::Solid(Reading { token: Token { counter, nonce: 0 }, stepped_in: false });
        Self { cells: [cell(1), cell(0)], issue }
    }

    fn read(&self, dice: &mut Dice) -> [Option<Reading>; 2] {
        self.cells.map(|cell| match cell {
            Cell::Solid(reading) | Cell::Weak(reading) => Some(reading),
            Cell::Unstable(reading) => (dice.roll(2) == 0).then_some(reading),
            Cell::Garbage => None,
        })
    }

    fn fade(&mut self) {
        for cell in &mut self.cells {
            if matches!(cell, Cell::Weak(_) | Cell::Unstable(_)) {
                *cell = Cell::Garbage;
            }
        }
    }
}

fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

impl Door {
    fn new(number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        Self { key: DoorKey::new(key), seen: None, image: None, online: true, unsent: Vec::new() }
    }

    fn seen(&self, issue: u8) -> Option<Token> {
        self.seen.filter(|(of, _)| *of == issue).map(|(_, token)| token)
    }

    fn learn(&mut self, issue: u8, token: Token) {
        if self.seen.is_none_or(|(of, seen)| issue > of || issue == of && token.counter > seen.counter) {
            self.seen = Some((issue, token));
        }
    }

    /// One tap. `write` says how the write goes: the cell that it leaves, and whether the read-back succeeds.
    fn tap(
        &mut self,
        card: &mut Card,
        dice: &mut Dice,
        write: impl FnOnce(Reading, Cell, &mut Dice) -> (Cell, bool),
    ) -> Verdict {
        let [a, b] = card.read(dice);
        let verdict = judge(a, b, self.seen(card.issue));
        if let Verdict::Current { token, write: slot, steps_in } = verdict {
            self.learn(card.issue, token);
            let to = next(token, &self.key, &uid(), card.issue);
            let place = usize::from(slot == Slot::B);
            let (cell, verified) = write(Reading { token: to, stepped_in: steps_in }, card.cells[place], dice);
            card.cells[place] = cell;
            if verified {
                self.learn(card.issue, to);
                self.unsent.push((card.issue, Step { from: token, to, stepped_in: steps_in }));
            }
        }
        verdict
    }
}

impl Central {
    fn meet(&mut self, doors: &mut [Door]) {
        for door in doors.iter_mut().filter(|door| door.online) {
            for (issue, step) in door.unsent.drain(..) {
                if let Some(other) = self.steps.insert((issue, step.from), step) {
                    self.forked |= join(&other, &step) == Joined::Forked;
                }
                if self.furthest.is_none_or(|(of, token)| issue > of || issue == of && step.to.counter > token.counter)
                {
                    self.furthest = Some((issue, step.to));
                }
            }
        }
        if let Some((issue, token)) = self.furthest {
            doors.iter_mut().filter(|door| door.online).for_each(|door| door.learn(issue, token));
        }
    }
}

fn well(reading: Reading, _: Cell, _: &mut Dice) -> (Cell, bool) {
    (Cell::Solid(reading), true)
}

/// A write in the field: mostly well, sometimes weak though it reads back, sometimes torn.
fn somehow(reading: Reading, old: Cell, dice: &mut Dice) -> (Cell, bool) {
    match dice.roll(12) {
        0 => (Cell::Weak(reading), true),
        1 => (Cell::Weak(reading), false),
        2 => (Cell::Unstable(reading), false),
        3 => (Cell::Garbage, false),
        4 => (old, false),
        5 => (Cell::Solid(reading), false),
        _ => (Cell::Solid(reading), true),
    }
}

fn histories() -> u64 {
    std::env::var("KULKU_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

#[derive(Debug, PartialEq, Eq)]
enum History {
    Smooth,
    Damaged,
    Accused,
}

/// One honest history.
fn honest(seed: u64) -> History {
    let mut dice = Dice(seed);
    let mut doors: Vec<Door> = (0..4).map(|n| Door::new(seed ^ n)).collect();
    let mut central = Central::default();
    let mut card = Card::encoded(0);
    let mut history = History::Smooth;
    for _ in 0..40 {
        let which = usize::try_from(dice.roll(4)).unwrap();
        match dice.roll(16) {
            0 => doors[which].online = false,
            1 => doors[which].online = true,
            2 => doors[which].image = doors[which].seen,
            3 => doors[which].seen = doors[which].image,
            4 => doors[which] = Door::new(dice.roll(u64::MAX)),
            5 => card.fade(),
            6 | 7 => central.meet(&mut doors),
            _ => match doors[which].tap(&mut card, &mut dice, somehow) {
                Verdict::Current { .. } => {}
                Verdict::Damaged => {
                    history = History::Damaged;
                    card = Card::encoded(card.issue + 1);
                }
                Verdict::Cloned => return History::Accused,
            },
        }
    }
    doors.iter_mut().for_each(|door| door.online = true);
    central.meet(&mut doors);
    if central.forked { History::Accused } else { history }
}

#[test]
fn an_honest_card_is_never_accused() {
    let mut damaged = 0;
    for seed in 0..histories() {
        let history = honest(seed);
        assert_ne!(history, History::Accused, "seed {seed}");
        damaged += u64::from(history == History::Damaged);
    }
    // The model must be harsh enough to mean something.
    assert!(damaged > 0, "no history had a damaged card");
}

#[test]
fn a_card_torn_in_any_write_is_accepted_at_the_next_tap() {
    for cell in [0, 1, 2, 3] {
        for seed in 0..200 {
            let (mut dice, mut door, mut card) = (Dice(seed), Door::new(1), Card::encoded(0));
            for _ in 0..3 {
                door.tap(&mut card, &mut dice, well);
            }
            door.tap(&mut card, &mut dice, |reading, old, _| match cell {
                0 => (old, false),
                1 => (Cell::Unstable(reading), false),
                2 => (Cell::Garbage, false),
                _ => (Cell::Solid(reading), false),
            });
            if seed % 2 == 0 {
                card.fade();
            }
            assert!(
                matches!(door.tap(&mut card, &mut dice, well), Verdict::Current { .. }),
                "cell {cell}, seed {seed}"
            );
        }
    }
}

/// A card after some use, and an exact copy of it.
fn pair(seed: u64) -> (Dice, Card, Card, Vec<Door>, Central) {
    let (mut dice, mut card) = (Dice(seed), Card::encoded(0));
    let mut doors: Vec<Door> = (0..2).map(Door::new).collect();
    let mut central = Central::default();
    for _ in 0..dice.roll(6) {
        let which = usize::try_from(dice.roll(2)).unwrap();
        doors[which].tap(&mut card, &mut dice, well);
        central.meet(&mut doors);
    }
    let copy = card.clone();
    (dice, card, copy, doors, central)
}

#[test]
fn at_one_door_the_second_of_two_copies_raises_the_alarm_at_once_in_either_order() {
    for seed in 0..histories() {
        let (mut dice, mut first, mut second, mut doors, _) = pair(seed);
        if seed % 2 == 0 {
            std::mem::swap(&mut first, &mut second);
        }
        assert!(matches!(doors[0].tap(&mut first, &mut dice, well), Verdict::Current { .. }));
        assert_eq!(doors[0].tap(&mut second, &mut dice, well), Verdict::Cloned, "seed {seed}");
    }
}

#[test]
fn at_two_online_doors_the_second_of_two_copies_raises_the_alarm_at_once() {
    for seed in 0..histories() {
        let (mut dice, mut original, mut copy, mut doors, mut central) = pair(seed);
        doors[0].tap(&mut original, &mut dice, well);
        central.meet(&mut doors);
        assert_eq!(doors[1].tap(&mut copy, &mut dice, well), Verdict::Cloned, "seed {seed}");
    }
}

#[test]
fn at_two_offline_doors_the_fork_is_found_when_their_events_meet() {
    for seed in 0..histories() {
        let (mut dice, mut original, mut copy, mut doors, mut central) = pair(seed);
        for _ in 0..=dice.roll(3) {
            doors[0].tap(&mut original, &mut dice, well);
        }
        for _ in 0..=dice.roll(3) {
            doors[1].tap(&mut copy, &mut dice, well);
        }
        assert!(!central.forked);
        central.meet(&mut doors);
        assert!(central.forked, "seed {seed}");
    }
}

#[test]
fn every_row_of_the_table() {
    let reading = |counter, nonce| Some(Reading { token: Token { counter, nonce }, stepped_in: false });
    let seen = |counter, nonce| Some(Token { counter, nonce });
    let go_on = |counter, nonce, write, steps_in| Verdict::Current { token: Token { counter, nonce }, write, steps_in };
    assert_eq!(judge(reading(5, 1), reading(4, 1), None), go_on(5, 1, Slot::B, false));
    assert_eq!(judge(reading(5, 1), reading(4, 1), seen(5, 1)), go_on(5, 1, Slot::B, false));
    assert_eq!(judge(reading(5, 1), reading(6, 2), seen(5, 1)), go_on(6, 2, Slot::A, false));
    assert_eq!(judge(reading(5, 1), None, seen(5, 1)), go_on(5, 1, Slot::B, true));
    assert_eq!(judge(reading(5, 1), reading(4, 1), seen(6, 1)), Verdict::Cloned);
    assert_eq!(judge(reading(5, 1), reading(4, 1), seen(5, 2)), Verdict::Cloned);
    assert_eq!(judge(reading(5, 1), None, seen(6, 1)), Verdict::Damaged);
    assert_eq!(judge(None, None, None), Verdict::Damaged);
    assert_eq!(judge(reading(5, 1), reading(5, 2), None), Verdict::Damaged);
    assert_eq!(judge(reading(u32::MAX, 1), reading(4, 1), None), Verdict::Damaged);
    let stepped = Some(Reading { token: Token { counter: 5, nonce: 1 }, stepped_in: true });
    assert_eq!(judge(stepped, reading(4, 1), seen(5, 2)), Verdict::Damaged);
}
