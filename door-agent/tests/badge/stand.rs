//! A reader with one chip, keys of a site, and cards.

use std::collections::HashMap;
use std::time::Duration;

use access::credential::block::{Block, Slot, Token};
use access::credential::rolling::{self, Reading};
use access::envelope::DoorKey;
use access::uid::Uid;
use door_agent::hardware::emulated;
use door_agent::reader::Report;
use door_agent::reader::tap::{Findings, Rolls, Task};
use door_agent::reader::watch::{Then, Turn, Watch};
use mfrc522_emulator::{Config, Emulator, Spi, VirtualCard};

pub(crate) use crate::site::{Site, UID_4, UID_7, sector};

pub(crate) const UID_10: [u8; 10] = [4, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// From one look at an empty field to the next, as the agent has it.
pub(crate) const INTERVAL: Duration = Duration::from_millis(22);

/// Transactions that no tap and no encoding needs: whoever uses them up hangs.
pub(crate) const BUDGET: u64 = 400_000;

/// Turns until a test gives up on a report.
const TURNS_MAX: usize = 2_000;

/// How the door reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Sector,
    Lenient,
    Strict,
}

/// One door: reader, and what it remembers.
pub(crate) struct Stand {
    pub(crate) emulator: Emulator,
    pub(crate) watch: Watch<Spi>,
    pub(crate) site: Site,
    door: DoorKey,
    seen: HashMap<Uid, (u8, Token, u8)>,
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    /// A door of its own, which knows nothing of the others.
    pub(crate) fn at_door(number: u8) -> Self {
        Self { door: DoorKey::new([number; 32]), ..Self::new() }
    }

    fn with(config: Config) -> Self {
        let emulator = Emulator::new(config);
        emulator.set_transaction_budget(Some(BUDGET));
        let watch = Watch::new(emulated(emulator.clone(), INTERVAL));
        let mut stand = Self { emulator, watch, site: Site::new(), door: DoorKey::new([7; 32]), seen: HashMap::new() };
        assert_eq!(stand.until_report(), Report::Ready);
        stand
    }

    /// One turn, and the wait after it.
    pub(crate) fn turn(&mut self) -> Turn {
        let turn = self.watch.turn();
        if let Then::Wait(wait) = turn.then {
            self.emulator.wait(wait);
        }
        turn
    }

    pub(crate) fn until_report(&mut self) -> Report {
        for _ in 0..TURNS_MAX {
            if let Some(report) = self.turn().report {
                return report;
            }
        }
        panic!("the reader has nothing to report");
    }

    /// Until the reader sees a card, or for so many turns.
    pub(crate) fn until_came(&mut self, turns: usize) -> Option<(u64, Option<Uid>)> {
        for _ in 0..turns {
            match self.turn().report {
                Some(Report::Came { number, uid, .. }) => return Some((number, uid)),
                Some(Report::Left | Report::Blind | Report::Recovered) | None => {}
                other => panic!("{other:?}"),
            }
        }
        None
    }

    pub(crate) fn task(&self, uid: &Uid, issue: u8, mode: Mode) -> Task {
        let seen = self.seen.get(uid).filter(|(of, ..)| *of == issue);
        let strict = mode == Mode::Strict || seen.is_some_and(|(.., doubts)| *doubts >= rolling::IN_DOUBT_MAX);
        let rolls = (mode != Mode::Sector).then(|| Rolls {
            seen: seen.map(|(_, token, _)| *token),
            strict,
            door: self.door.clone(),
        });
        Task { keys: self.site.keys(uid, issue), rolls }
    }

    /// Answers a card that came as the loop does, and remembers what the loop remembers.
    pub(crate) fn read(&mut self, uid: &Uid, issue: u8, mode: Mode) -> Option<Findings> {
        let task = self.task(uid, issue, mode);
        let Some(Report::Read { findings, .. }) = self.watch.follow(&task) else { return None };
        if let Some(token) = findings.token {
            let entry = self.seen.entry(*uid).or_insert((issue, token, 0));
            if entry.0 != issue || token.counter > entry.1.counter {
                (entry.0, entry.1) = (issue, token);
            }
            entry.2 = if findings.in_doubt { entry.2 + 1 } else { 0 };
        }
        Some(findings)
    }

    /// A whole tap of a card that is held there until it has been read.
    pub(crate) fn tap(&mut self, card: VirtualCard, issue: u8, mode: Mode) -> (Findings, VirtualCard) {
        let uid = Uid::new(card.uid()).unwrap();
        let id = self.emulator.place(card).unwrap();
        let (_, seen) = self.until_came(20).expect("the card is seen");
        assert_eq!(seen, Some(uid));
        let findings = self.read(&uid, issue, mode).expect("the reader is there");
        let card = self.emulator.remove(id).unwrap();
        self.until_empty();
        (findings, card)
    }

    /// Until the field counts as empty.
    pub(crate) fn until_empty(&mut self) {
        for _ in 0..20 {
            if self.turn().report == Some(Report::Left) {
                return;
            }
        }
    }
}

/// The four blocks of the sector.
pub(crate) fn ours(card: &VirtualCard) -> [Block; 4] {
    let first = usize::from(sector().first_block());
    std::array::from_fn(|offset| card.block(first + offset).unwrap())
}

/// What the slots of a card say.
pub(crate) fn slots(site: &Site, card: &VirtualCard, issue: u8) -> [Option<Reading>; 2] {
    let key = site.keys(&Uid::new(card.uid()).unwrap(), issue).rolling;
    let [_, a, b, _] = ours(card);
    [Reading::from_block(&a, &key, Slot::A, issue), Reading::from_block(&b, &key, Slot::B, issue)]
}
