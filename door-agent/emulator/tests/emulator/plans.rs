//! Faults at chosen exchanges. Of `write_once` these are: 0 request, 1 anticollision, 2 select, 3 and 4
//! authentication, 5 write command, 6 its data, 7 read back.

use mfrc522::Error;
use mfrc522_emulator::{CardId, Emulator, FaultKind, Plan, SpiError, Torn};

use crate::support::{Driver, FACTORY_KEY, Raw, UID_4, card, reader, select};

const OLD: [u8; 16] = [0x0F; 16];
const NEW: [u8; 16] = [0xF0; 16];
const BLOCK: usize = 4;

/// A reader, a card whose block 4 is old, and a plan.
fn planned(plan: Plan) -> (Emulator, Driver, CardId) {
    let (emulator, driver) = reader();
    let mut card = card(&UID_4);
    card.set_block(BLOCK, OLD);
    let id = emulator.place(card).unwrap();
    emulator.set_plan(plan);
    (emulator, driver, id)
}

fn with_fault(exchange: u64, kind: FaultKind) -> (Emulator, Driver, CardId) {
    planned(Plan::new(1).at(exchange, kind))
}

/// Opens the sector, writes the block and reads it back.
fn write_once(driver: &mut Driver) -> Result<[u8; 16], Error<SpiError>> {
    let atqa = driver.reqa()?;
    let uid = driver.select(&atqa)?;
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY)?;
    driver.mf_write(4, NEW)?;
    driver.mf_read(4)
}

fn block(emulator: &Emulator, card: CardId) -> [u8; 16] {
    emulator.remove(card).unwrap().block(BLOCK).unwrap()
}

#[test]
fn exchanges_are_counted_only_while_a_card_can_hear_them() {
    let (emulator, mut driver) = reader();
    assert!(driver.reqa().is_err());
    emulator.place(card(&UID_4)).unwrap();
    assert_eq!(emulator.exchanges(), 0);
    assert_eq!(write_once(&mut driver), Ok(NEW));
    assert_eq!(emulator.exchanges(), 8);
    emulator.set_plan(Plan::default());
    assert_eq!(emulator.exchanges(), 0, "a new plan counts anew");
}

#[test]
fn a_dropped_frame_is_a_timeout_and_changes_nothing() {
    for exchange in 0..8 {
        let (emulator, mut driver, id) = with_fault(exchange, FaultKind::DropFrame);
        assert_eq!(write_once(&mut driver), Err(Error::Timeout), "exchange {exchange}");
        let expected = if exchange < 7 { OLD } else { NEW };
        assert_eq!(block(&emulator, id), expected, "exchange {exchange}");
    }
}

#[test]
fn after_a_dropped_answer_the_card_has_done_what_it_was_told() {
    let (emulator, mut driver, id) = with_fault(6, FaultKind::DropAnswer);
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
    assert_eq!(block(&emulator, id), NEW);
}

#[test]
fn a_corrupted_frame_is_never_acted_upon() {
    for bit in [0, 7, 40, 143] {
        let (emulator, mut driver, id) = with_fault(6, FaultKind::CorruptFrame { bit });
        // The card refuses the data, which the driver takes for success: only reading back shows it.
        assert!(write_once(&mut driver).is_err());
        assert_eq!(block(&emulator, id), OLD, "bit {bit}");
    }
    for exchange in 1..5 {
        let (_emulator, mut driver, _) = with_fault(exchange, FaultKind::CorruptFrame { bit: 20 });
        assert_eq!(write_once(&mut driver), Err(Error::Timeout), "exchange {exchange}");
    }
}

#[test]
fn a_corrupted_answer_has_a_wrong_crc_and_perhaps_a_wrong_parity() {
    let (_emulator, mut driver, _) = with_fault(7, FaultKind::CorruptAnswer { bit: 100, parity: false });
    assert_eq!(write_once(&mut driver), Err(Error::Crc));
    let (_emulator, mut driver, _) = with_fault(7, FaultKind::CorruptAnswer { bit: 100, parity: true });
    assert_eq!(write_once(&mut driver), Err(Error::Parity));
}

#[test]
fn a_corrupted_nonce_or_proof_opens_nothing() {
    for exchange in [3, 4] {
        for parity in [false, true] {
            let (emulator, mut driver, _) = with_fault(exchange, FaultKind::CorruptAnswer { bit: 3, parity });
            assert!(write_once(&mut driver).is_err(), "exchange {exchange}");
            assert_eq!(Raw(emulator.spi()).read(0x08) & 0x08, 0, "the cipher stays off");
        }
    }
}

#[test]
fn a_nak_replaces_the_answer_and_what_was_asked_for() {
    let (emulator, mut driver, id) = with_fault(6, FaultKind::Nak(0x5));
    assert!(write_once(&mut driver).is_err());
    assert_eq!(block(&emulator, id), OLD);
    let (_emulator, mut driver, _) = with_fault(0, FaultKind::Nak(0x0));
    assert_eq!(driver.reqa().err(), Some(Error::IncompleteFrame));
    assert!(driver.reqa().is_ok());
}

#[test]
fn a_delayed_answer_comes_in_time_or_too_late() {
    let (_emulator, mut driver, _) = with_fault(7, FaultKind::DelayAnswer { us: 20_000 });
    assert_eq!(write_once(&mut driver), Ok(NEW));
    let (_emulator, mut driver, _) = with_fault(7, FaultKind::DelayAnswer { us: 26_000 });
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
}

#[test]
fn a_removed_card_comes_back_when_it_was_told_to() {
    let (emulator, mut driver, id) = with_fault(6, FaultKind::Remove { after_us: 0, away_ms: Some(100) });
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
    assert!(!emulator.is_present(id));
    driver.stop_crypto1().unwrap();
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    emulator.wait(std::time::Duration::from_millis(100));
    assert_eq!(write_once(&mut driver), Ok(NEW));
    assert!(emulator.is_present(id), "it is the same card in the same place");
}

#[test]
fn a_card_removed_for_good_can_be_taken_back() {
    let (emulator, mut driver, id) = with_fault(2, FaultKind::Remove { after_us: 0, away_ms: None });
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
    emulator.wait(std::time::Duration::from_secs(10));
    assert!(emulator.cards().is_empty());
    assert_eq!(block(&emulator, id), OLD);
}

#[test]
fn a_removal_during_programming_tears_in_proportion() {
    // Programming takes 3 ms from the end of the data.
    let (emulator, mut driver, id) = with_fault(6, FaultKind::Remove { after_us: 1_500, away_ms: None });
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
    let block = block(&emulator, id);
    assert_eq!((&block[..8], &block[8..]), (&NEW[..8], &OLD[8..]));
}

#[test]
fn a_torn_write_leaves_what_the_plan_says() {
    let prefix: [u8; 16] = std::array::from_fn(|at| if at < 5 { NEW[at] } else { OLD[at] });
    let cases = [(Torn::Prefix(5), prefix), (Torn::Weak, NEW), (Torn::Old, OLD), (Torn::Erased, [0; 16])];
    for (left, expected) in cases {
        let (emulator, mut driver, id) = with_fault(6, FaultKind::TearWrite { left, away_ms: Some(0) });
        assert_eq!(write_once(&mut driver), Err(Error::Timeout), "{left:?}");
        driver.stop_crypto1().unwrap();
        assert!(select(&mut driver).as_bytes() == UID_4, "the card is back at once");
        assert_eq!(block(&emulator, id), expected, "{left:?}");
    }
}

#[test]
fn unstable_bits_read_differently_and_the_same_in_each_run() {
    let readings = |seed| {
        let tear = FaultKind::TearWrite { left: Torn::Unstable, away_ms: Some(0) };
        let (_emulator, mut driver, _) = planned(Plan::new(seed).at(6, tear));
        assert_eq!(write_once(&mut driver), Err(Error::Timeout));
        driver.stop_crypto1().unwrap();
        let uid = select(&mut driver);
        driver.mf_authenticate(&uid, 4, &FACTORY_KEY).unwrap();
        [0; 6].map(|_| driver.mf_read(4).unwrap())
    };
    assert_eq!(readings(1), readings(1));
    assert_ne!(readings(1), readings(2));
    let first = readings(1);
    assert!(first.iter().any(|reading| *reading != first[0]));
}

#[test]
fn a_write_that_completes_heals_an_unstable_block() {
    let (_emulator, mut driver, _) = with_fault(6, FaultKind::TearWrite { left: Torn::Unstable, away_ms: Some(0) });
    assert!(write_once(&mut driver).is_err());
    driver.stop_crypto1().unwrap();
    assert_eq!(write_once(&mut driver), Ok(NEW));
    assert_eq!([0; 5].map(|_| driver.mf_read(4).unwrap()), [NEW; 5]);
}

#[test]
fn a_lost_acknowledgement_leaves_the_new_block_and_a_card_at_rest() {
    let (emulator, mut driver, id) = with_fault(6, FaultKind::LoseAck { away_ms: Some(0) });
    assert_eq!(write_once(&mut driver), Err(Error::Timeout));
    driver.stop_crypto1().unwrap();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
    assert_eq!(block(&emulator, id), NEW);
}

#[test]
fn a_tear_outside_a_programming_changes_nothing() {
    for exchange in (0..8).filter(|exchange| *exchange != 6) {
        let tear = FaultKind::TearWrite { left: Torn::Erased, away_ms: Some(0) };
        let (emulator, mut driver, id) = with_fault(exchange, tear);
        assert_eq!(write_once(&mut driver), Err(Error::Timeout), "exchange {exchange}");
        let expected = if exchange == 7 { NEW } else { OLD };
        assert_eq!(block(&emulator, id), expected, "exchange {exchange}");
    }
}

#[test]
fn a_chip_that_resets_itself_in_an_exchange_has_lost_its_settings() {
    let (emulator, mut driver, _) = with_fault(2, FaultKind::ResetChip);
    emulator.set_transaction_budget(Some(2_000));
    // IdleIRq is set after a reset, which ends the first wait; the next one has no timer and no end.
    assert_eq!(write_once(&mut driver), Err(Error::IncompleteFrame));
    assert_eq!(write_once(&mut driver), Err(Error::Comm(SpiError::BudgetSpent)));
    emulator.set_transaction_budget(None);
    let mut raw = Raw(emulator.spi());
    assert_eq!((raw.read(0x2A), raw.read(0x14), raw.read(0x37)), (0x00, 0x80, 0x92));
}

#[test]
fn several_faults_may_hit_one_exchange() {
    let plan = Plan::new(1)
        .at(7, FaultKind::DelayAnswer { us: 1_000 })
        .at(7, FaultKind::CorruptAnswer { bit: 0, parity: false });
    let (_emulator, mut driver, _) = planned(plan);
    assert_eq!(write_once(&mut driver), Err(Error::Crc));
}

#[test]
fn a_second_card_that_comes_in_time_is_found_beside_the_first() {
    let stranger = [0xDE, 0xAD, 0xBE, 0xE0];
    let (emulator, mut driver, _) = with_fault(0, FaultKind::SecondCard { uid: stranger });
    let first = select(&mut driver).as_bytes().to_vec();
    driver.hlta().unwrap();
    let second = select(&mut driver).as_bytes().to_vec();
    assert_ne!(first, second);
    assert!([&first, &second].iter().all(|uid| **uid == UID_4 || **uid == stranger));
    assert_eq!(emulator.cards().len(), 2);
}

#[test]
fn a_second_card_that_comes_late_does_not_disturb_a_session() {
    for exchange in 1..8 {
        let (_emulator, mut driver, _) = with_fault(exchange, FaultKind::SecondCard { uid: [1, 2, 3, 4] });
        assert_eq!(write_once(&mut driver), Ok(NEW), "exchange {exchange}");
    }
}
