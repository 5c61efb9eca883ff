//! The time that a card must be held, against what the air alone takes. Virtual time is the same on every machine.

use std::time::Duration;

use crate::arrival::{WORKS, arrive, ms};
use crate::stand::{INTERVAL, Stand, UID_4};

/// Arrivals, spread evenly over the poll cycle. The bench of the same name takes more.
const ARRIVALS: u32 = 22;

#[test]
fn a_card_is_looked_at_within_12_ms_on_average_and_its_work_is_near_its_floor() {
    for work in WORKS {
        let tooks: Vec<_> = (0..ARRIVALS).map(|step| arrive(&work, step, ARRIVALS)).collect();
        let mean = tooks.iter().map(|took| ms(took.detection)).sum::<f64>() / f64::from(ARRIVALS);
        assert!((8.0..=12.0).contains(&mean), "{}: {mean}", work.name);
        for took in tooks {
            let multiple = ms(took.whole) / work.floor_ms;
            let what = format!("{}, {} bytes: {multiple:.3}", work.name, work.uid.len());
            assert!(multiple <= work.target, "{what}");
            assert!(multiple >= 0.95, "{what}: faster than the air, so the floor or the measurement is wrong");
        }
    }
}

#[test]
fn an_empty_field_costs_few_transactions() {
    let mut stand = Stand::new();
    let begun = (stand.emulator.transactions(), stand.emulator.now());
    let mut most = 0;
    for _ in 0..200 {
        let before = stand.emulator.transactions();
        stand.turn();
        most = most.max(stand.emulator.transactions() - before);
    }
    let polls = ms(stand.emulator.now() - begun.1) / 24.0;
    let each = (stand.emulator.transactions() - begun.0) as f64 / polls;
    assert!(each <= 24.0, "{each} transactions each 24 ms");
    assert!(most <= 24, "{most} transactions in one poll, checks included");
}

#[test]
fn a_forgotten_card_is_asked_no_more_often_than_an_empty_field() {
    let mut stand = Stand::new();
    stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
    stand.until_came(10).unwrap();
    stand.watch.let_go();
    while stand.emulator.now() < Duration::from_secs(5) {
        assert_eq!(stand.turn().report, None);
        stand.emulator.set_transaction_budget(Some(100_000));
    }
    let begun = stand.emulator.now();
    let turns = std::iter::repeat_with(|| stand.turn()).take(40).count();
    assert!(stand.emulator.now() - begun >= INTERVAL * u32::try_from(turns - 1).unwrap());
}
