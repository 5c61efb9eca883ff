//! A reader whose chip or wires fail, in the reader's own time.

use std::time::Duration;

use access::decide::Presented;
use door_agent::reader::Report;
use mfrc522_emulator::{Fault, Span};

use crate::stand::{Mode, Stand, UID_4, UID_7};

/// Turns the reader for so long, and collects what it reports.
fn run(stand: &mut Stand, time: Duration) -> Vec<Report> {
    let until = stand.emulator.now() + time;
    let mut reports = Vec::new();
    while stand.emulator.now() < until {
        stand.emulator.set_transaction_budget(Some(100_000));
        let turn = stand.turn();
        if let Some(Report::Came { .. }) = turn.report {
            stand.watch.let_go();
        }
        reports.extend(turn.report);
    }
    reports
}

const FAULTS: [Fault; 6] = [
    Fault::MisoStuckLow,
    Fault::MisoStuckHigh,
    Fault::SpiError,
    Fault::BrownOut,
    Fault::Wedged,
    Fault::MisoNoise { seed: 1, per_mille: 300 },
];

#[test]
fn whatever_fails_the_reader_sees_again_within_two_seconds_of_its_end() {
    for fault in FAULTS {
        for lasts in [1, 50, 700, 6_000] {
            let mut stand = Stand::new();
            run(&mut stand, Duration::from_millis(100));
            stand.emulator.set_fault(Some(fault));
            let during = run(&mut stand, Duration::from_millis(lasts));
            stand.emulator.set_fault(None);
            stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
            let after = run(&mut stand, Duration::from_secs(2));
            let seen = |report: &Report| matches!(report, Report::Came { presented: Presented::Classic1k, .. });
            assert!(after.iter().any(seen), "{fault:?} for {lasts} ms: {during:?}, then {after:?}");
            let told: Vec<Report> = during.into_iter().chain(after).collect();
            let count = |wanted: Report| told.iter().filter(|report| **report == wanted).count();
            assert_eq!(count(Report::Blind), count(Report::Recovered), "{fault:?} for {lasts} ms: {told:?}");
            if lasts >= 700 && fault != Fault::Wedged {
                assert!(count(Report::Blind) >= 1, "{fault:?} for {lasts} ms: {told:?}");
            }
        }
    }
}

/// A wedged chip looks well and does nothing. Only the reset line helps.
#[test]
fn a_wedged_chip_is_reset_by_its_line() {
    let mut stand = Stand::new();
    stand.emulator.set_fault(Some(Fault::Wedged));
    let told = run(&mut stand, Duration::from_secs(2));
    assert_eq!(told, [Report::Blind, Report::Recovered]);
}

#[test]
fn a_chip_that_reset_itself_is_set_up_anew_without_a_word() {
    let mut stand = Stand::new();
    stand.emulator.reset_chip();
    assert_eq!(run(&mut stand, Duration::from_secs(1)), []);
    stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
    let told = run(&mut stand, Duration::from_millis(300));
    assert!(matches!(told[..], [Report::Came { .. }]), "{told:?}");
}

/// Each register that the check looks at is spoilt by hand.
#[test]
fn a_register_that_was_lost_is_noticed_though_the_version_reads_well() {
    use embedded_hal::spi::SpiDevice as _;
    for (register, value) in
        [(0x2A, 0x00), (0x2C, 0x03), (0x2D, 0x01), (0x11, 0x3F), (0x14, 0x80), (0x08, 0x08), (0x01, 0x10)]
    {
        let mut stand = Stand::new();
        stand.emulator.spi().write(&[register << 1_u8, value]).unwrap();
        run(&mut stand, Duration::from_millis(1_500));
        stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
        let told = run(&mut stand, Duration::from_millis(300));
        assert!(matches!(told[..], [Report::Came { .. }]), "register {register:02X}: {told:?}");
    }
}

#[test]
fn a_card_that_is_left_there_and_three_cards_at_once_and_noise_neither_hang_nor_spin() {
    for scene in 0..3 {
        let mut stand = Stand::new();
        stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
        match scene {
            0 => {}
            1 => {
                stand.emulator.place(stand.site.card(&UID_7, 1)).unwrap();
                stand.emulator.place(stand.site.card(&[0x01, 0xA0, 0x62, 0xBE], 1)).unwrap();
            }
            _ => stand.emulator.set_fault(Some(Fault::AirNoise { seed: 3, per_mille: 400 })),
        }
        run(&mut stand, Duration::from_secs(4));
        let (begun, transactions) = (stand.emulator.now(), stand.emulator.transactions());
        let told = run(&mut stand, Duration::from_secs(2));
        assert!(!told.contains(&Report::Blind), "scene {scene}: {told:?}");
        let busy = (stand.emulator.transactions() - transactions) * 24;
        let share = u128::from(busy) * 100 / (stand.emulator.now() - begun).as_micros();
        assert!(share <= 35, "scene {scene}: the bus is busy for {share} % of the time");
        stand.emulator.set_fault(None);
        stand.emulator.clear();
        run(&mut stand, Duration::from_millis(300));
        let card = stand.site.card(&UID_7, 1);
        stand.emulator.set_transaction_budget(Some(100_000));
        stand.tap(card, 1, Mode::Strict);
    }
}

#[test]
fn a_fault_in_the_middle_of_a_tap_ends_the_tap_and_not_the_reader() {
    for fault in FAULTS {
        for after in [5, 40, 150, 400, 800] {
            let mut stand = Stand::new();
            let uid = access::uid::Uid::new(&UID_4).unwrap();
            let id = stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
            stand.until_came(20).unwrap();
            stand.emulator.schedule_fault(fault, Span::Transactions(after), Span::Time(Duration::from_millis(30)));
            stand.read(&uid, 1, Mode::Strict).unwrap();
            let card = stand.emulator.remove(id).unwrap();
            run(&mut stand, Duration::from_secs(3));
            stand.emulator.set_transaction_budget(Some(100_000));
            let (findings, _) = stand.tap(card, 1, Mode::Strict);
            assert_eq!(findings.credential, access::decide::Credential::Verified, "{fault:?} after {after}");
        }
    }
}
