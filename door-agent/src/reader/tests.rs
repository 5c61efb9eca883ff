//! The reader against a chip and wires that fail.

use super::chip::{Chip, ChipError};
use super::select::Sight;
use super::*;
use crate::spi::{Budget, DeadlineSpi, SharedSpi};
use mfrc522::Mfrc522;
use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522_emulator::{Emulator, Fault, Spi, VirtualCard};

const CARD: [u8; 4] = [0x01, 0xA0, 0x62, 0xBD];

fn chip(emulator: &Emulator) -> Result<Chip<Spi>, ChipError> {
    Chip::start(emulator.spi())
}

fn emulator_with(cards: &[&[u8]]) -> Emulator {
    let emulator = Emulator::default();
    for uid in cards {
        emulator.place(VirtualCard::classic_1k(uid).unwrap()).unwrap();
    }
    emulator
}

#[test]
fn a_card_of_each_length_is_seen_again_and_again() {
    for uid in [&CARD[..], &[4, 2, 3, 4, 5, 6, 7], &[4, 2, 3, 4, 5, 6, 7, 8, 9, 10]] {
        let mut chip = chip(&emulator_with(&[uid])).unwrap();
        for _ in 0..3 {
            let seen = Sight::Something(Presented::Classic1k, Some(Uid::new(uid).unwrap()));
            assert_eq!(chip.look().unwrap(), seen);
            chip.halt().unwrap();
        }
    }
}

#[test]
fn several_cards_are_several_whatever_their_kinds_and_lengths() {
    let long = [4, 2, 3, 4, 5, 6, 7];
    for cards in [[&CARD[..], &[0x01, 0xA0, 0x62, 0xBC]], [&CARD[..], &long], [&long, &[4, 2, 3, 4, 5, 6, 8]]] {
        let mut chip = chip(&emulator_with(&cards)).unwrap();
        assert_eq!(chip.look().unwrap(), Sight::Something(Presented::Several, None), "{cards:?}");
    }
}

#[test]
fn another_kind_of_card_is_told_by_its_sak() {
    let emulator = Emulator::default();
    emulator.place(VirtualCard::mini(&CARD).unwrap()).unwrap();
    let seen = Sight::Something(Presented::Unsupported { sak: 9 }, Some(Uid::new(&CARD).unwrap()));
    assert_eq!(chip(&emulator).unwrap().look().unwrap(), seen);
}

#[test]
fn an_empty_look_costs_little_of_the_readers_time() {
    let emulator = Emulator::default();
    let mut chip = chip(&emulator).unwrap();
    let before = emulator.now();
    assert_eq!(chip.look().unwrap(), Sight::Empty);
    let took = emulator.now().checked_sub(before).unwrap();
    assert!(took < Duration::from_millis(4), "{took:?}");
}

#[test]
fn a_wire_that_is_stuck_is_an_error_and_no_endless_loop() {
    for fault in [Fault::MisoStuckLow, Fault::MisoStuckHigh, Fault::SpiError] {
        let emulator = emulator_with(&[&CARD]);
        emulator.set_fault(Some(fault));
        assert!(chip(&emulator).is_err(), "{fault:?} before the start");
        emulator.set_fault(None);
        let mut chip = chip(&emulator).unwrap();
        emulator.set_fault(Some(fault));
        assert!(chip.look().is_err(), "{fault:?} later");
        emulator.set_fault(None);
    }
}

#[test]
fn a_chip_that_reset_itself_is_an_error_and_no_endless_loop() {
    let emulator = emulator_with(&[&CARD]);
    let mut chip = chip(&emulator).unwrap();
    emulator.reset_chip();
    assert!(chip.look().is_err());
    let mut again = Chip::start(emulator.spi()).unwrap();
    assert!(matches!(again.look(), Ok(Sight::Something(Presented::Classic1k, Some(_)))));
}

/// The drivers own endless loops, through the wrapper alone.
#[test]
fn the_drivers_loops_end_with_their_budget() {
    let emulator = Emulator::default();
    let bus = SharedSpi::new(DeadlineSpi::new(emulator.spi(), Budget::OPERATION));
    emulator.set_fault(Some(Fault::MisoStuckHigh));
    bus.with(DeadlineSpi::begin);
    assert!(Mfrc522::new(SpiInterface::new(bus.clone())).init().is_err(), "reset");
    emulator.set_fault(None);
    bus.with(DeadlineSpi::begin);
    let driver = Mfrc522::new(SpiInterface::new(bus.clone())).init();
    let Ok(mut driver) = driver else { panic!("a good chip starts") };
    emulator.set_fault(Some(Fault::MisoStuckLow));
    bus.with(DeadlineSpi::begin);
    assert!(driver.reqa().is_err(), "transceive");
    emulator.set_fault(None);
    emulator.reset_chip();
    bus.with(DeadlineSpi::begin);
    assert!(driver.reqa().is_err(), "after a reset the timer never fires");
}

/// Its own clock runs with the traffic on the bus, so nothing here waits.
#[test]
fn a_reader_that_goes_blind_says_so_once_and_says_when_it_is_back() {
    let emulator = Emulator::default();
    let (reports, mut told) = mpsc::channel(REPORTS_MAX);
    let hardware = crate::hardware::emulated(emulator.clone(), Duration::from_millis(1));
    let mut reader = Reader::spawn(hardware, reports).unwrap();
    assert_eq!(told.blocking_recv(), Some(Report::Ready));
    emulator.set_fault(Some(Fault::MisoStuckLow));
    assert_eq!(told.blocking_recv(), Some(Report::Blind));
    emulator.set_fault(None);
    assert_eq!(told.blocking_recv(), Some(Report::Recovered));
    let id = emulator.place(VirtualCard::classic_1k(&CARD).unwrap()).unwrap();
    let came = told.blocking_recv();
    assert!(matches!(came, Some(Report::Came { number: 1, presented: Presented::Classic1k, .. })), "{came:?}");
    reader.answer(1, Verdict::Done);
    assert!(emulator.remove(id).is_some());
    assert_eq!(told.blocking_recv(), Some(Report::Left));
    reader.stop();
    assert_eq!(told.blocking_recv(), None);
}
